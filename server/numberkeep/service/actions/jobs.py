"""The use cases on actions on many contacts: start, look at, undo and delete."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import AddJob, ChangeJob, DeleteJob
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.domain.limits import MAX_INTEGER, MAX_STORED_UPLOADS
from numberkeep.service.actions.record import KIND, ActionRecord, Kind, Task, dump, load
from numberkeep.service.actions.selecting import store_numbers
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.tagging import checked_tag
from numberkeep.service.undoing import check_undoable, undoable_until
from numberkeep.store.queries import GetJob, ListJobs

_MOST: Final = 1000
"""Actions whose files are counted, the newest first."""

_LATEST: Final = 20
"""Actions among which abandoned ones are looked for, the newest first."""

_ABANDONED: Final = 600 * SECOND
"""After that time without another number an action is not started any more, microseconds."""


async def get(context: Context, account: Account, job_id: int | None) -> Job:
    """Return an action.

    Raises:
        JobNotFound: the account has no action with this number.
    """
    job = None
    if job_id is not None and job_id <= MAX_INTEGER:
        job = await context.store.read(GetJob(account.account_id, job_id))
    if job is None or job.kind != KIND or load(job.detail).task is None:
        raise JobNotFound(job_id, KIND)
    return job


async def recent(context: Context, account: Account, before: int | None, limit: int) -> Sequence[Job]:
    """Return up to `limit` actions with numbers below `before`, newest first; also those that were not started."""
    return await context.store.read(ListJobs(account.account_id, KIND, before or MAX_INTEGER, limit))


async def start(
    context: Context,
    account: Account,
    action: ActionRecord,
    chosen: Sequence[str] | Selection,
    *,
    once: Idempotency | None = None,
) -> Job:
    """Start an action on the contacts that are chosen now, and return it.

    Args:
        context: the service's context; its actor is that of the changes.
        account: the account.
        action: what is done.
        chosen: numbers, or what the contacts match.
        once: what makes a repeated request run once.

    Raises:
        InvalidInput: the tag is blank.
        TooManyUploads: the account's exports take too much space.
    """
    if action.kind in {Kind.TAG, Kind.UNTAG}:
        action = replace(action, tag=checked_tag(action.tag))
    await _delete_abandoned(context, account)
    if action.kind is Kind.EXPORT:
        await _check_room(context, account)
    job = await context.apply(AddJob(account.account_id, KIND, JobStatus.DRAFT, dump(action), context.stamp()))
    try:
        total = await store_numbers(context, account, job.job_id, chosen)
        detail = dump(replace(action.begun(Task.RUN, context.actor), total=total))

        def begun(job: Job) -> Job:
            return job.started(JobStatus.RUNNING, context.clock.now(), detail)

        return await context.apply(ChangeJob(account.account_id, job.job_id, begun, context.stamp()), once)
    except BaseException:
        with suppress(NumberkeepError):  # JobBusy if it was started although its answer was lost
            stamp = context.stamp()
            await context.apply(DeleteJob(account.account_id, job.job_id, lambda now: now.check_idle(stamp.at), stamp))
        raise


def undo_until(context: Context, job: Job) -> int | None:
    """Return until when an action can be undone, microseconds since 1970; None for no limit."""
    return undoable_until(context, job.created_at)


def is_undoable(context: Context, job: Job) -> bool:
    """Return whether an action has changed something that can be undone now."""
    record = load(job.detail)
    undone = record.task is Task.UNDO and job.status is JobStatus.DONE
    if not record.events[0] or job.active or undone:
        return False
    until = undo_until(context, job)
    return until is None or context.clock.now() < until


async def start_undo(context: Context, account: Account, job_id: int | None, *, once: Idempotency | None = None) -> Job:
    """Start to undo an action, or go on with an undo that failed, and return it.

    Raises:
        JobNotFound: the account has no such action.
        JobConflict: it runs, changed nothing, is undone, or the change log no longer has its changes.
    """
    job = await get(context, account, job_id)
    record = load(job.detail)
    await check_undoable(context, account.account_id, record.events, f"action {job_id}")

    def begun(job: Job) -> Job:
        now = load(job.detail)
        if now.kind is Kind.EXPORT:
            raise JobConflict(f"Action {job_id} is an export, which changes no contact: there is nothing to undo")
        if now.task is Task.UNDO and job.status is JobStatus.DONE:
            raise JobConflict(f"Action {job_id} is undone already")
        return job.started(JobStatus.RUNNING, context.clock.now(), dump(now.begun(Task.UNDO, context.actor)))

    return await context.apply(ChangeJob(account.account_id, job.job_id, begun, context.stamp()), once)


async def delete(context: Context, account: Account, job_id: int | None) -> None:
    """Delete an action with its file; what it changed stays, and cannot be undone any more.

    Raises:
        JobNotFound: the account has no such action.
        JobBusy: it is being worked on.
    """
    stamp = context.stamp()
    job = await get(context, account, job_id)
    await context.apply(DeleteJob(account.account_id, job.job_id, lambda now: now.check_idle(stamp.at), stamp))


async def _delete_abandoned(context: Context, account: Account) -> None:
    """Delete actions whose numbers were being stored when the process ended."""
    before = context.clock.now() - _ABANDONED
    for job in await recent(context, account, None, _LATEST):
        if job.status is JobStatus.DRAFT and job.updated_at < before:
            with suppress(JobNotFound):
                await context.apply(DeleteJob(account.account_id, job.job_id, lambda _: None, context.stamp(0)))


async def _check_room(context: Context, account: Account) -> None:
    stored = sum(job.size for job in await recent(context, account, None, _MOST))
    if stored > MAX_STORED_UPLOADS:
        raise TooManyUploads(
            f"The exports of this account take {stored >> 20} MiB: delete some with DELETE /_numberkeep/actions/ID, "
            "or wait until they are 30 days old"
        )
