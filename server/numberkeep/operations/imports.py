"""Operations on imports of files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

import msgspec

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.domain.jobs.job import RETAINED_DAYS, Job
from numberkeep.domain.stamp import SYSTEM
from numberkeep.operations.operation import Call, Download, Listed, operation
from numberkeep.service.exports.export import Export
from numberkeep.service.imports import jobs, looking, uploads
from numberkeep.service.imports.choosing import Chosen, chosen_of, options_of
from numberkeep.service.imports.counts import Outcome
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.record import Task, load
from numberkeep.service.imports.stored_files import differences_name, rejects_name
from numberkeep.service.imports.undo import is_undoable, undo_until
from numberkeep.service.job_files import stored
from numberkeep.wire.answers import StatusOut, page_size
from numberkeep.wire.events import actor_out
from numberkeep.wire.imports import (
    ByImport,
    ColumnOut,
    ColumnsAnswer,
    CountsOut,
    FileImportAnswer,
    ImportOptions,
    ImportOptionsOut,
    ImportOut,
    ImportsParams,
    OutcomeOut,
    PlanImport,
    PreviewAnswer,
    UndoImport,
    UndoneOut,
    Upload,
)


@operation("imports.create", InvalidInput, TooManyUploads)
async def create(call: Call, given: Upload) -> FileImportAnswer:
    """Upload a file of contacts (CSV, TSV, JSON Lines or vCards) to import. Not of the hosted API.

    Nothing is imported before it is started by .../run. The file is deleted with the import, or after 30 days.
    """
    return _answer(call, await uploads.upload(call.context, call.account, given.params.name, given.content))


@operation("imports.list", InvalidInput, reads=True)
async def list_imports(call: Call, given: ImportsParams) -> Listed[ImportOut]:
    """List the imports, newest first, with the `Link` header of the next page. Not of the hosted API."""
    limit = page_size(given.limit)
    found = await jobs.recent(call.context, call.account, given.cursor, limit + 1)
    page = found[:limit]
    return Listed([_import_out(call, job) for job in page], str(page[-1].job_id) if len(found) > limit else None)


@operation("imports.retrieve", JobNotFound, reads=True)
async def retrieve(call: Call, given: ByImport) -> FileImportAnswer:
    """Return an import: how far it is, and what it did. Not of the hosted API."""
    return _answer(call, await jobs.get(call.context, call.account, given.import_id))


@operation("imports.map", InvalidInput, JobNotFound, JobConflict)
async def choose(call: Call, given: ImportOptions) -> FileImportAnswer:
    """Choose how a file is imported: what its columns mean, and what happens to contacts that exist.

    Not of the hosted API.
    """
    body = given.body
    chosen = Chosen(
        body.columns or {},
        body.unmapped,
        body.tags or (),
        body.region,
        body.numbers,
        body.existing,
        body.replace_tags,
        body.encoding,
    )
    options = options_of(chosen, call.account.region)
    return _answer(call, await jobs.choose(call.context, call.account, given.import_id, options))


@operation("imports.columns", InvalidInput, JobNotFound, JobConflict, reads=True)
async def columns(call: Call, given: ByImport) -> ColumnsAnswer:
    """Return the columns of the file of an import, with samples, and what they are used for. Not of the hosted API."""
    found = await looking.columns(call.context, call.account, given.import_id)
    return ColumnsAnswer([ColumnOut(**asdict(each)) for each in found.columns], found.has_phones, found.rows)


@operation("imports.plan", InvalidInput, JobNotFound, JobConflict)
async def plan(call: Call, given: PlanImport) -> FileImportAnswer:
    """Start to find out what an import would do, which `planned` has at the end; no contact changes.

    Not of the hosted API.
    """
    differences = given.body.differences
    return await call.once(
        lambda once: jobs.start(
            call.context, call.account, given.import_id, Task.PLAN, differences=differences, once=once
        ),
        partial(_answer, call),
    )


@operation("imports.preview", JobNotFound, JobConflict, reads=True)
async def preview(call: Call, given: ByImport) -> PreviewAnswer:
    """Return the first ten numbers of each kind that the last plan of an import found. Not of the hosted API."""
    found = await looking.samples(call.context, call.account, given.import_id)
    return msgspec.convert(found, PreviewAnswer, from_attributes=True)


@operation("imports.run", JobNotFound, JobConflict)
async def run(call: Call, given: ByImport) -> FileImportAnswer:
    """Start an import, or continue one that failed; the service goes on with it by itself. Not of the hosted API."""
    return await call.once(
        lambda once: jobs.start(call.context, call.account, given.import_id, Task.RUN, once=once),
        partial(_answer, call),
    )


@operation("imports.undo", InvalidInput, JobNotFound, JobConflict)
async def undo(call: Call, given: UndoImport) -> FileImportAnswer:
    """Start to undo an import. What was changed since stays; so do opt-outs, unless they are lifted explicitly.

    Not of the hosted API.
    """
    lift = given.body.lift_opt_outs
    return await call.once(
        lambda once: jobs.start_undo(call.context, call.account, given.import_id, lift_opt_outs=lift, once=once),
        partial(_answer, call),
    )


@operation("imports.delete", JobNotFound, JobConflict)
async def delete(call: Call, given: ByImport) -> StatusOut:
    """Delete an import with its file; the contacts stay. It cannot be undone any more. Not of the hosted API."""
    await jobs.delete(call.context, call.account, given.import_id)
    return StatusOut()


@operation("imports.rejects", JobNotFound, JobConflict, reads=True)
async def rejects(call: Call, given: ByImport) -> Download:
    """Return the rejected rows of the last plan or run as CSV: corrected, it can be imported. Not of the hosted API."""
    job = await _with_files(call, given)
    record = load(job.detail)
    outcome = record.planned if record.task is Task.PLAN else record.result
    count = 0 if outcome is None else outcome.counts.rejected
    return Download(
        "text/csv; charset=utf-8",
        f"import-{job.job_id}.rejects.csv",
        _file(call, job, rejects_name(record.attempt), count),
    )


@operation("imports.differences", JobNotFound, JobConflict, reads=True)
async def differences(call: Call, given: ByImport) -> Download:
    """Return what the last plan would change, as JSON Lines, if it stored that. Not of the hosted API."""
    job = await _with_files(call, given)
    record = load(job.detail)
    counts = None if record.planned is None else record.planned.counts
    count = 0 if counts is None else counts.created + counts.updated
    return Download(
        "application/x-ndjson", f"import-{job.job_id}.jsonl", _file(call, job, differences_name(record.attempt), count)
    )


async def _with_files(call: Call, given: ByImport) -> Job:
    """Return an import whose files are stored.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: they are not.
    """
    job = await jobs.get(call.context, call.account, given.import_id)
    if load(job.detail).length and not job.size:
        raise JobConflict(f"The files of import {job.job_id} are not stored, or no longer after {RETAINED_DAYS} days")
    return job


@asynccontextmanager
async def _file(call: Call, job: Job, name: str, count: int) -> AsyncIterator[Export]:
    """Return a file that an import stored."""
    yield Export(count, stored(call.context, call.account.account_id, job.job_id, name))


def _answer(call: Call, job: Job) -> FileImportAnswer:
    return FileImportAnswer(_import_out(call, job))


def _import_out(call: Call, job: Job) -> ImportOut:
    """Return an import as answers show it."""
    record = load(job.detail)
    undoable = is_undoable(call.context, job)
    until = undo_until(call.context, job) if undoable else None
    return ImportOut(
        id=job.job_id,
        name=record.name,
        bytes=record.length,
        sha256=record.digest,
        status=job.status.value,
        created_at=moment(job.created_at),
        updated_at=moment(job.updated_at),
        begun_at=moment(record.begun_at) if record.begun_at else None,
        by=None if record.owner == SYSTEM else actor_out(record.owner),
        options=_options_out(record.options),
        task=None if record.task is None else record.task.value,
        phase=record.phase,
        done=record.done,
        total=record.total,
        planned=_outcome_out(record.planned),
        result=_outcome_out(record.result),
        has_preview=bool(record.preview),
        undone=None if record.undone is None else UndoneOut(**asdict(record.undone)),
        undoable=undoable,
        undo_until=None if until is None else moment(until),
        error=record.error,
    )


def _options_out(options: Options) -> ImportOptionsOut:
    return msgspec.convert(chosen_of(options), ImportOptionsOut, from_attributes=True)


def _outcome_out(outcome: Outcome | None) -> OutcomeOut | None:
    if outcome is None:
        return None
    counts: dict[str, Any] = asdict(outcome.counts)
    return OutcomeOut(CountsOut(**counts), outcome.notes, outcome.columns, outcome.has_phones)
