"""Telling those who wait within this process that an account has changed, so that they need not look again and again.

What other processes change is not heard: who waits looks by itself now and then.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Listener:
    """One who waits."""

    def __init__(self) -> None:
        self._rung: set[int] = set()
        self._event = asyncio.Event()

    def notify(self, account_id: int) -> None:
        """Take note that an account has changed."""
        self._rung.add(account_id)
        self._event.set()

    async def wait(self, seconds: float) -> set[int]:
        """The accounts that have changed since the last time; none where `seconds` went by without any."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        return self.changed()

    def changed(self) -> set[int]:
        """The accounts that have changed since the last time, without waiting."""
        rung, self._rung = self._rung, set()
        self._event.clear()
        return rung


class ChangeSignals:
    """Rung after every change, by whoever made it."""

    def __init__(self) -> None:
        self._listeners: dict[Listener, int | None] = {}

    def notify(self, account_id: int) -> None:
        """Tell that an account has changed."""
        for listener, wanted in self._listeners.items():
            if wanted in {None, account_id}:
                listener.notify(account_id)

    @contextmanager
    def listening(self, account_id: int | None = None) -> Iterator[Listener]:
        """A listener to one account, or to all (None), for as long as the block runs."""
        listener = Listener()
        self._listeners[listener] = account_id
        try:
            yield listener
        finally:
            del self._listeners[listener]
