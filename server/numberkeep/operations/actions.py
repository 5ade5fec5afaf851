"""Operations on actions on many contacts. Not of the hosted API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Final

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.errors import FieldError, InvalidInput, MissingFields, NumberkeepError
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.domain.jobs.job import RETAINED_DAYS, Job, JobStatus
from numberkeep.operations.exports import file_of
from numberkeep.operations.operation import Call, Download, Listed, operation
from numberkeep.service.actions import jobs
from numberkeep.service.actions.record import ActionRecord, Kind, Task, file_name, load
from numberkeep.service.actions.worker import ActionWorker
from numberkeep.service.context import Context
from numberkeep.service.exports.export import Export
from numberkeep.service.job_files import stored
from numberkeep.wire.actions import ActionAnswer, ActionBody, ActionOut, ActionsParams, ByAction
from numberkeep.wire.answers import StatusOut, invalid, page_size
from numberkeep.wire.exports import selection_of
from numberkeep.wire.imports import UndoneOut

AT_ONCE: Final = 500
"""Contacts of an action that is done before its request is answered; others are left to the runner of jobs."""

WORKER: Final = ActionWorker(lambda format_, program: file_of(format_, program)[2]())
"""What works on actions."""


@operation("actions.create", InvalidInput, TooManyUploads)
async def create(call: Call, given: ActionBody) -> ActionAnswer:
    """Tag, untag, delete or export many contacts, those of `numbers` or all that are `matching` now.

    The service goes on with it by itself; an action on few contacts is done when the answer comes. It can be undone for
    as long as the change log has its changes, which is 30 days unless that is configured otherwise.
    """
    action, chosen = _chosen(given)
    started: list[Job] = []

    def answer(job: Job) -> ActionAnswer:
        started.append(job)
        return ActionAnswer(action_out(call.context, job))

    answered = await call.once(lambda once: jobs.start(call.context, call.account, action, chosen, once=once), answer)
    return await _worked_on(call, started[-1], answered)


@operation("actions.list", InvalidInput, reads=True)
async def list_actions(call: Call, given: ActionsParams) -> Listed[ActionOut]:
    """List the actions on many contacts, newest first, with the `Link` header of the next page."""
    limit = page_size(given.limit)
    found = await jobs.recent(call.context, call.account, given.cursor, limit + 1)
    page = found[:limit]
    shown = [action_out(call.context, job) for job in page if load(job.detail).task is not None]
    return Listed(shown, str(page[-1].job_id) if len(found) > limit else None)


@operation("actions.retrieve", JobNotFound, reads=True)
async def retrieve(call: Call, given: ByAction) -> ActionAnswer:
    """Return an action on many contacts: how far it is, and what it did."""
    return ActionAnswer(action_out(call.context, await jobs.get(call.context, call.account, given.action_id)))


@operation("actions.undo", JobNotFound, JobConflict)
async def undo(call: Call, given: ByAction) -> ActionAnswer:
    """Start to undo an action. What was changed since stays, and so does every opt-out."""
    started: list[Job] = []

    def answer(job: Job) -> ActionAnswer:
        started.append(job)
        return ActionAnswer(action_out(call.context, job))

    answered = await call.once(
        lambda once: jobs.start_undo(call.context, call.account, given.action_id, once=once), answer
    )
    return await _worked_on(call, started[-1], answered)


@operation("actions.delete", JobNotFound, JobConflict)
async def delete(call: Call, given: ByAction) -> StatusOut:
    """Delete an action with its file; what it changed stays, and cannot be undone any more."""
    await jobs.delete(call.context, call.account, given.action_id)
    return StatusOut()


@operation("actions.file", JobNotFound, JobConflict, reads=True)
async def file(call: Call, given: ByAction) -> Download:
    """Return the file of an export."""
    job = await jobs.get(call.context, call.account, given.action_id)
    record = load(job.detail)
    if record.kind is not Kind.EXPORT or job.status is not JobStatus.DONE or not job.size:
        raise JobConflict(
            f"Action {job.job_id} has no file: it is no complete export, or older than {RETAINED_DAYS} days"
        )
    media_type, name, _ = file_of(record.format, record.made_for)
    return Download(media_type, name, _file(call, job, record))


@asynccontextmanager
async def _file(call: Call, job: Job, record: ActionRecord) -> AsyncIterator[Export]:
    yield Export(record.changed, stored(call.context, call.account.account_id, job.job_id, file_name(record.attempt)))


async def _worked_on(call: Call, job: Job, answered: ActionAnswer) -> ActionAnswer:
    """Work on a small job at once, and return how it is then; leave any other one to the runner."""
    account_id = call.account.account_id
    if load(job.detail).total > AT_ONCE:
        call.context.job_signals.notify(account_id)
        return answered
    with suppress(NumberkeepError):  # the runner goes on with it
        await WORKER.work(call.context, account_id, job.job_id)
    return await retrieve.function(call, ByAction(job.job_id))


def _chosen(given: ActionBody) -> tuple[ActionRecord, list[str] | Selection]:
    if given.action is None:
        raise MissingFields("action")
    kind = Kind(given.action)
    if kind in {Kind.TAG, Kind.UNTAG} and given.tag is None:
        raise MissingFields("tag")
    file_of(given.format, given.for_)  # refuses what cannot be written
    action = ActionRecord(kind, given.tag or "", given.format, given.for_)
    if (given.numbers is None) is (given.matching is None):
        message = "or `matching` must say which contacts are meant, and not both: `matching` may be {} for all"
        raise invalid(FieldError("numbers", message))
    return action, given.numbers if given.matching is None else selection_of(given.matching)  # type: ignore[return-value]


def action_out(context: Context, job: Job) -> ActionOut:
    """Return an action as answers show it."""
    record = load(job.detail)
    done, total = record.place, record.total
    if record.task is Task.UNDO:
        first, last = record.events
        total = last + 1 - first if first else 0
        done = total if job.status is JobStatus.DONE else last + 1 - (record.before or last + 1)
    undoable = jobs.is_undoable(context, job)
    until = jobs.undo_until(context, job) if undoable else None
    return ActionOut(
        id=job.job_id,
        action=record.kind.value,
        tag=record.tag or None,
        status=job.status.value,
        created_at=moment(job.created_at),
        updated_at=moment(job.updated_at),
        task=None if record.task is None else record.task.value,
        done=done,
        total=total,
        changed=record.changed,
        unchanged=record.unchanged,
        not_found=record.missing,
        full=record.full,
        undone=None if record.undone is None else UndoneOut(**asdict(record.undone)),
        undoable=undoable,
        undo_until=None if until is None else moment(until),
        error=record.error,
    )
