"""Which fragments of a page have changed, as the change log says."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final

from numberkeep.console.visit import Visit
from numberkeep.domain.errors import NoSuchEvent
from numberkeep.domain.event import Event
from numberkeep.service import feed

PAUSE_SECONDS: Final = 0.5
"""The least time between two messages to a page: under load one of them serves many events."""


async def following(visit: Visit, fragments_of: Callable[[Sequence[Event]], str]) -> AsyncGenerator[str, None]:
    """Yield the ids of fragments that have changed, until the log begins again.

    Args:
        visit: the request for the stream.
        fragments_of: returns the ids for some events, `""` for none.
    """
    try:
        after = await feed.first(visit.context, visit.account, None)
        async with aclosing(feed.follow(visit.context, visit.account, after)) as batches:
            async for events in batches:
                ids = fragments_of(events)
                if ids:
                    yield ids
                    await asyncio.sleep(PAUSE_SECONDS)
    except NoSuchEvent:
        return
