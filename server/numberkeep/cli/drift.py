"""`numberkeep drift`: compare what a service answered with what numberkeep answers."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from numberkeep.cli.exit_codes import ExitCode, Failure, end
from numberkeep.cli.on_service import read_json, service
from numberkeep.cli.targets import json_option
from numberkeep.config.settings import load_remote
from numberkeep.config.values import url

if TYPE_CHECKING:
    from numberkeep.recording.drift.difference import Outcome
    from numberkeep.recording.file import Recording

_ANSWER_SECONDS = 60.0
_COUNT = "/api/v2/contacts/count"


def _service_url(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    try:
        return given and url(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option(
    "--url",
    "base_url",
    metavar="URL",
    callback=_service_url,
    help="Repeat the requests on the numberkeep at this URL, in the empty account of SENDBLUE_API_API_KEY and "
    "SENDBLUE_API_API_SECRET.  [default: a numberkeep in memory]",
)
@json_option
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def drift(base_url: str | None, file: Path, *, as_json: bool) -> None:
    """Compare numberkeep's answers with those in FILE.

    FILE is a recording of `numberkeep record`; its requests are repeated. Compared are status, fields and their types,
    values, error messages and the headers that matter; of ids and times only whether they belong together. Differences
    that docs/fidelity.md lists do not count, and neither does what depends on data from before the recording or on
    people's phones; the report names both.

    Without --url a numberkeep in memory answers, at the times at which the requests were recorded. It sends no message
    and calls no webhook.

    Exits with 0 if there is no difference, 1 if there is one.
    """
    # Only this command needs the service in its process.
    from numberkeep.recording.drift import report  # noqa: PLC0415
    from numberkeep.recording.drift.sending import drift_in_memory  # noqa: PLC0415
    from numberkeep.recording.file import RecordingError, read  # noqa: PLC0415

    try:
        recordings = [each for each in read(file) if each.exchanges]
    except RecordingError as error:
        raise Failure(str(error)) from error
    if base_url is None:
        outcomes = [outcome for recording in recordings for outcome in drift_in_memory(recording)]
    else:
        outcomes = _on_service(base_url, file, recordings)
    if as_json:
        click.echo(json.dumps(report.as_object(outcomes)))
    else:
        for line in report.lines(outcomes):
            click.echo(line)
    end(ExitCode.FAILED if any(outcome.differences for outcome in outcomes) else ExitCode.DONE)


def _on_service(base_url: str, file: Path, recordings: "Sequence[Recording]") -> "list[Outcome]":
    from numberkeep.recording.drift.sending import drift_on_service  # noqa: PLC0415

    if len(recordings) > 1:
        raise Failure(
            f"{file} has {len(recordings)} recordings, and each needs an empty account: leave out --url, or split the "
            'file before each line that begins with {"numberkeep_recording"'
        )
    pair = load_remote(url=base_url).key
    with service(_ANSWER_SECONDS, url=base_url) as client:
        count = read_json(client.get(_COUNT))["count"]
        if count:
            raise Failure(f"the account has {count} contacts: use the key of an empty account")
        for name in ("sb-api-key-id", "sb-api-secret-key"):
            del client.headers[name]  # requests without credentials are repeated too
        return [outcome for recording in recordings for outcome in drift_on_service(recording, client, pair)]
