"""`numberkeep record`: record what a service answers, without personal data."""

from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from numberkeep.cli.examples import examples
from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.on_service import without_login
from numberkeep.config.values import url
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.phone import known_region

_PORT: Final = 8182
_MOST: Final = 65_535


def _upstream(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    try:
        upstream = url(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if urlsplit(upstream).query or urlsplit(upstream).fragment:
        raise click.BadParameter("must end with the path, without ? and #")
    return upstream


def _region(_context: click.Context, _parameter: click.Parameter, given: str) -> str:
    try:
        return known_region(given)
    except InvalidInput as error:
        raise click.BadParameter(str(error)) from None


@click.command(
    epilog=examples(
        "numberkeep record --upstream https://api.sendblue.co",
        "SENDBLUE_API_BASE_URL=http://127.0.0.1:8182 python program.py",
        "numberkeep drift recording.jsonl",
    )
)
@click.option("--upstream", metavar="URL", required=True, callback=_upstream, help="The service to forward to.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, _MOST),
    metavar="PORT",
    default=_PORT,
    show_default=True,
    help="TCP port to listen on; 0 picks a free one.",
)
@click.option(
    "--region",
    metavar="CODE",
    default="US",
    show_default=True,
    callback=_region,
    help="The account's region there, in which numbers without + are read, as ISO 3166-1: for example GB.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="recording.jsonl")
def record(upstream: str, host: str, port: int, region: str, file: Path) -> None:
    """Record what a service answers, without personal data.

    It forwards what a program sends, with the program's own key, returns what the service answers, and appends both to
    FILE. Before anything is written, phone numbers, names, texts, ids and secrets are replaced by fictitious ones; the
    same value is always replaced by the same one within a run. FILE is recording.jsonl if it is not given.

    `numberkeep drift FILE` repeats the requests on numberkeep and compares the answers. Ctrl-C ends the recording.
    """
    # Only this command needs the server.
    from numberkeep.recording.file import RecordingError  # noqa: PLC0415
    from numberkeep.recording.running import RecorderSettings  # noqa: PLC0415
    from numberkeep.recording.running import record as run  # noqa: PLC0415
    from numberkeep.serving import CannotServe  # noqa: PLC0415

    def announce(place: str) -> None:
        click.echo(f"The recorder listens on {place} and forwards to {without_login(upstream)}.", err=True)
        if not _is_private(upstream):
            click.echo("Warning: the key is forwarded without TLS: use an https:// URL.", err=True)
        click.echo(f"export SENDBLUE_API_BASE_URL={place}", err=True)

    try:
        count = run(RecorderSettings(upstream, host, port, file, region), announce)
    except (CannotServe, RecordingError) as error:
        raise Failure(str(error)) from error
    click.echo(f"Recorded {count} exchange{'' if count == 1 else 's'} in {file}.", err=True)


def _is_private(upstream: str) -> bool:
    """Return whether nobody between can read what is sent to a URL."""
    parts = urlsplit(upstream)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" or host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
