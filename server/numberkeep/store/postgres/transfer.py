"""A PostgreSQL database, as a copy reads or writes it.

Every statement on tables of accounts except two names one account, so that on Citus it goes to one node.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.consent.ledger import FIRST
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.postgres import citus, schema
from numberkeep.store.postgres.connecting import SNAPSHOT, connect, disconnect
from numberkeep.store.postgres.copying_rows import copy_rows
from numberkeep.store.postgres.driver_errors import unavailable_on_error, unusable_on_error
from numberkeep.store.transfer import ACCOUNTS, TABLES, Key, LastNumbers, Mark, Row, Table

_STATEMENT_SECONDS: Final = 600.0

# One statement a table: on Citus one with several aggregates of several tables may not go to one node.
_DERIVED: Final = (
    ("contact_count", "SELECT count(*) FROM numberkeep.contacts WHERE account_id = $1"),
    ("last_message", "SELECT coalesce(max(message_id), 0) FROM numberkeep.messages WHERE account_id = $1"),
    ("last_event", "SELECT coalesce(max(event_id), 0) FROM numberkeep.events WHERE account_id = $1"),
    ("last_entry", "SELECT coalesce(max(entry_id), 0) FROM numberkeep.consent WHERE account_id = $1"),
    ("ledger", "SELECT hash FROM numberkeep.consent WHERE account_id = $1 ORDER BY entry_id DESC LIMIT 1"),
    ("webhook_count", "SELECT count(*) FROM numberkeep.webhooks WHERE account_id = $1"),
    ("last_webhook", "SELECT coalesce(max(webhook_id), 0) FROM numberkeep.webhooks WHERE account_id = $1"),
    (
        "last_verification",
        "SELECT coalesce(max(verification_id), 0) FROM numberkeep.verifications WHERE account_id = $1",
    ),
    ("last_review", "SELECT coalesce(max(review_id), 0) FROM numberkeep.reviews WHERE account_id = $1"),
    ("open_reviews", "SELECT count(*) FROM numberkeep.reviews WHERE account_id = $1 AND decision = 'open'"),
    ("last_job", "SELECT coalesce(max(job_id), 0) FROM numberkeep.jobs WHERE account_id = $1"),
    ("last_attempt", "SELECT coalesce(max(attempt_id), 0) FROM numberkeep.attempts WHERE account_id = $1"),
)
_DERIVED_LATER: Final = (
    "DELETE FROM numberkeep.search_progress WHERE account_id = $1",
    "UPDATE numberkeep.writers SET text_event = -1 WHERE account_id = $1",
)
_LAST_NUMBERS: Final = "SELECT account_id, last_event, last_webhook FROM numberkeep.writers"
_RAISE_LAST_NUMBERS: Final = (
    "UPDATE numberkeep.writers SET last_event = greatest(last_event, $1), last_webhook = greatest(last_webhook, $2) "
    "WHERE account_id = $3"
)
# Over all accounts, as no index finds an account's rows.
_DELETE_LEFT_GRAMS: Final = (
    "DELETE FROM numberkeep.search_grams AS g WHERE NOT EXISTS (SELECT FROM numberkeep.contacts AS c "
    "WHERE c.account_id = g.account_id AND c.phone = reverse(g.reversed))"
)
# Names no table, so that on Citus it runs where the sequence is.
_NEXT_ACCOUNT: Final = "SELECT setval(pg_get_serial_sequence('numberkeep.accounts', 'account_id'), $1)"


class PostgresTransfer:
    """A PostgreSQL database; `numberkeep.store.transfer.Transfer` documents the methods.

    Args:
        url: as for `PostgresStore`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def open(self, *, writing: bool) -> None:
        """Connect; to read, in a transaction that stays open."""
        with unusable_on_error():
            self._connection = await connect(self._url, statement_seconds=_STATEMENT_SECONDS)
            on_citus = await citus.is_installed(self._connection)
            if writing:
                await schema.migrate(self._connection, citus.distribute_added if on_citus else None)
            else:
                await self._connection.execute(SNAPSHOT)
                await schema.refuse_other(self._connection)

    async def close(self) -> None:
        """Close the connection, which ends the transaction."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await disconnect(connection)

    async def identity(self) -> str:
        """Return the name and the server's start time: no two servers start in the same microsecond."""
        with unavailable_on_error():
            found: str = await self._opened.fetchval(
                "SELECT concat_ws(' ', 'postgres', extract(epoch FROM pg_postmaster_start_time()), current_database())"
            )
        return found

    async def mark(self) -> Mark:
        """Return the mark in the schema's comment."""
        with unavailable_on_error():
            return await schema.mark_of(self._opened)

    async def set_mark(self, mark: Mark) -> None:
        """Set the mark in the schema's comment."""
        with unavailable_on_error():
            await schema.set_mark(self._opened, mark)

    async def count(self, table: Table) -> int:
        """Return the number of rows, on Citus over all nodes."""
        with unavailable_on_error():
            found: int = await self._opened.fetchval(f"SELECT count(*) FROM {_name(table)}")
        return found

    async def rows(self, table: Table, account_id: int | None, after: Key | None, limit: int) -> Sequence[Row]:
        """Return the rows by one statement along an index."""
        conditions: list[str] = []
        values: list[object] = []
        if table.of_account:
            conditions.append("account_id = $1")
            values.append(account_id)
        key = ", ".join(table.key)
        if after is not None:
            conditions.append(f"({key}) > ({_places(after, len(values) + 1)})")
            values += after
        shown = [f"{name}::integer" if name in table.flags else name for name in table.columns]
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        values.append(limit)
        sql = f"SELECT {', '.join(shown)} FROM {_name(table)} {where} ORDER BY {key} LIMIT ${len(values)}"
        with unavailable_on_error():
            return list(map(tuple, await self._opened.fetch(sql, *values)))

    async def replace(self, table: Table, account_id: int | None, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        """Replace rows in a transaction; if other rows conflict, in a second one that removes these too."""
        with unavailable_on_error():
            try:
                async with self._opened.transaction():
                    await self._replace(table, gone, fresh)
            except asyncpg.UniqueViolationError:
                try:
                    async with self._opened.transaction():
                        for column in table.unique:
                            place = table.columns.index(column)
                            await self._opened.executemany(
                                f"DELETE FROM {_name(table)} WHERE account_id = $1 AND {column} = $2",
                                [(account_id, row[place]) for row in fresh],
                            )
                        await self._replace(table, gone, fresh)
                except asyncpg.UniqueViolationError as error:
                    raise StoreUnavailable(
                        f"rows of {table.name} conflict with others of the database: copy to an empty one"
                    ) from error

    async def last_numbers(self) -> Sequence[LastNumbers]:
        """Return the last numbers by one statement, on Citus on all nodes."""
        with unavailable_on_error():
            return [LastNumbers(*row) for row in await self._opened.fetch(_LAST_NUMBERS)]

    async def finish(self, last: Sequence[LastNumbers]) -> None:
        """Derive account by account, then update the planner's statistics."""
        with unavailable_on_error():
            async for account_id in self._accounts():
                await self._opened.execute(
                    "INSERT INTO numberkeep.writers (account_id) VALUES ($1) ON CONFLICT (account_id) DO NOTHING",
                    account_id,
                )
                for column, statement in _DERIVED:
                    found = await self._opened.fetchval(statement, account_id)
                    await self._opened.execute(
                        f"UPDATE numberkeep.writers SET {column} = $2 WHERE account_id = $1",
                        account_id,
                        FIRST if found is None else found,
                    )
                # The search index is built again, which corrects the texts too; what is right of it is kept.
                for statement in _DERIVED_LATER:
                    await self._opened.execute(statement, account_id)
            await self._opened.execute(_DELETE_LEFT_GRAMS)
            for each in last:
                await self._opened.execute(_RAISE_LAST_NUMBERS, each.event, each.webhook, each.account_id)
            newest = await self._opened.fetchval("SELECT max(account_id) FROM numberkeep.accounts")
            if newest is not None:
                await self._opened.execute(_NEXT_ACCOUNT, newest)
            for table in TABLES:
                await self._opened.execute(f"ANALYZE {_name(table)}")

    async def _accounts(self) -> AsyncIterator[int]:
        after: Key | None = None
        while rows := await self.rows(ACCOUNTS, None, after, ACCOUNTS.page):
            for account_id, *_ in rows:
                yield account_id
            after = ACCOUNTS.key_of(rows[-1])

    async def _replace(self, table: Table, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        identity = table.identity
        if table.lasting:
            new = ", ".join(f"{name} = excluded.{name}" for name in table.values)
            await self._opened.executemany(
                f"INSERT INTO {_name(table)} ({', '.join(table.columns)}) OVERRIDING SYSTEM VALUE "
                f"VALUES ({_places(table.columns)}) ON CONFLICT ({', '.join(identity)}) DO UPDATE SET {new}",
                _with_flags(table, fresh),
            )
            return
        if gone:
            where = " AND ".join(f"{name} = ${n}" for n, name in enumerate(identity, start=1))
            await self._opened.executemany(
                f"DELETE FROM {_name(table)} WHERE {where}",
                [row[: len(identity)] for row in gone],
            )
        if fresh:
            rows = _with_flags(table, fresh)
            await copy_rows(self._opened, table.name, table.columns, rows, seconds=_STATEMENT_SECONDS)

    @property
    def _opened(self) -> asyncpg.Connection:
        if self._connection is None:
            raise RuntimeError("the database is not open")
        return self._connection


def _with_flags(table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with booleans as flags, which the driver requires."""
    if not table.flags:
        return rows
    places = [place for place, name in enumerate(table.columns) if name in table.flags]
    changed = [list(row) for row in rows]
    for row in changed:
        for place in places:
            row[place] = bool(row[place])
    return list(map(tuple, changed))


def _name(table: Table) -> str:
    return f"numberkeep.{table.name}"


def _places(columns: Sequence[object], first: int = 1) -> str:
    return ", ".join(f"${n}" for n in range(first, first + len(columns)))
