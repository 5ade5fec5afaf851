"""The store on PostgreSQL, with separate connections for reads and writes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar, cast

import asyncpg

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.contacts.listing import LongPage
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.messages.listing import MessagePage
from numberkeep.store import group
from numberkeep.store.contact_queries import CountContacts
from numberkeep.store.contract import Preview
from numberkeep.store.message_pages import page_of, postgres_statement
from numberkeep.store.message_queries import ListMessagePage
from numberkeep.store.migrations import Upgrade
from numberkeep.store.postgres import citus, listing, schema
from numberkeep.store.postgres.account_queues import AccountQueues
from numberkeep.store.postgres.connecting import connect, disconnect
from numberkeep.store.postgres.conversations import run
from numberkeep.store.postgres.driver_errors import unavailable_on_error, unusable_on_error
from numberkeep.store.postgres.nodes import Nodes
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.postgres.read_statements import READS as SQL
from numberkeep.store.postgres.search_indexer import SearchIndexer
from numberkeep.store.queries import ListContacts, Query
from numberkeep.store.reads import READS
from numberkeep.store.transfer import Mark

R = TypeVar("R")

_READING: Final = 6
_WRITING: Final = 4
"""Connections of a process; separate, so that a long bulk request does not keep a lookup waiting."""

_FOR_LOOKUPS: Final = 2
"""Connections for reading that listings leave to lookups by key."""

_STATEMENT_SECONDS: Final = 30.0
_READY_SECONDS: Final = 3.0
_STATEMENTS: Final = 200
"""Prepared statements that a connection caches."""


class PostgresStore:
    """A store in a PostgreSQL database; `numberkeep.store.contract.Store` documents its methods.

    Args:
        url: `postgresql://user:password@host:port/database`, with libpq's parameters behind a `?`.
        for_tests: whether test mode uses it.
    """

    def __init__(self, url: str, *, for_tests: bool = False) -> None:
        self._url = url
        self._for_tests = for_tests
        self._is_for_tests = False
        self._statements = 0
        self._reads: Pool | None = None
        self._writes: Pool | None = None
        self._queues: AccountQueues | None = None
        self._nodes: Nodes | None = None
        self._indexer: SearchIndexer | None = None

    @property
    def is_for_tests(self) -> bool:
        """Whether the schema has the mark."""
        return self._is_for_tests

    async def open(self, *, migrate: bool = True) -> None:
        """Connect and migrate."""
        with unusable_on_error():
            connection = await connect(self._url, statement_seconds=None)  # a step of the schema may take any time
            try:
                self._statements = 0 if await _is_pooled(connection) else _STATEMENTS
                on_citus = await citus.is_installed(connection)
                if migrate:
                    await schema.migrate(connection, citus.distribute_added if on_citus else None)
                else:
                    await schema.refuse_other(connection)
                await schema.take_into_use(connection)
                if self._for_tests:
                    await schema.use_for_tests(connection)
                self._is_for_tests = await schema.mark_of(connection) is Mark.TEST
                on_citus = on_citus and bool(await citus.spread_tables(connection))
                if migrate and on_citus:  # the tables that an upgrade has added, or an interrupted `migrate` has left
                    await citus.distribute(connection)
            finally:
                await disconnect(connection)
        self._reads = Pool(self._connect, _READING, reserved=_FOR_LOOKUPS)
        self._writes = Pool(self._connect, _WRITING)
        self._queues = AccountQueues(self._writes, on_citus=on_citus)
        self._nodes = Nodes(self._reads) if on_citus else None
        self._indexer = SearchIndexer(self._writes, self._reads)
        self._indexer.start()

    async def close(self) -> None:
        """Apply the waiting commands, then close every connection."""
        if self._queues is not None:
            await self._queues.close()
        if self._indexer is not None:
            await self._indexer.close()
        for pool in (self._writes, self._reads):
            if pool is not None:
                await pool.close()
        self._queues = self._writes = self._reads = self._nodes = self._indexer = None

    async def upgrade(self) -> Upgrade:
        """Migrate, and on Citus distribute the tables that are not yet distributed, without a time limit."""
        with unusable_on_error():
            connection = await connect(self._url, statement_seconds=None)
            try:
                on_citus = await citus.is_installed(connection)
                done = await schema.migrate(connection, citus.distribute_added if on_citus else None)
                return replace(done, spread=await citus.distribute(connection)) if on_citus else done
            finally:
                await disconnect(connection)

    async def ready(self) -> None:
        """Check that the server accepts writes."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                standby = await self._opened(self._reads).run(
                    lambda connection: connection.fetchval("SELECT pg_is_in_recovery()")
                )
        except TimeoutError:
            raise StoreUnavailable(f"the server does not answer within {_READY_SECONDS:g} s") from None
        if standby:
            raise StoreUnavailable("the server is a standby, which accepts no writes: connect to the primary")

    async def read(self, query: Query[R]) -> R:
        """Run one statement on a connection for reading."""
        reads = self._opened(self._reads)
        if isinstance(query, ListContacts):
            page = await reads.run_long(lambda connection: listing.page(connection, query.account_id, query.query))
            return cast("R", page)
        if isinstance(query, ListMessagePage):
            return cast("R", await self._messages(query))
        if isinstance(query, CountContacts):
            return cast("R", await self._count(query))
        if self._nodes is not None and self._nodes.answers(query):
            return await self._nodes.read(query)
        read = READS[type(query)]
        sql, values = SQL[type(query)], read.values(query)
        run = reads.run if read.quick else reads.run_long
        rows = await run(lambda connection: connection.fetch(sql, *values))
        result: R = read.answer(cast("Sequence[Any]", rows), query)
        return result

    async def _count(self, query: CountContacts) -> int:
        account_id, where, most = query.account_id, query.where, query.most
        reads = self._opened(self._reads)
        return await reads.run_long(lambda connection: listing.count(connection, account_id, where, most))

    async def _messages(self, query: ListMessagePage) -> MessagePage:
        sql, values = postgres_statement(query.account_id, query.query)
        rows = await self._opened(self._reads).run_long(lambda connection: connection.fetch(sql, *values))
        return page_of(cast("Sequence[Any]", rows))

    @asynccontextmanager
    async def page_in_slices(self, query: ListContacts) -> AsyncIterator[LongPage]:
        """Read the slices by a cursor, on a connection of their own."""
        with unavailable_on_error():
            connection = await self._connect()
            try:
                await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                place = await listing.next_place(connection, query.account_id, query.query)
                yield LongPage(listing.slices(connection, query.account_id, query.query), place)
            finally:
                connection.terminate()

    async def apply(self, command: Command[R]) -> R:
        """Apply the command in a group with the other waiting commands of its account."""
        result: R = await self._opened(self._queues).apply(command)
        if isinstance(command, AccountCommand) and self._indexer is not None:
            self._indexer.notify(command.account_id)
        return result

    async def preview(self, commands: Sequence[AccountCommand[Any]]) -> Preview:
        """Run the commands in a read-only transaction."""

        async def run_preview(connection: asyncpg.Connection) -> Preview:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            found = await run(connection, group.preview(commands[0].account_id, commands))
            await connection.execute("ROLLBACK")
            return found

        return await self._opened(self._reads).run_long(run_preview)

    async def _connect(self) -> asyncpg.Connection:
        return await connect(self._url, statement_seconds=_STATEMENT_SECONDS, statements=self._statements)

    @staticmethod
    def _opened(part: R | None) -> R:
        if part is None:
            raise RuntimeError("the store is not open")
        return part


async def _is_pooled(connection: asyncpg.Connection) -> bool:
    """Return whether there is a pooler such as PgBouncer: then another process answers than the connection reports.

    Behind a pooler no prepared statement may be cached: PgBouncer before 1.21 may run another client's statement of the
    same name, and return its result without an error.
    """
    answering: int = await connection.fetchval("SELECT pg_backend_pid()")
    return answering != connection.get_server_pid()
