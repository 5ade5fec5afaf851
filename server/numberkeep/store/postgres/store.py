"""The Store contract on PostgreSQL: reads and writes on connections of their own."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import asyncpg

from numberkeep.domain.commands import Command
from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import Contact
from numberkeep.domain.delivery import Agenda, Backlog, Delivery, Webhook
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.listing import ListQuery, Page
from numberkeep.domain.message import Message
from numberkeep.domain.snapshot import Tallies
from numberkeep.store.migrations import Upgrade
from numberkeep.store.postgres import listing, log_reads, reads, schema
from numberkeep.store.postgres.account_queues import AccountQueues
from numberkeep.store.postgres.pool import Pool, connect, disconnect, unusable_on_error

R = TypeVar("R")

_READING: Final = 6
_WRITING: Final = 4
"""Connections of a process, apart, so that a long bulk request does not keep a lookup waiting."""

_STATEMENT_SECONDS: Final = 30.0
_STATEMENTS: Final = 200
"""Prepared statements that a connection remembers."""


class PostgresStore:
    """Contacts in a PostgreSQL database; see `numberkeep.store.contract.Store` for every method's promise.

    Args:
        url: `postgresql://user:password@host:port/database`, with libpq's parameters behind a `?`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._statements = 0
        self._reads: Pool | None = None
        self._writes: Pool | None = None
        self._queues: AccountQueues | None = None

    async def open(self, *, migrate: bool = True) -> None:
        """Connect and migrate."""
        with unusable_on_error():
            connection = await connect(self._url, statement_seconds=None)  # a step of the schema takes what it takes
            try:
                self._statements = 0 if await _is_pooled(connection) else _STATEMENTS
                await (schema.migrate(connection) if migrate else schema.refuse_other(connection))
                await schema.take_into_use(connection)
            finally:
                await disconnect(connection)
        self._reads = Pool(self._connect, _READING)
        self._writes = Pool(self._connect, _WRITING)
        self._queues = AccountQueues(self._writes)

    async def close(self) -> None:
        """Apply what waits, then close every connection."""
        if self._queues is not None:
            await self._queues.close()
        for pool in (self._writes, self._reads):
            if pool is not None:
                await pool.close()
        self._queues = self._writes = self._reads = None

    async def upgrade(self) -> Upgrade:
        """Migrate, and where the Citus extension is, spread the tables that are not yet; all for as long as it takes.

        Tables that hold rows are locked against writing while each is spread.
        """
        with unusable_on_error():
            connection = await connect(self._url, statement_seconds=None)
            try:
                done = await schema.migrate(connection)
                return replace(done, spread=await schema.distribute(connection))
            finally:
                await disconnect(connection)

    async def ready(self) -> None:
        """By asking the server whether it takes writes."""
        if await self._opened(self._reads).run(lambda connection: connection.fetchval("SELECT pg_is_in_recovery()")):
            raise StoreUnavailable("the server is a standby, which takes no writes")

    async def contact(self, account_id: int, phone: str) -> Contact | None:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.contact(connection, account_id, phone))

    async def contacts(self, account_id: int, query: ListQuery) -> Page:
        """By one statement."""
        return await self._opened(self._reads).run(lambda connection: listing.page(connection, account_id, query))

    async def count(self, account_id: int) -> int:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.count(connection, account_id))

    async def messages(self, account_id: int, limit: int) -> Sequence[Message]:
        """By one statement."""
        return await self._opened(self._reads).run(lambda connection: reads.messages(connection, account_id, limit))

    async def tallies(self, account_id: int) -> Tallies:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: log_reads.tallies(connection, account_id))

    async def events(self, account_id: int, after: int, limit: int) -> Sequence[Event]:
        """By one statement."""
        return await self._opened(self._reads).run(
            lambda connection: log_reads.events(connection, account_id, after, limit)
        )

    async def consent(self, account_id: int, after: int, limit: int) -> Sequence[ConsentEntry]:
        """By one statement."""
        return await self._opened(self._reads).run(
            lambda connection: log_reads.consent(connection, account_id, after, limit)
        )

    async def consent_of(self, account_id: int, phone: str) -> Sequence[ConsentEntry]:
        """By one statement."""
        return await self._opened(self._reads).run(
            lambda connection: log_reads.consent_of(connection, account_id, phone)
        )

    async def opt_outs(self, account_id: int) -> Mapping[str, int]:
        """By one statement."""
        return await self._opened(self._reads).run(lambda connection: log_reads.opt_outs(connection, account_id))

    async def webhooks(self, account_id: int) -> Sequence[Webhook]:
        """By one statement."""
        return await self._opened(self._reads).run(lambda connection: log_reads.webhooks(connection, account_id))

    async def dead(self, account_id: int, limit: int) -> Sequence[Delivery]:
        """By one statement."""
        return await self._opened(self._reads).run(lambda connection: log_reads.dead(connection, account_id, limit))

    async def agenda(self, at: int, among: Collection[int] | None = None) -> Agenda:
        """By one statement, on Citus on all nodes that have these accounts."""
        return await self._opened(self._reads).run(lambda connection: log_reads.agenda(connection, at, among))

    async def aged(self, before: int) -> Sequence[int]:
        """By one statement, on Citus on all nodes."""
        return await self._opened(self._reads).run(lambda connection: log_reads.aged(connection, before))

    async def backlog(self) -> Backlog:
        """By one statement, on Citus on all nodes."""
        return await self._opened(self._reads).run(log_reads.backlog)

    async def account(self, name: str) -> Account | None:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.account(connection, name))

    async def account_of(self, account_id: int) -> Account | None:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.account_of(connection, account_id))

    async def accounts(self) -> Sequence[Account]:
        """By one statement."""
        return await self._opened(self._reads).run(reads.accounts)

    async def account_signing(self, signing_hash: bytes) -> Account | None:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.account_signing(connection, signing_hash))

    async def api_key(self, key_id: str) -> ApiKey | None:
        """By one lookup."""
        return await self._opened(self._reads).run(lambda connection: reads.api_key(connection, key_id))

    async def api_keys(self) -> Sequence[ApiKey]:
        """By one statement."""
        return await self._opened(self._reads).run(reads.api_keys)

    async def apply(self, command: Command[R]) -> R:
        """In its account's queue, in a group with what else waits there."""
        result: R = await self._opened(self._queues).apply(command)
        return result

    async def _connect(self) -> asyncpg.Connection:
        return await connect(self._url, statement_seconds=_STATEMENT_SECONDS, statements=self._statements)

    @staticmethod
    def _opened(part: R | None) -> R:
        if part is None:
            raise RuntimeError("the store is not open")
        return part


async def _is_pooled(connection: asyncpg.Connection) -> bool:
    """Whether a pooler such as PgBouncer stands in between: then the process that answers is not the one that greeted.

    Behind a pooler no prepared statement may be kept. PgBouncer before 1.21 hands one client's to another under the
    same name, and what comes back is another query's answer, without an error.
    """
    answering: int = await connection.fetchval("SELECT pg_backend_pid()")
    return answering != connection.get_server_pid()
