"""Follows an account's change log."""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from numberkeep.domain.errors import NoSuchEvent
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.store.queries import GetTallies, ListEvents

OLDEST: Final = -1
"""The position before the oldest retained event."""

_PAGE: Final = 200
_PAGE_BYTES: Final = 64 * 1024
"""What the events of a page may have in all. One event alone can be larger, as large as a contact."""
_LOOK_SECONDS: Final = 1.0
"""How often to look for what other processes changed."""


async def first(context: Context, account: Account, after: int | None) -> int:
    """Return the number after which to follow the log: `after`, or the number of the last event for None.

    OLDEST stands for the oldest retained event.

    Raises:
        NoSuchEvent: events after `after` are no longer retained, or the log has no event with this number yet.
    """
    last = (await context.store.read(GetTallies(account.account_id))).events
    if after is None or after == last:
        return last
    if after > last:  # from another log, or from before a backup was restored, after which numbers are used again
        raise NoSuchEvent(f"The log ends with event {last}, so it is not the one that you followed: begin after {last}")
    events = await context.store.read(ListEvents(account.account_id, max(after, 0), 1))
    kept_after = events[0].event_id - 1 if events else last
    if OLDEST < after < kept_after:
        raise NoSuchEvent(f"Events up to {kept_after} are no longer retained: begin after {kept_after}")
    return kept_after


async def follow(context: Context, account: Account, after: int) -> AsyncGenerator[Sequence[Event]]:
    """Yield events after a number as they come, in order; regularly an empty sequence if none comes.

    Raises:
        NoSuchEvent: the log began again meanwhile, as only test mode has it.
    """
    with context.signals.listening(account.account_id) as listener:
        waited = True
        while True:
            if listener.restarted:
                raise NoSuchEvent("The log has begun again: begin after 0")
            events = await context.store.read(ListEvents(account.account_id, after, _PAGE, _PAGE_BYTES))
            if events:
                after = events[-1].event_id
            if events or waited:
                yield events
            waited = not events
            if waited:
                await listener.wait(_LOOK_SECONDS)
