"""Undoes an import, step by step, by the events that it caused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.undoing import UndoChanges, Undone
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.domain.stamp import Cause, CauseKind
from numberkeep.service.context import Context
from numberkeep.service.imports.plan import Progress
from numberkeep.service.imports.record import Task, dump, load
from numberkeep.service.jobs import Working
from numberkeep.store.queries import ListEventsOf, ListEventsOfCause

_MOST_SINCE: Final = 100
"""Events about a number that are looked at; if there were more since, its opt-out stays."""

_DAY: Final = 24 * 3600 * SECOND

_EVENTS: Final = 500
"""Events that are undone at a time; most have a contact in them twice."""


def cause_of(job_id: int) -> Cause:
    """Return the cause of what an import changes."""
    return Cause(CauseKind.IMPORT, str(job_id))


def undoing(job_id: int) -> Cause:
    """Return the cause of what undoing an import changes."""
    return Cause(CauseKind.UNDO, str(job_id))


def undo_until(context: Context, job: Job) -> int | None:
    """Return until when an import that runs now, or has run, can be undone, microseconds since 1970.

    None if that is not limited.
    """
    if not context.history_days:
        return None
    return (load(job.detail).begun_at or job.created_at) + context.history_days * _DAY


def is_undoable(context: Context, job: Job) -> bool:
    """Return whether an import has changed something that can be undone now: after an undo, its opt-outs can."""
    record = load(job.detail)
    if not record.events[0] or job.active:
        return False
    if record.task is Task.UNDO and job.status is JobStatus.DONE and not (record.undone and record.undone.opted_out):
        return False
    until = undo_until(context, job)
    return until is None or context.clock.now() < until


async def undo_import(held: Working, progress: Progress) -> Undone:
    """Undo an import, from where the job is, the last change first.

    Args:
        held: the job, with an ImportRecord, and who acts.
        progress: called as the work goes on.

    Raises:
        JobLost: another process continues the job.
    """
    record = load(held.job.detail)
    first, last = record.events
    before = record.before or last + 1
    undone = record.undone or Undone()
    total = last + 1 - first
    while events := await _events(held, first, before):
        undone = _sum(undone, await _undo(held, events, lift_opt_outs=record.lift_opt_outs))
        before = events[-1].event_id
        progress("Undoing", last + 1 - before, total)
    return undone


async def liftable(context: Context, account_id: int, events: Sequence[Event]) -> dict[str, int]:
    """Return the numbers that these events opted out and that may be opted in again, each with its last event.

    A number from which a message came since stays opted out: if it was a STOP, it was recorded as a message only,
    because the number was opted out already.
    """
    numbers: dict[str, int] = {}
    for event in events:
        if event.type is EventType.CONSENT_OPTED_OUT:
            last = await context.store.read(ListEventsOf(account_id, event.phone, _MOST_SINCE))
            since = [each for each in last if each.event_id > event.event_id]
            if len(since) < _MOST_SINCE and all(each.type is not EventType.MESSAGE_RECEIVED for each in since):
                numbers[event.phone] = last[0].event_id
    return numbers


async def _events(held: Working, first: int, before: int) -> Sequence[Event]:
    """Return the last events of the import before a number."""
    if before <= first:
        return ()
    query = ListEventsOfCause(held.account_id, cause_of(held.job.job_id), first, before, _EVENTS)
    return await held.context.store.read(query)


async def _undo(held: Working, events: Sequence[Event], *, lift_opt_outs: bool) -> Undone:
    def advance(detail: str, done: Undone, _: range) -> str:
        now = load(detail)
        return dump(replace(now, before=events[-1].event_id, undone=_sum(now.undone or Undone(), done), takes=0))

    why = f"undo of import {held.job.job_id}"
    lift = await liftable(held.context, held.account_id, events) if lift_opt_outs else {}
    command = UndoChanges(held.account_id, events, lift, why, held.context.stamp())
    return await held.step(command, advance)


def _sum(first: Undone, second: Undone) -> Undone:
    return Undone(
        first.deleted + second.deleted,
        first.restored + second.restored,
        first.left + second.left,
        first.lifted + second.lifted,
        first.opted_out + second.opted_out,
    )
