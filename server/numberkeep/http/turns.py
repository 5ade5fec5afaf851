"""Limits how many requests of a kind one account has under way at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from numberkeep.http.budget import Limits
from numberkeep.http.errors import AccountBusy

_WAITING: Final = 100
"""Requests of one account that may wait for their turn."""

_WAIT_SECONDS: Final = 30.0


@dataclass(slots=True)
class _Line:
    turns: asyncio.Semaphore
    requests: int = 0


class Turns:
    """Gives each account a number of turns; further requests wait in order, with their bodies unread.

    Args:
        most: the turns of an account.
        kind: what takes turns, for the error.
        seconds: how long a request waits.
    """

    def __init__(self, most: int, kind: str, seconds: float = _WAIT_SECONDS) -> None:
        self._most = most
        self._kind = kind
        self._seconds = seconds
        self._lines: dict[int, _Line] = {}

    @asynccontextmanager
    async def turn(self, account_id: int) -> AsyncIterator[None]:
        """Wait for a turn, which ends with the block.

        Raises:
            AccountBusy: too many requests wait already, or none of them ended in time.
        """
        line = self._lines.get(account_id)
        if line is None:
            line = self._lines[account_id] = _Line(asyncio.Semaphore(self._most))
        if line.requests >= self._most + _WAITING:
            raise AccountBusy(self._kind)
        line.requests += 1
        try:
            try:
                async with asyncio.timeout(self._seconds):
                    await line.turns.acquire()
            except TimeoutError:
                raise AccountBusy(self._kind) from None
            try:
                yield
            finally:
                line.turns.release()
        finally:
            line.requests -= 1
            if not line.requests:
                del self._lines[account_id]


def bulk_turns(most: int = Limits().bulk) -> Turns:
    """Return the turns of bulk requests."""
    return Turns(most, "bulk requests")
