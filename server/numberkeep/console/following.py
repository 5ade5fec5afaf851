"""Which fragments of a page have changed since it was rendered.

A page names what it shows in `data-since`, read before all else, and the script repeats it as `since` when it opens the
stream. So nothing is missed in between, whether the page was loading, hidden or disconnected, and a page that shows
everything is not fetched again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final

from numberkeep.console.visit import Visit
from numberkeep.domain.errors import NoSuchEvent
from numberkeep.domain.event import Event
from numberkeep.service import feed

PAUSE_SECONDS: Final = 0.5
"""The least time between two messages to a page: under load one of them serves many events."""

LOOK_SECONDS: Final = 1.0
"""How often to look for what is not in the change log."""


async def position(visit: Visit) -> str:
    """Return the `data-since` of a page that shows all events until now."""
    return str(await feed.first(visit.context, visit.account, None))


async def following(
    visit: Visit, every: str, fragments_of: Callable[[Sequence[Event]], str]
) -> AsyncGenerator[str, None]:
    """Yield the ids of fragments that have changed, as the change log says, until the log begins again.

    Args:
        visit: the request for the stream.
        every: the ids of all fragments, which have changed if the page does not show the last event.
        fragments_of: returns the ids for some events, `""` for none.
    """
    last = await position(visit)
    if visit.query.get("since") != last:
        yield every
    try:
        async with aclosing(feed.follow(visit.context, visit.account, int(last))) as batches:
            async for events in batches:
                ids = fragments_of(events)
                if ids:
                    yield ids
                    await asyncio.sleep(PAUSE_SECONDS)
    except NoSuchEvent:
        return


async def looking(visit: Visit, every: str, look: Callable[[], Awaitable[str | None]]) -> AsyncGenerator[str, None]:
    """Yield the ids of all fragments whenever something that is not in the change log has changed.

    Args:
        visit: the request for the stream.
        every: the ids.
        look: returns the `data-since` of a page that shows everything; None if there is nothing to show any more.
    """
    shown = visit.query.get("since")
    while (now := await look()) is not None:
        if now != shown:
            yield every
        shown = now
        await asyncio.sleep(LOOK_SECONDS)
