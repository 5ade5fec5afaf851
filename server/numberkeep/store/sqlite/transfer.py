"""A SQLite database, as a copy reads or writes it: one connection, which one thread uses."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import apsw

from numberkeep.domain.errors import StoreUnavailable, StoreUnusable
from numberkeep.store.migrations import refuse_older, refuse_unfinished
from numberkeep.store.sqlite.connection import (
    Database,
    lacking,
    mark_of,
    pending_steps,
)
from numberkeep.store.sqlite.failures import Failures, reason
from numberkeep.store.sqlite.lock import ServiceLock
from numberkeep.store.sqlite.search_index import index_most
from numberkeep.store.sqlite.transactions import transaction
from numberkeep.store.transfer import Key, LastNumbers, Mark, Row, Table

R = TypeVar("R")

_THEIRS: Final = "FROM {0} WHERE {0}.account_id = accounts.account_id"
_FINISH: Final = (
    "UPDATE accounts SET "
    f"contact_count = (SELECT count(*) {_THEIRS.format('contacts')}), "
    f"last_message = (SELECT coalesce(max(message_id), 0) {_THEIRS.format('messages')}), "
    f"last_event = (SELECT coalesce(max(event_id), 0) {_THEIRS.format('events')}), "
    f"last_entry = (SELECT coalesce(max(entry_id), 0) {_THEIRS.format('consent')}), "
    f"ledger = coalesce((SELECT hash {_THEIRS.format('consent')} ORDER BY entry_id DESC LIMIT 1), zeroblob(32)), "
    f"webhook_count = (SELECT count(*) {_THEIRS.format('webhooks')}), "
    f"last_webhook = (SELECT coalesce(max(webhook_id), 0) {_THEIRS.format('webhooks')}), "
    f"last_verification = (SELECT coalesce(max(verification_id), 0) {_THEIRS.format('verifications')}), "
    f"last_review = (SELECT coalesce(max(review_id), 0) {_THEIRS.format('reviews')}), "
    f"open_reviews = (SELECT count(*) {_THEIRS.format('reviews')} AND decision = 'open'), "
    f"last_job = (SELECT coalesce(max(job_id), 0) {_THEIRS.format('jobs')}), "
    f"last_attempt = (SELECT coalesce(max(attempt_id), 0) {_THEIRS.format('attempts')})"
)

_LAST_NUMBERS: Final = "SELECT account_id, last_event, last_webhook FROM accounts"
_RAISE_LAST_NUMBERS: Final = (
    "UPDATE accounts SET last_event = max(last_event, ?), last_webhook = max(last_webhook, ?) WHERE account_id = ?"
)


class SqliteTransfer:
    """A SQLite database; `numberkeep.store.transfer.Transfer` documents the methods.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._path = path
        self._connection: apsw.Connection | None = None
        self._lock: ServiceLock | None = None
        self._thread = ThreadPoolExecutor(1, "numberkeep-copy")

    async def open(self, *, writing: bool) -> None:
        """Connect; for writing, with the lock that keeps services out."""
        await self._run_unopened(self._write if writing else self._read)

    async def close(self) -> None:
        """Close the connection when the thread has finished its work."""
        await self._run_unopened(self._close)

    async def identity(self) -> str:
        """Return the file's device and inode numbers."""
        status = self._path.stat()
        return f"sqlite {status.st_dev} {status.st_ino}"

    async def mark(self) -> Mark:
        """Return the mark in `user_version`."""
        return await self._run(mark_of)

    async def set_mark(self, mark: Mark) -> None:
        """Set the mark in `user_version`."""
        await self._run(lambda connection: connection.pragma("user_version", mark.value))

    async def count(self, table: Table) -> int:
        """Return the number of rows."""
        return await self._run(lambda connection: int(connection.execute(f"SELECT count(*) FROM {table.name}").get))

    async def rows(self, table: Table, account_id: int | None, after: Key | None, limit: int) -> Sequence[Row]:
        """Return the rows by one statement along an index."""
        conditions: list[str] = []
        values: list[object] = []
        if table.of_account:
            conditions.append("account_id = ?")
            values.append(account_id)
        key = ", ".join(table.key)
        if after is not None:
            conditions.append(f"({key}) > ({_places(after)})")
            values += after
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"SELECT {', '.join(table.columns)} FROM {table.name} {where} ORDER BY {key} LIMIT ?"
        return await self._run(lambda connection: connection.execute(sql, (*values, limit)).fetchall())

    async def replace(self, table: Table, account_id: int | None, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        """Replace rows in a transaction; if other rows conflict, in a second one that removes these too."""

        def run(connection: apsw.Connection) -> None:
            try:
                with transaction(connection):
                    _replace(connection, table, gone, fresh)
            except apsw.ConstraintError:
                with _unavailable_on_conflict(table), transaction(connection):
                    for column in table.unique:
                        place = table.columns.index(column)
                        connection.executemany(
                            f"DELETE FROM {table.name} WHERE account_id = ? AND {column} = ?",
                            [(account_id, row[place]) for row in fresh],
                        )
                    _replace(connection, table, gone, fresh)

        await self._run(run)

    async def last_numbers(self) -> Sequence[LastNumbers]:
        """Return the last numbers of every account."""
        return await self._run(lambda connection: [LastNumbers(*row) for row in connection.execute(_LAST_NUMBERS)])

    async def finish(self, last: Sequence[LastNumbers]) -> None:
        """Derive in one transaction, and index the words; the next account's id follows from the rows."""

        def run(connection: apsw.Connection) -> None:
            with transaction(connection):
                connection.execute(_FINISH)
                numbers = [(each.event, each.webhook, each.account_id) for each in last]
                connection.executemany(_RAISE_LAST_NUMBERS, numbers)
            index_most(connection)

        await self._run(run)

    def _read(self) -> None:
        self._connection = self._database.visit()
        try:
            self._connection.execute("BEGIN")
            refuse_older(lacking(self._connection))
            refuse_unfinished(pending_steps(self._connection))
        except apsw.Error as error:
            raise StoreUnusable(f"cannot open the database {self._path}: {reason(error)}") from error

    def _write(self) -> None:
        self._lock = ServiceLock.acquire(self._path)
        self._connection = self._database.connect()
        self._database.migrate(self._connection)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def _run_unopened(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _run(self, work: Callable[[apsw.Connection], R]) -> R:
        def run() -> R:
            if self._connection is None:
                raise RuntimeError("the database is not open")
            with Failures():
                return work(self._connection)

        return await self._run_unopened(run)


def _replace(connection: apsw.Connection, table: Table, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
    identity = table.identity
    insert = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({_places(table.columns)})"
    if table.lasting:
        new = ", ".join(f"{name} = excluded.{name}" for name in table.values)
        insert += f" ON CONFLICT ({', '.join(identity)}) DO UPDATE SET {new}"
    else:
        where = " AND ".join(f"{name} = ?" for name in identity)
        connection.executemany(
            f"DELETE FROM {table.name} WHERE {where}",
            [row[: len(identity)] for row in gone],
        )
    connection.executemany(insert, fresh)


@contextmanager
def _unavailable_on_conflict(table: Table) -> Iterator[None]:
    try:
        yield
    except apsw.ConstraintError as error:
        raise StoreUnavailable(
            f"rows of {table.name} conflict with others of the database: copy to an empty one"
        ) from error


def _places(columns: Sequence[object]) -> str:
    return ", ".join("?" * len(columns))
