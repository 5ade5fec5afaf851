"""That the service is to stop, told to what would go on for ever.

The server waits for every answer to end before it closes the application, so an endless one must be told before.
"""

import asyncio


class Closing:
    """Told once, from any thread."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Tell that the service is to stop."""
        if self._loop is None or self._loop.is_closed():
            self._event.set()
        else:
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        """Wait until it is told."""
        self._loop = asyncio.get_running_loop()
        await self._event.wait()
