"""Undoes what a job changed, step by step, by the events that it caused."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.undoing import UndoChanges, Undone
from numberkeep.domain.event import Event, EventType
from numberkeep.domain.jobs.errors import JobConflict
from numberkeep.domain.stamp import Cause, CauseKind
from numberkeep.service.context import Context
from numberkeep.service.jobs import Working
from numberkeep.store.queries import ListEvents, ListEventsOf, ListEventsOfCause

_MOST_SINCE: Final = 100
"""Events about a number that are looked at; if there were more since, its opt-out stays, or its contact deleted."""

_DAY: Final = 24 * 3600 * SECOND

_EVENTS: Final = 500
"""Events that are undone at a time; most have a contact in them twice."""


@dataclass(slots=True, frozen=True)
class Undoing:
    """What is undone, and how far that is.

    Attributes:
        cause: the cause of the changes.
        why: what is undone, for the ledger.
        events: the numbers of the first and the last event of the changes; 0 if there are none.
        before: the undo goes on with the events before this one; 0 at the beginning.
        undone: what has been undone.
        lift_opt_outs: whether their opt-outs are lifted.
    """

    cause: Cause
    why: str
    events: tuple[int, int]
    before: int
    undone: Undone | None
    lift_opt_outs: bool = False


Advance = Callable[[str, int, Undone], str]
"""Returns the new detail of a job for the old one, the first event that is undone, and what has been undone."""


def undoing_of(job_id: int) -> Cause:
    """Return the cause of what undoing a job changes."""
    return Cause(CauseKind.UNDO, str(job_id))


def undoable_until(context: Context, begun_at: int) -> int | None:
    """Return until when changes that began at a time can be undone, microseconds since 1970; None for no limit."""
    return begun_at + context.history_days * _DAY if context.history_days else None


async def check_undoable(context: Context, account_id: int, events: tuple[int, int], what: str) -> None:
    """Check that the change log still has the changes of a job.

    Args:
        context: the service's context.
        account_id: the account.
        events: the numbers of the first and the last event of the changes; 0 if there are none.
        what: what is undone, such as `import 3`.

    Raises:
        JobConflict: it does not.
    """
    oldest = await context.store.read(ListEvents(account_id, 0, 1))
    if events[0] and not (oldest and oldest[0].event_id <= events[0]):
        raise JobConflict(
            f"The changes of {what} are older than the history, so it cannot be undone: see NUMBERKEEP_HISTORY_DAYS"
        )


async def undo_changes(
    held: Working, undoing: Undoing, advance: Advance, progress: Callable[[str, int, int], None]
) -> Undone:
    """Undo changes, from where the job is, the last change first.

    Args:
        held: the job, and who acts.
        undoing: what is undone.
        advance: returns the job's detail after a step; it may be called again, and must have no other effect.
        progress: called as the work goes on.

    Raises:
        JobLost: another process continues the job.
    """
    first, last = undoing.events
    before = undoing.before or last + 1
    undone = undoing.undone or Undone()
    total = last + 1 - first
    while before > first and (
        events := await held.context.store.read(
            ListEventsOfCause(held.account_id, undoing.cause, first, before, _EVENTS)
        )
    ):
        undone = await _undo(held, undoing, events, undone, advance)
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


async def replaced(context: Context, account_id: int, events: Sequence[Event]) -> Collection[str]:
    """Return the numbers whose contacts these events deleted and that have had other contacts since."""
    numbers: set[str] = set()
    for event in events:
        if event.type is EventType.CONTACT_DELETED:
            last = await context.store.read(ListEventsOf(account_id, event.phone, _MOST_SINCE))
            since = [each for each in last if each.event_id > event.event_id]
            if len(since) == _MOST_SINCE or any(each.type is EventType.CONTACT_CREATED for each in since):
                numbers.add(event.phone)
    return numbers


async def _undo(held: Working, undoing: Undoing, events: Sequence[Event], undone: Undone, advance: Advance) -> Undone:
    context, account_id = held.context, held.account_id
    lift = await liftable(context, account_id, events) if undoing.lift_opt_outs else {}
    stay = await replaced(context, account_id, events)
    command = UndoChanges(account_id, events, lift, undoing.why, context.stamp(), stay)
    done = await held.step(command, lambda detail, done, _: advance(detail, events[-1].event_id, _sum(undone, done)))
    return _sum(undone, done)


def _sum(first: Undone, second: Undone) -> Undone:
    return Undone(
        first.deleted + second.deleted,
        first.restored + second.restored,
        first.left + second.left,
        first.lifted + second.lifted,
        first.opted_out + second.opted_out,
    )
