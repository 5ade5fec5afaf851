"""Following an account's change log."""

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from numberkeep.domain.errors import NoSuchEvent
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.store.queries import GetTallies, ListEvents

OLDEST: Final = -1
"""Where to begin to get all that is kept."""

_PAGE: Final = 200
_LOOK_SECONDS: Final = 1.0
"""How often to look for what other processes changed."""


async def first(context: Context, account: Account, after: int | None) -> int:
    """The number behind which to follow the log: `after`, or the last one's where None is given.

    OLDEST stands for all that is kept.

    Raises:
        NoSuchEvent: events behind `after` are not kept any more, or the log has not come to it.
    """
    last = (await context.store.read(GetTallies(account.account_id))).events
    if after is None or after == last:
        return last
    if after > last:  # of a log that is not this one, or was: events that a restored backup lacks come anew
        raise NoSuchEvent(
            f"The log ends with event {last}, so it is not the one that you followed: begin behind {last}"
        )
    events = await context.store.read(ListEvents(account.account_id, max(after, 0), 1))
    kept_behind = events[0].event_id - 1 if events else last
    if OLDEST < after < kept_behind:
        raise NoSuchEvent(f"Events up to {kept_behind} are not kept any more: begin behind {kept_behind}")
    return kept_behind


async def follow(context: Context, account: Account, after: int) -> AsyncGenerator[Sequence[Event]]:
    """Events behind a number as they come, in order; an empty sequence now and then where none does."""
    with context.signals.listening(account.account_id) as listener:
        while True:
            events = await context.store.read(ListEvents(account.account_id, after, _PAGE))
            if events:
                after = events[-1].event_id
            yield events
            if len(events) < _PAGE:
                await listener.wait(_LOOK_SECONDS)
