"""Limits how many requests of a kind are under way at once, for each account and in all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

from numberkeep.http.budget import MIB, Limits
from numberkeep.http.request_errors import AccountBusy, HttpError, ServiceBusy

_WAITING: Final = 100
"""Requests of one account that may wait for their turn."""

_WAIT_SECONDS: Final = 30.0

_ROOM: Final = 32 * MIB
_LEAST: Final = 8 * MIB
"""What a small body counts, because its rows may have nearly no text."""


@dataclass(slots=True)
class _Line:
    turns: asyncio.Semaphore
    requests: int = 0


class Turns:
    """Gives each account a number of turns; further requests wait in order, with their bodies unread.

    Args:
        most: the turns of an account.
        kind: what takes turns, for the error.
        total: the turns of all accounts together; None for any number.
        seconds: how long a request waits.
    """

    def __init__(self, most: int, kind: str, total: int | None = None, seconds: float = _WAIT_SECONDS) -> None:
        self._most = most
        self._kind = kind
        self._total = None if total is None else asyncio.Semaphore(total)
        self._seconds = seconds
        self._lines: dict[int, _Line] = {}

    @asynccontextmanager
    async def turn(self, account_id: int) -> AsyncIterator[None]:
        """Wait for a turn, which ends with the block.

        Raises:
            AccountBusy: too many requests of the account wait already, or none of them ended in time.
            ServiceBusy: no request of another account ended in time.
        """
        line = self._lines.get(account_id)
        if line is None:
            line = self._lines[account_id] = _Line(asyncio.Semaphore(self._most))
        if line.requests >= self._most + _WAITING:
            raise AccountBusy(self._kind)
        line.requests += 1
        total = nullcontext() if self._total is None else self._held(self._total, ServiceBusy())
        try:
            async with self._held(line.turns, AccountBusy(self._kind)), total:
                yield
        finally:
            line.requests -= 1
            if not line.requests:
                del self._lines[account_id]

    @asynccontextmanager
    async def _held(self, turns: asyncio.Semaphore, busy: HttpError) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._seconds):
                await turns.acquire()
        except TimeoutError:
            raise busy from None
        try:
            yield
        finally:
            turns.release()


class Room:
    """Lets bulk requests of all accounts be worked on as long as their bodies fit; further ones wait in order.

    Decoded, applied and answered, a body takes up to eight times its size.

    Args:
        size: bytes of bodies; a larger one is alone.
    """

    def __init__(self, size: int = _ROOM) -> None:
        self._size = size
        self._used = 0
        self._door = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def take(self, body: int) -> AsyncIterator[None]:
        """Wait for room for a body of this size, which is free again at the end of the block."""
        body = max(body, _LEAST)
        async with self._door:
            while self._used and self._used + body > self._size:
                self._freed.clear()
                await self._freed.wait()
            self._used += body
        try:
            yield
        finally:
            self._used -= body
            self._freed.set()


def bulk_turns(most: int = Limits().bulk) -> Turns:
    """Return the turns of bulk requests."""
    return Turns(most, "bulk requests")
