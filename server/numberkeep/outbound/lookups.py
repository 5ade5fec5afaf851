"""Looks up the addresses of names, in threads of its own, shared fairly among accounts.

A lookup by the system blocks a thread and cannot be cancelled, and anybody with a key chooses the names. So an account
has few lookups under way; its further ones wait for those, and not the lookups of others.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from weakref import WeakValueDictionary

THREADS: Final = 16
"""All accounts' lookups at a time. The threads start when they are needed."""

THREADS_OF_AN_ACCOUNT: Final = 2

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host's name and a port, as text. Raises OSError if there are none."""

_threads: Final = ThreadPoolExecutor(THREADS, "webhook-names")


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system knows for a name."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return [str(place[0]) for *_, place in found]


class Lookups:
    """Runs lookups: few at a time for each account, and one at a time for a name.

    Args:
        resolve: looks up one name.
    """

    def __init__(self, resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._running: dict[tuple[str, str, int], asyncio.Task[Sequence[str]]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()  # only while they are used

    async def addresses(self, account: str, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host's name.

        If the caller gives up, a lookup that has begun goes on until the system ends it, and keeps the account's place.

        Raises:
            OSError: there are none.
        """
        key = account, host, port
        if key not in self._running:
            turn = self._turns.setdefault(account, asyncio.Semaphore(THREADS_OF_AN_ACCOUNT))
            await turn.acquire()
            if key in self._running:  # since another caller's turn
                turn.release()
            else:
                task = self._running[key] = asyncio.create_task(self._look_up(key, turn))
                task.add_done_callback(_retrieve)
        return await asyncio.shield(self._running[key])

    async def _look_up(self, key: tuple[str, str, int], turn: asyncio.Semaphore) -> Sequence[str]:
        try:
            return await self._resolve(*key[1:])
        finally:
            del self._running[key]
            turn.release()


def _retrieve(done: asyncio.Task[Sequence[str]]) -> None:
    """Mark a task's error as seen: nobody may be waiting for it any longer."""
    if not done.cancelled():
        done.exception()
