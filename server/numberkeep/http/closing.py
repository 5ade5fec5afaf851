"""Signals shutdown to open-ended responses.

The server waits for every response to end before it closes the application, so endless ones must end first.
"""

import asyncio


class Closing:
    """A signal that is given once, from any thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Signal shutdown."""
        if self._loop is None or self._loop.is_closed():
            self._event.set()
        else:
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Wait for the signal."""
        self._loop = asyncio.get_running_loop()
        await self._event.wait()
