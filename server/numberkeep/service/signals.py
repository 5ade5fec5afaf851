"""In-process change notifications, so that waiters need not poll.

Changes by other processes are not notified: waiters must look for them at intervals.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ALL_ACCOUNTS: Final = 0
"""Stands for all accounts when a listener is notified; no account has this id."""


class Listener:
    """Waits for changes to accounts.

    Attributes:
        restarted: whether the change log of an account began again, so that its numbers mean other events.
    """

    def __init__(self) -> None:
        self.restarted = False
        self._changed: set[int] = set()
        self._event = asyncio.Event()

    def notify(self, account_id: int) -> None:
        """Record that an account has changed, or ALL_ACCOUNTS."""
        self._changed.add(account_id)
        self._event.set()

    async def wait(self, seconds: float) -> set[int]:
        """Wait up to `seconds` for a change, and return the accounts that have changed since the last call."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        return self.changed()

    def changed(self) -> set[int]:
        """Return the accounts that have changed since the last call, without waiting."""
        changed, self._changed = self._changed, set()
        self._event.clear()
        return changed


class ChangeSignals:
    """Notifies listeners of every change in this process."""

    def __init__(self) -> None:
        self._listeners: dict[Listener, int | None] = {}

    def notify(self, account_id: int) -> None:
        """Notify the listeners that an account has changed."""
        for listener, wanted in self._listeners.items():
            if wanted in {None, account_id}:
                listener.notify(account_id)

    def notify_restart(self, account_id: int) -> None:
        """Notify the listeners to one account that its change log began again, or has ended."""
        for listener, wanted in self._listeners.items():
            if wanted == account_id:
                listener.restarted = True
        self.notify(account_id)

    @contextmanager
    def listening(self, account_id: int | None = None) -> Iterator[Listener]:
        """Yield a listener to one account, or to all (None), until the block ends."""
        listener = Listener()
        self._listeners[listener] = account_id
        try:
            yield listener
        finally:
            del self._listeners[listener]
