"""`numberkeep serve`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from numberkeep.config.database_url import DEFAULT_DATABASE
from numberkeep.config.settings import load_settings, unused_settings

if TYPE_CHECKING:
    from numberkeep.serving import Started


@click.command()
@click.option("--host", help="Address to listen on.  [env: NUMBERKEEP_HOST; default: 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="TCP port, 0 for a free one.  [env: NUMBERKEEP_PORT; default: 8181]"
)
@click.option(
    "--database",
    metavar="URL",
    help=f"Where contacts are kept.  [env: NUMBERKEEP_DATABASE; default: {DEFAULT_DATABASE}]",
)
@click.option("--workers", type=click.IntRange(1), help="Server processes.  [env: NUMBERKEEP_WORKERS; default: 1]")
def serve(host: str | None, port: int | None, database: str | None, workers: int | None) -> None:
    """Serve the API until SIGTERM or Ctrl-C.

    On an empty database it makes the account `default` with one key pair: that of NUMBERKEEP_API_KEY and
    NUMBERKEEP_API_SECRET, or else a random one, which it shows once.
    """
    settings = load_settings(host=host, port=port, database=database, workers=workers)
    # Only this command needs the server, and the others should start fast.
    from numberkeep import serving  # noqa: PLC0415

    try:
        serving.serve(settings, partial(_announce, unused_settings()))
    except serving.CannotServe as error:
        raise click.ClickException(str(error)) from error


def _announce(unused: str, started: "Started") -> None:
    click.echo(f"numberkeep listens on {started.url}", err=True)
    if unused:
        click.echo(f"Warning: {unused}.", err=True)
    if started.given_pair_unknown:
        click.echo(
            "Warning: NUMBERKEEP_API_KEY and NUMBERKEEP_API_SECRET are no key pair of this database, which has keys "
            "already: `numberkeep keys list` shows them, `numberkeep keys create` makes another.",
            err=True,
        )
    if started.new_pair is not None:
        click.echo("Made the account `default` with this key pair, shown once:", err=True)
        _export(started.url, started.new_pair.key_id, started.new_pair.secret)
    if started.given_pair_made:
        click.echo("Made the account `default` with the key pair of the environment:", err=True)
        # Whoever set the secret has it; what is printed ends in logs.
        _export(started.url, '"$NUMBERKEEP_API_KEY"', '"$NUMBERKEEP_API_SECRET"')


def _export(url: str, key: str, secret: str) -> None:
    click.echo(f"export SENDBLUE_API_BASE_URL={url} SENDBLUE_API_API_KEY={key} SENDBLUE_API_API_SECRET={secret}")
