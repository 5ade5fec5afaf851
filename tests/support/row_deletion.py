"""Deletes every row of a PostgreSQL store, which is faster than a new database for each test."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Self

import asyncpg

from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE

_DELETION: Final = ";".join(f"DELETE FROM numberkeep.{table}" for table in (*DISTRIBUTED, *reversed(REFERENCE)))


class RowDeletion:
    """Keeps one connection for all tests, because opening one takes longer than the deletion.

    The connection has its own thread, because an event loop may be running in the caller's.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._runner = asyncio.Runner()
        self._thread = ThreadPoolExecutor(1)

    def run(self) -> None:
        """Delete every row."""
        self._thread.submit(lambda: self._runner.run(self._delete())).result()

    async def _delete(self) -> None:
        try:
            connection = self._connection or await asyncpg.connect(self._url)
            await connection.execute(_DELETION)
        except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError):
            if self._connection is None:
                raise
            self._connection = None  # a test has ended every connection to the database
            await self._delete()
        else:
            self._connection = connection

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._thread:
            self._thread.submit(lambda: self._runner.run(self._disconnect())).result()
            self._thread.submit(self._runner.close).result()
