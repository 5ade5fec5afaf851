"""The use cases on imports as jobs: upload a file, choose options, start, look at, and delete."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import AddJob, ChangeJob, DeleteJob
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.domain.limits import MAX_INTEGER, MAX_STORED_UPLOADS
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.record import KIND, ImportRecord, Task, changing, dump, load
from numberkeep.service.imports.stored_files import NOT_STORED, UPLOAD
from numberkeep.service.undoing import check_undoable
from numberkeep.store.queries import GetJob, GetJobPart, ListJobs

MOST: Final = 1000
"""Imports among which one is looked for, the newest first."""


async def get(context: Context, account: Account, job_id: int | None) -> Job:
    """Return an import.

    Raises:
        JobNotFound: the account has no import with this number.
    """
    job = None
    if job_id is not None and job_id <= MAX_INTEGER:
        job = await context.store.read(GetJob(account.account_id, job_id))
    if job is None or job.kind != KIND:
        raise JobNotFound(job_id, KIND)
    return job


async def recent(context: Context, account: Account, before: int | None, limit: int) -> Sequence[Job]:
    """Return up to `limit` imports with numbers below `before`, newest first."""
    return await context.store.read(ListJobs(account.account_id, KIND, before or MAX_INTEGER, limit))


async def add_local(
    context: Context, account: Account, *, name: str, length: int, digest: str, options: Options
) -> Job:
    """Add an import of a file that a command at a terminal has, and return it started.

    Args:
        context: the service's context; its actor is that of the changes.
        account: the account.
        name: the name of the file.
        length: its size, bytes.
        digest: SHA-256 of its content, in hexadecimal digits.
        options: how it is imported.
    """
    stamp = context.stamp()
    record = ImportRecord(name=name, length=length, digest=digest, options=options, owner=context.actor)
    record = record.begun(Task.RUN, context.actor, stamp.at)
    return await context.apply(AddJob(account.account_id, KIND, JobStatus.FOREGROUND, dump(record), stamp))


async def find(context: Context, account: Account, digest: str) -> Job | None:
    """Return the last import of a file, by its digest; None if there is none."""
    for job in await recent(context, account, None, MOST):
        if load(job.detail).digest == digest:
            return job
    return None


async def resume_local(context: Context, account: Account, digest: str, *, alone: bool) -> Job:
    """Return the import of a file that a command at a terminal has, to continue it.

    Args:
        context: the service's context.
        account: the account.
        digest: SHA-256 of the file, in hexadecimal digits.
        alone: whether no other process can be working on it; else it may be taken when its lease has ended.

    Raises:
        JobConflict: no import of this file was interrupted, or the service works on it.
    """
    job = await find(context, account, digest)
    if job is None or load(job.detail).task is not Task.RUN:
        raise JobConflict("No import of this file was interrupted: leave --resume out")
    if load(job.detail).result is not None:
        raise JobConflict(f"Import {job.job_id} of this file is complete: leave --resume out to import it again")
    if job.active and job.status is not JobStatus.FOREGROUND:
        raise JobConflict(f"The service works on import {job.job_id} of this file: leave --database out to watch it")
    if job.active and not alone:
        return job

    def again(record: ImportRecord) -> ImportRecord:
        return record.continued(context.actor)

    if job.active:
        return await release(context, account, job.job_id)
    return await _change(context, account, job.job_id, lambda now: _idle(context, now, JobStatus.FOREGROUND, again))


async def release(context: Context, account: Account, job_id: int) -> Job:
    """Take an import from a command at a terminal that was killed, before its lease has ended, and return the import.

    Raises:
        JobNotFound: the account has no such import.
    """

    def change(job: Job) -> Job:
        return replace(job, lease_until=0) if job.status is JobStatus.FOREGROUND else job

    return await _change(context, account, job_id, change)


async def choose(context: Context, account: Account, job_id: int | None, options: Options) -> Job:
    """Choose how a file is imported, and return the import.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: it runs, or has run.
    """

    def change(record: ImportRecord) -> ImportRecord:
        _check_not_begun(job_id, record)
        return replace(record, options=options, planned=None, preview=0)

    return await _change(context, account, job_id, lambda job: _idle(context, job, job.status, change))


async def start(
    context: Context,
    account: Account,
    job_id: int | None,
    task: Task,
    *,
    differences: bool = False,
    once: Idempotency | None = None,
) -> Job:
    """Start to plan or to run an import in the service; continue a run that failed. Return the import.

    Args:
        context: the service's context; its actor is that of the changes.
        account: the account.
        job_id: the import.
        task: plan or run.
        differences: whether a plan stores each difference.
        once: what makes a repeated request run once.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: it runs, or has run, or its file is not stored.
    """

    def change(record: ImportRecord) -> ImportRecord:
        if task is Task.RUN:
            _check_not_run(job_id, record)
        else:
            _check_not_begun(job_id, record)
        if task is Task.RUN and record.task is Task.RUN:
            return record.continued(context.actor)
        return replace(record.begun(task, context.actor, context.clock.now()), differences=differences)

    part = await context.store.read(GetJobPart(account.account_id, job_id, UPLOAD, 0)) if job_id else None

    def started(job: Job) -> Job:
        record = load(job.detail)
        if not record.digest:
            raise JobConflict(f"The file of import {job_id} is not complete: wait for its upload, or upload it again")
        if task is Task.PLAN and job.size > MAX_STORED_UPLOADS:
            raise JobConflict(f"The plans of import {job_id} take {job.size >> 20} MiB: delete it, and upload it again")
        job = _idle(context, job, JobStatus.RUNNING, change)
        if record.length and part is None:
            raise JobConflict(NOT_STORED)
        return job

    job = await _change(context, account, job_id, started, once)
    context.job_signals.notify(account.account_id)
    return job


async def start_undo(
    context: Context,
    account: Account,
    job_id: int | None,
    *,
    lift_opt_outs: bool,
    status: JobStatus = JobStatus.RUNNING,
    once: Idempotency | None = None,
) -> Job:
    """Start to undo an import, and return it.

    Args:
        context: the service's context; its actor is that of the changes.
        account: the account.
        job_id: the import.
        lift_opt_outs: whether its opt-outs are lifted.
        status: FOREGROUND for a command that undoes it itself.
        once: as for `start`.

    Raises:
        JobNotFound: the account has no such import.
        JobConflict: it runs, or has not run, or the change log no longer has its changes.
    """
    record = load((await get(context, account, job_id)).detail)
    await check_undoable(context, account.account_id, record.events, f"import {job_id}")

    def change(job: Job) -> Job:
        record = load(job.detail)
        if record.task is None or record.task is Task.PLAN:
            raise JobConflict(f"Import {job_id} has not run, so there is nothing to undo")
        if record.task is Task.UNDO and job.status is not JobStatus.DONE and record.lift_opt_outs == lift_opt_outs:
            return _idle(context, job, status, lambda record: record.continued(context.actor))
        begun = replace(record.begun(Task.UNDO, context.actor, 0), lift_opt_outs=lift_opt_outs, before=0, undone=None)
        return _idle(context, job, status, lambda _: begun)

    job = await _change(context, account, job_id, change, once)
    context.job_signals.notify(account.account_id)
    return job


async def delete(context: Context, account: Account, job_id: int | None) -> None:
    """Delete an import with its file; what it changed stays. A plan that is being made is ended.

    Raises:
        JobNotFound: the account has no such import.
        JobBusy: it is being run or undone.
    """
    stamp = context.stamp()

    def check(job: Job) -> None:
        if load(job.detail).task is not Task.PLAN:
            job.check_idle(stamp.at)

    job = await get(context, account, job_id)
    await context.apply(DeleteJob(account.account_id, job.job_id, check, stamp))


async def _change(
    context: Context,
    account: Account,
    job_id: int | None,
    change: Callable[[Job], Job],
    once: Idempotency | None = None,
) -> Job:
    job = await get(context, account, job_id)
    return await context.apply(ChangeJob(account.account_id, job.job_id, change, context.stamp()), once)


def _idle(context: Context, job: Job, status: JobStatus, change: Callable[[ImportRecord], ImportRecord]) -> Job:
    """Return a job that nothing works on, with another status and record."""
    return job.started(status, context.clock.now(), changing(change)(job.detail))


def _check_not_begun(job_id: int | None, record: ImportRecord) -> None:
    _check_not_run(job_id, record)
    if record.applied:
        raise JobConflict(f"Import {job_id} has begun to change contacts: run it to continue, or undo it")


def _check_not_run(job_id: int | None, record: ImportRecord) -> None:
    if record.result is not None or record.task is Task.UNDO:
        raise JobConflict(f"Import {job_id} has run already: to import the file again, upload it again")
