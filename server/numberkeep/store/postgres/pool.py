"""Connections to one PostgreSQL database, and what happens to them when the server goes away.

A plain list of free connections: the driver's own pool resets a connection after every use, which costs more than a
lookup by key (docs/adr/0009-postgresql.md has the figures).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import asyncpg

from numberkeep.domain.errors import StoreUnavailable, StoreUnusable

R = TypeVar("R")
Connect = Callable[[], Awaitable[asyncpg.Connection]]

_CONNECT_SECONDS: Final = 5.0
_WAIT_SECONDS: Final = 10.0
"""How long a request waits for a free connection."""

DRIVER_ERRORS: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""All errors of the driver; TimeoutError is an OSError."""


_LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # raised by a connection that the server ended, before the driver has noticed
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


_NOT_LOST: Final = (
    TimeoutError,
    ValueError,  # a value that the driver cannot encode is an InterfaceError too
    asyncpg.QueryCanceledError,
)


def is_lost(error: BaseException) -> bool:
    """Return whether the connection is at fault, and not the statement or a slow server."""
    return isinstance(error, _LOST) and not isinstance(error, _NOT_LOST)


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    """Turn errors of the driver into StoreUnavailable."""
    try:
        yield
    except DRIVER_ERRORS as error:
        raise StoreUnavailable(reason(error)) from error


@contextmanager
def unusable_on_error() -> Iterator[None]:
    """Turn errors of the driver while a store is opened into StoreUnusable.

    The error has the server's text: no request has run yet, so it cannot contain a contact's data.
    """
    try:
        yield
    except (ValueError, *DRIVER_ERRORS) as error:
        raise StoreUnusable(f"cannot use the PostgreSQL database: {str(error) or reason(error)}") from error


async def connect(url: str, *, statement_seconds: float | None, statements: int = 0) -> asyncpg.Connection:
    """Return a new connection.

    Args:
        url: as for `PostgresStore`.
        statement_seconds: how long a statement may take; None for any time.
        statements: how many prepared statements to cache; 0 if there may be a pooler in between.
    """
    return await asyncpg.connect(
        url,
        timeout=_CONNECT_SECONDS,
        command_timeout=statement_seconds,
        statement_cache_size=statements,
    )


async def disconnect(connection: asyncpg.Connection) -> None:
    """Close a connection, whatever state it is in."""
    try:
        await connection.close(timeout=_CONNECT_SECONDS)
    except DRIVER_ERRORS:
        connection.terminate()


def reason(error: BaseException) -> str:
    """Return the kind of error, without the server's text, which may contain a contact's data."""
    code = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__


async def copy_rows(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, seconds: float
) -> None:
    """Load rows into a table by COPY, which reads them while the server stores earlier ones.

    The driver alone would wait indefinitely if the server goes away while its buffers are full: it then ignores both
    the end of the connection and the timeout.

    Raises:
        asyncpg.PostgresError, OSError: as for any statement; ConnectionDoesNotExistError if the connection ended.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds) as limit:

            def end_now(_: object) -> None:
                limit.reschedule(loop.time())

            connection.add_termination_listener(end_now)
            try:
                await connection.copy_records_to_table(
                    table, schema_name="numberkeep", columns=list(columns), records=rows
                )
            finally:
                connection.remove_termination_listener(end_now)
    except (TimeoutError, RuntimeError) as error:  # RuntimeError: uvloop's for writing to a closed connection
        if connection.is_closed():
            raise asyncpg.ConnectionDoesNotExistError("the connection ended during COPY") from error
        raise


class Pool:
    """At most `size` connections, opened when they are needed.

    Args:
        connect: opens a connection.
        size: the most connections.
    """

    def __init__(self, connect: Connect, size: int) -> None:
        self._connect = connect
        self._free: list[asyncpg.Connection] = []
        self._slots = asyncio.Semaphore(size)
        self._closed = False

    async def run(self, work: Callable[[asyncpg.Connection], Awaitable[R]]) -> R:
        """Run `work` on a connection, and return its result.

        If a free connection turns out to be dead at the first statement, the server was restarted: all free
        connections are dropped, and `work` runs again on a new one. So `work` must be safe to repeat after an error
        that `is_lost`.

        Raises:
            StoreUnavailable: there is no connection, or it fails.
        """
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

    async def close(self) -> None:
        """Close the free connections; the others are closed when their work is done."""
        self._closed = True
        while self._free:
            await disconnect(self._free.pop())

    async def _use(self, connection: asyncpg.Connection, work: Callable[[asyncpg.Connection], Awaitable[R]]) -> R:
        try:
            result = await work(connection)
        except BaseException:
            # Its state is unknown; errors are rare, and a new connection is cheap.
            connection.terminate()
            raise
        if self._closed:
            connection.terminate()
        else:
            self._free.append(connection)
        return result

    def _drop_free(self) -> None:
        while self._free:
            self._free.pop().terminate()
