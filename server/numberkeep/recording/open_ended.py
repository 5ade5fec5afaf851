"""Answers without an end, which end when the recorder stops."""

import asyncio
from collections.abc import AsyncIterator

from numberkeep.http.closing import Closing


async def until_closing(parts: AsyncIterator[bytes], closing: Closing) -> AsyncIterator[bytes]:
    """Yield the parts of an answer until it ends, or until shutdown is signalled."""
    ended = asyncio.ensure_future(closing.wait())
    following = None
    try:
        while not ended.done():
            following = asyncio.ensure_future(anext(parts, None))
            await asyncio.wait({following, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                return
            part = following.result()
            if part is None:
                return
            yield part
    finally:
        for task in (ended, following):
            if task is not None:
                task.cancel()
