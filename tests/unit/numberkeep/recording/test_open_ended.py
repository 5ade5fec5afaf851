"""Answers without an end."""

import asyncio
from collections.abc import AsyncIterator

from numberkeep.http.closing import Closing
from numberkeep.recording.open_ended import until_closing


async def test_an_answer_ends_at_shutdown() -> None:
    """Also while the service is silent."""
    closing = Closing()

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.Event().wait()

    async with asyncio.timeout(30):
        seen = []
        async for part in until_closing(parts(), closing):
            seen.append(part)
            asyncio.get_running_loop().call_later(0.01, closing.begin)
    assert seen == [b"one"]


async def test_an_answer_that_ends_by_itself_is_whole() -> None:
    """Nothing waits for the shutdown."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    assert [part async for part in until_closing(parts(), Closing())] == [b"one", b"two"]
