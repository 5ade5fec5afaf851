"""Imports a file through a service, and undoes imports there."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, TypeVar, cast

import click
import httpx2
import msgspec

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.import_file import FileImport, Imported
from numberkeep.cli.import_words import diff_lines
from numberkeep.cli.on_service import TRANSIENT, Refused, read_json
from numberkeep.cli.progress import Progress
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.service.imports.choosing import Chosen
from numberkeep.service.imports.counts import Counts, Outcome
from numberkeep.service.imports.differences import Difference
from numberkeep.wire.imports import FileImportAnswer, ImportOut, OutcomeOut

S = TypeVar("S")

_PATH: Final = "/_numberkeep/imports"
_differences: Final = msgspec.json.Decoder(Difference)

_PIECE: Final = 256 * 1024
_LOOK_SECONDS: Final = 0.2
_AWAY_SECONDS: Final = 60.0
"""How long the service may refuse to show an import that goes on: a proxy does while it restarts."""
_PAGE: Final = 100
_NOTHING_DONE: Final = "Nothing was imported: repeat the command to import the file."


def import_on_service(client: httpx2.Client, given: FileImport) -> Imported:
    """Import a file into the account of the client's key.

    Raises:
        Failure: the service refused it, or the import failed.
    """
    if given.resume:
        job = _interrupted(client, given.digest)
        if given.diff:
            raise Failure("--resume and --diff exclude each other in a service: leave one out")
    else:
        job = _prepared(client, given)
    if not given.dry_run and not given.diff:
        return _run(client, job, given.progress)
    with _deleted(client, job, given.progress, always=given.dry_run):
        job = _done(client, _act(client, job, "plan", {"differences": given.diff}), given.progress)
        if given.diff:
            _print_differences(client, job)
        if given.dry_run:
            return _imported(client, job, job.planned, None)
    return _run(client, job, given.progress)


def _run(client: httpx2.Client, job: ImportOut, progress: Progress) -> Imported:
    with _watching(f"import {job.id}: --resume shows it", progress):
        if job.status != "running":
            job = _act(client, job, "run", {})
        job = _done(client, job, progress)
        return _imported(client, job, job.result, job.id)


def _imported(client: httpx2.Client, job: ImportOut, found: OutcomeOut | None, job_id: int | None) -> Imported:
    if found is None:
        raise Failure(f"import {job.id} was not finished: continue it with --resume")
    return Imported(_outcome(found), _rejects(client, job), job_id)


@contextmanager
def _watching(work: str, progress: Progress) -> Iterator[None]:
    """Say what happens next if the block is interrupted, or the service cannot be reached."""
    try:
        yield
    except KeyboardInterrupt:
        progress.end()
        click.echo(f"The service goes on with {work}.", err=True)
        raise
    except httpx2.RequestError as error:
        raise Failure(
            f"the service can no longer be reached ({type(error).__name__}); when it runs, it goes on with {work}"
        ) from error


@contextmanager
def _deleted(client: httpx2.Client, job: ImportOut, progress: Progress, *, always: bool) -> Iterator[None]:
    """Delete an import at the end of the block, with its file; by default only if the block raises an error."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            progress.end()
            click.echo(_NOTHING_DONE, err=True)
        with suppress(httpx2.RequestError):
            client.delete(f"{_PATH}/{job.id}")
        raise
    if always:
        read_json(client.delete(f"{_PATH}/{job.id}"))


def undo_on_service(client: httpx2.Client, import_id: int, progress: Progress, *, lift_opt_outs: bool) -> Undone:
    """Undo an import of the account of the client's key.

    Raises:
        Failure: the service refused it, or it failed.
    """
    with _watching(f"the undo of import {import_id}", progress):
        answer = client.post(f"{_PATH}/{import_id}/undo", json={"lift_opt_outs": lift_opt_outs})
        job = _done(client, _read(answer), progress)
    return msgspec.convert(msgspec.to_builtins(job.undone), Undone)


def _prepared(client: httpx2.Client, given: FileImport) -> ImportOut:
    """Upload the file, choose the options, and return the import."""
    source = given.source
    content = _pieces(source.file, source.size, given.progress)
    headers = {"content-length": str(source.size), "content-type": "application/octet-stream"}
    try:
        job = _read(client.post(_PATH, params={"name": source.name}, content=content, headers=headers))
    except KeyboardInterrupt:
        given.progress.end()
        click.echo(_NOTHING_DONE, err=True)
        raise
    with _deleted(client, job, given.progress, always=False):
        return _read(client.put(f"{_PATH}/{job.id}", json=_body(given.chosen)))


def _interrupted(client: httpx2.Client, digest: str) -> ImportOut:
    """Return the last import of a file, to continue it or to watch it.

    Raises:
        Failure: there is none, or it is complete.
    """
    params: dict[str, Any] = {"limit": _PAGE}
    while page := read_json(answer := client.get(_PATH, params=params)):
        for job in _converted(answer, page, list[ImportOut]):
            if job.sha256 == digest:
                if job.result is not None or job.task == "undo":
                    raise Failure(f"import {job.id} of this file is complete: leave --resume out to import it again")
                return job
            params["cursor"] = job.id
    raise Failure("no import of this file was interrupted: leave --resume out")


def _act(client: httpx2.Client, job: ImportOut, act: str, body: Mapping[str, Any]) -> ImportOut:
    return _read(client.post(f"{_PATH}/{job.id}/{act}", json=body))


def _done(client: httpx2.Client, job: ImportOut, progress: Progress) -> ImportOut:
    """Return the import when what was started has ended.

    Raises:
        Failure: it failed.
    """
    while job.status in {"running", "foreground"}:
        if job.phase:
            progress(job.phase, job.done, job.total)
        job = _read(_looked_at(client, job))
    if job.status == "failed":
        raise Failure(job.error)
    return job


def _looked_at(client: httpx2.Client, job: ImportOut) -> httpx2.Response:
    """Return the answer that shows an import, after a pause; what may be over soon is waited for."""
    end = time.monotonic() + _AWAY_SECONDS
    while True:
        time.sleep(_LOOK_SECONDS)
        answer = client.get(f"{_PATH}/{job.id}")
        if answer.status_code not in TRANSIENT or time.monotonic() > end:
            return answer


def _print_differences(client: httpx2.Client, job: ImportOut) -> None:
    with client.stream("GET", f"{_PATH}/{job.id}/differences") as answer:
        if not answer.is_success:
            answer.read()
            raise Refused(answer)
        rest = b""
        for piece in answer.iter_bytes():  # a value may contain what else ends a line
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            for difference in _differences.decode_lines(lines + newline):
                for text in diff_lines(difference):
                    click.echo(text)


def _rejects(client: httpx2.Client, job: ImportOut) -> BinaryIO:
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the caller reads it
    with client.stream("GET", f"{_PATH}/{job.id}/rejects") as answer:
        if not answer.is_success:
            answer.read()
            raise Refused(answer)
        for piece in answer.iter_raw():
            file.write(piece)
    return file


def _pieces(file: BinaryIO, size: int, progress: Progress) -> Iterator[bytes]:
    file.seek(0)
    sent = 0
    while piece := file.read(_PIECE):
        yield piece
        sent += len(piece)
        progress("Uploading", sent, size)


def _body(chosen: Chosen) -> dict[str, Any]:
    """Return the options as the service takes them."""
    return {name: value for name, value in asdict(chosen).items() if value is not None}


def _outcome(out: OutcomeOut) -> Outcome:
    return Outcome(Counts(**msgspec.structs.asdict(out.counts)), out.notes, list(out.columns), out.has_phones)


def _read(answer: httpx2.Response) -> ImportOut:
    return _converted(answer, read_json(answer), FileImportAnswer).import_


def _converted(answer: httpx2.Response, content: Any, shape: type[S]) -> S:
    try:
        return msgspec.convert(content, shape)
    except msgspec.ValidationError:
        raise Refused(answer) from None
