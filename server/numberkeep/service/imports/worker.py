"""What the service does with an import that was started: it plans it, runs it or undoes it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO, TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

import msgspec

from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.service.context import Context
from numberkeep.service.imports.counts import Outcome
from numberkeep.service.imports.differences import difference_of
from numberkeep.service.imports.planning import Check, on_thread
from numberkeep.service.imports.preview import preview_import
from numberkeep.service.imports.record import ImportRecord, Task, changing, load
from numberkeep.service.imports.rejects import write_rejects
from numberkeep.service.imports.run import run_import
from numberkeep.service.imports.samples import Samples
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import Staging
from numberkeep.service.imports.stored_files import (
    NOT_STORED,
    UPLOAD,
    differences_name,
    preview_name,
    rejects_name,
)
from numberkeep.service.imports.undo import cause_of, undo_import
from numberkeep.service.job_attempts import check_takes, failing
from numberkeep.service.job_files import store_file, stored
from numberkeep.service.jobs import Change, Working, working
from numberkeep.service.undoing import undoing_of

_REST_SECONDS: Final = 0.002
"""How long a plan leaves the interpreter to requests after each batch of rows."""

MakeStaging = Callable[[], AbstractContextManager[Staging]]

_encode: Final = msgspec.json.Encoder().encode


class ShownProgress:
    """The progress of a task, which is called on any thread and stored on the event loop's."""

    def __init__(self) -> None:
        self._shown = ("", 0, 0)

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Remember how far the work is."""
        self._shown = (phase, done, total)

    def change(self) -> Change:
        """Return the change that stores it."""
        shown = self._shown
        return changing(lambda record: record.shown(*shown))


@asynccontextmanager
async def task_of(
    context: Context, account_id: int, job_id: int, progress: ShownProgress
) -> AsyncIterator[tuple[Working, ImportRecord]]:
    """Take an import, and keep it until the end of the block; what is changed has it as its cause.

    Raises:
        JobConflict: as for `working`.
        StoreUnavailable: the store failed; the task can be continued.
    """
    async with working(context, account_id, job_id, progress.change) as held:
        record = load(held.job.detail)
        cause = undoing_of(job_id) if record.task is Task.UNDO else cause_of(job_id)
        held.context = context.acting(record.actor, cause)
        await held.show(changing(lambda now: replace(now, takes=now.takes + 1)))
        yield held, record


async def end_run(held: Working, outcome: Outcome) -> Job:
    """Store the end of a run."""
    return await held.end(JobStatus.DONE, changing(lambda record: replace(record, result=outcome)))


async def end_undo(held: Working) -> Job:
    """Store the end of an undo, whose steps have stored what was undone."""
    return await held.end(JobStatus.DONE, lambda detail: detail)


async def fail(held: Working, reason: str) -> None:
    """Store that a task failed, and why."""
    await held.end(JobStatus.FAILED, changing(lambda record: replace(record, error=reason)))


class ImportWorker:
    """Works on imports whose files lie in the store.

    Args:
        make_staging: makes an empty staging.
    """

    def __init__(self, make_staging: MakeStaging) -> None:
        self._make_staging = make_staging

    async def work(self, context: Context, account_id: int, job_id: int) -> None:
        """Do what was started.

        Raises:
            JobConflict: as for `working`.
            StoreUnavailable, StoreBusy: the store failed; the task can be continued.
        """
        progress = ShownProgress()
        async with (
            task_of(context, account_id, job_id, progress) as (held, record),
            failing(held.job, partial(fail, held)),
        ):
            check_takes(record.takes)
            if record.task is Task.UNDO:
                await undo_import(held, progress)
                await end_undo(held)
            else:
                await self._read(held, record, progress)

    async def _read(self, held: Working, record: ImportRecord, progress: ShownProgress) -> None:
        """Plan or run an import."""
        with TemporaryFile() as file, self._make_staging() as staging:
            async for data in stored(held.context, held.account_id, held.job.job_id, UPLOAD):
                file.write(data)
            if file.tell() != record.length:
                raise InvalidInput(NOT_STORED, [])
            source = Source(file, record.name, record.length)
            if record.task is Task.RUN:
                outcome = await run_import(held, source, staging=staging, progress=progress, rest=_REST_SECONDS)
                await _store_rejects(held, load(held.job.detail), staging)
                await end_run(held, outcome)
            else:
                if record.takes:  # what an earlier attempt stored may be more than what this one finds
                    record = replace(record, attempt=record.attempt + 1)
                    await held.show(changing(lambda now: replace(now, attempt=now.attempt + 1)))
                planned = await _plan(held, record, source, staging, progress)
                await _store_rejects(held, record, staging)
                await held.end(
                    JobStatus.DRAFT, changing(lambda now: replace(now, planned=planned, preview=record.attempt))
                )


async def _plan(
    held: Working, record: ImportRecord, source: Source, staging: Staging, progress: ShownProgress
) -> Outcome:
    samples = Samples()
    with TemporaryFile() as differences:

        def note(done: ImportedRow) -> None:
            samples.note(done)
            difference = difference_of(done) if record.differences else None
            if difference is not None:
                differences.write(_encode(difference) + b"\n")

        outcome = await preview_import(
            held.context,
            held.account_id,
            source,
            record.options,
            staging=staging,
            progress=progress,
            rest=_REST_SECONDS,
            changed=note,
        )
        await store_file(held, differences_name(record.attempt), differences)
    samples.note_rejects(staging)
    await store_file(held, preview_name(record.attempt), BytesIO(_encode(samples)))
    return outcome


async def _store_rejects(held: Working, record: ImportRecord, staging: Staging) -> None:
    with TemporaryFile() as file:
        await on_thread(partial(_write, staging, cast("BinaryIO", file)))
        await store_file(held, rejects_name(record.attempt), file)


def _write(staging: Staging, file: BinaryIO, check: Check) -> None:
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    write_rejects(staging, text, check)
    text.flush()
    text.detach()
