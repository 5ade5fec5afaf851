"""Connections to one PostgreSQL database, and what happens to them when the server goes away.

A plain list of free connections: the driver's own pool resets a connection after every use, which costs more than a
lookup by key (docs/adr/0009-postgresql.md has the figures).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg

from numberkeep.store.postgres.connecting import disconnect
from numberkeep.store.postgres.driver_errors import DRIVER_ERRORS, ended_statement, is_lost, unavailable_on_error

R = TypeVar("R")
Connect = Callable[[], Awaitable[asyncpg.Connection]]
Work = Callable[[asyncpg.Connection], Awaitable[R]]

_WAIT_SECONDS: Final = 10.0
"""How long a request waits for a free connection."""

_ROLLBACK_SECONDS: Final = 2.0


class Pool:
    """At most `size` connections, opened when they are needed.

    Args:
        connect: opens a connection.
        size: the most connections.
        reserved: how many of them `run_long` never uses.

    Attributes:
        uses: how often it was used.
    """

    def __init__(self, connect: Connect, size: int, reserved: int = 0) -> None:
        self._connect = connect
        self._free: list[asyncpg.Connection] = []
        self._slots = asyncio.Semaphore(size)
        self._long_slots = asyncio.Semaphore(size - reserved)
        self._closed = False
        self.uses = 0

    async def run(self, work: Work[R]) -> R:
        """Run `work` on a connection, and return its result.

        If a free connection turns out to be dead at the first statement, the server was restarted: all free
        connections are dropped, and `work` runs again on a new one. So `work` must be safe to repeat after an error
        that `is_lost`.

        Raises:
            StoreUnavailable: there is no connection, or it fails.
        """
        self.uses += 1
        with unavailable_on_error():
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._slots.acquire()
            try:
                if self._free:
                    try:
                        return await self._use(self._free.pop(), work)
                    except DRIVER_ERRORS as error:
                        # A connection that timed out may be dead too, and with it the other free ones.
                        if is_lost(error) or isinstance(error, TimeoutError):
                            self._drop_free()
                        if not is_lost(error):
                            raise
                return await self._use(await self._connect(), work)
            finally:
                self._slots.release()

    async def run_long(self, work: Work[R]) -> R:
        """Run `work` that may take long, on a connection that is not reserved for short work.

        Raises:
            StoreUnavailable: as for `run`.
        """
        with unavailable_on_error():
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._long_slots.acquire()
        try:
            return await self.run(work)
        finally:
            self._long_slots.release()

    async def close(self) -> None:
        """Close the free connections; the others are closed when their work is done."""
        self._closed = True
        while self._free:
            await disconnect(self._free.pop())

    async def _use(self, connection: asyncpg.Connection, work: Work[R]) -> R:
        usable = False
        try:
            result = await work(connection)
            usable = True
        except asyncpg.PostgresError as error:
            # On Citus a remote node that is down fails many statements, and a new connection would cost the coordinator
            # new connections to every node.
            usable = ended_statement(error) and await _is_rolled_back(connection)
            raise
        finally:
            if usable and not self._closed:
                self._free.append(connection)
            else:  # after any other error its state is unknown; such errors are rare, and a new connection is cheap
                connection.terminate()
        return result

    def _drop_free(self) -> None:
        while self._free:
            self._free.pop().terminate()


async def _is_rolled_back(connection: asyncpg.Connection) -> bool:
    """End a failed transaction, and return whether the connection can be used again."""
    try:
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK", timeout=_ROLLBACK_SECONDS)
    except DRIVER_ERRORS:
        return False
    return not connection.is_closed()
