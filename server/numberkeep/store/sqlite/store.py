"""The Store contract on SQLite: who runs where.

A point read runs inline, on a connection of the event loop's own thread: handing it to a thread costs more than the
read itself (13,100 against 31,300 requests/s). So do short listings; others run on reader threads, writes on the
writer's.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import apsw

from numberkeep.domain.commands import Command
from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import Contact
from numberkeep.domain.delivery import Agenda, Backlog, Delivery, Webhook
from numberkeep.domain.errors import StoreUnusable
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.listing import ListQuery, Page
from numberkeep.domain.message import Message
from numberkeep.domain.snapshot import Tallies
from numberkeep.store.migrations import Upgrade
from numberkeep.store.sqlite import listing, log_reads, reads
from numberkeep.store.sqlite.connection import Database, unavailable_on_error
from numberkeep.store.sqlite.writer import Writer

R = TypeVar("R")

_READERS: Final = 2
_INLINE_KIB: Final = 16_000
"""Memory for pages of the connection that looks up keys: at ten million contacts the upper pages of the indexes fit,
and a lookup takes 13 microseconds instead of 20 with SQLite's 2000."""

_NOT_OPEN: Final = "the store is not open"


class SqliteStore:
    """Contacts in one SQLite file, or in memory; see `numberkeep.store.contract.Store` for every method's promise.

    Args:
        path: the file; None keeps everything in memory, for tests and trials.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path)
        self._inline: apsw.Connection | None = None
        self._writer: Writer | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._reader = threading.local()
        self._connections: list[apsw.Connection] = []

    async def open(self, *, migrate: bool = True) -> None:
        """Connect and migrate."""
        try:
            if not migrate:
                self._database.refuse_other()
            first = self._connect()
            if migrate:
                self._database.migrate(first)
            self._database.take_into_use(first)
            self._inline = self._connect()
            self._inline.pragma("cache_size", -_INLINE_KIB)
            # Opened here and not by the threads: what cannot be opened is said now, and not by the first listing.
            spare = [self._connect() for _ in range(_READERS)]
        except StoreUnusable:
            await self.close()
            raise
        self._writer = Writer(first)
        self._readers = ThreadPoolExecutor(
            _READERS, "numberkeep-reader", initializer=self._take_reader, initargs=(spare,)
        )

    async def close(self) -> None:
        """Apply what waits, then close every connection."""
        if self._writer is not None:
            await self._writer.close()
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
        self._writer = self._readers = self._inline = None
        while self._connections:
            with contextlib.suppress(apsw.Error):  # a failed final checkpoint loses nothing: the WAL is still there
                self._connections.pop().close()

    async def upgrade(self) -> Upgrade:
        """Migrate."""
        try:
            return self._database.migrate(self._connect())
        finally:
            await self.close()

    async def ready(self) -> None:
        """By one lookup, and a look whether the files are still there."""
        with unavailable_on_error():
            reads.count(self._connection, 0)
        if self._writer is not None:
            self._writer.check_files()

    async def contact(self, account_id: int, phone: str) -> Contact | None:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.contact(self._connection, account_id, phone)

    async def contacts(self, account_id: int, query: ListQuery) -> Page:
        """A short one inline, any other on a reader thread."""
        if listing.is_short(query):
            with unavailable_on_error():
                return listing.page(self._connection, account_id, query)
        return await self._read(lambda connection: listing.page(connection, account_id, query))

    async def count(self, account_id: int) -> int:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.count(self._connection, account_id)

    async def messages(self, account_id: int, limit: int) -> Sequence[Message]:
        """On a reader thread."""
        return await self._read(lambda connection: reads.messages(connection, account_id, limit))

    async def tallies(self, account_id: int) -> Tallies:
        """By one lookup, inline."""
        with unavailable_on_error():
            return log_reads.tallies(self._connection, account_id)

    async def events(self, account_id: int, after: int, limit: int) -> Sequence[Event]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.events(connection, account_id, after, limit))

    async def consent(self, account_id: int, after: int, limit: int) -> Sequence[ConsentEntry]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.consent(connection, account_id, after, limit))

    async def consent_of(self, account_id: int, phone: str) -> Sequence[ConsentEntry]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.consent_of(connection, account_id, phone))

    async def opt_outs(self, account_id: int) -> Mapping[str, int]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.opt_outs(connection, account_id))

    async def webhooks(self, account_id: int) -> Sequence[Webhook]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.webhooks(connection, account_id))

    async def dead(self, account_id: int, limit: int) -> Sequence[Delivery]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.dead(connection, account_id, limit))

    async def agenda(self, at: int, among: Collection[int] | None = None) -> Agenda:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.agenda(connection, at, among))

    async def aged(self, before: int) -> Sequence[int]:
        """On a reader thread."""
        return await self._read(lambda connection: log_reads.aged(connection, before))

    async def backlog(self) -> Backlog:
        """On a reader thread."""
        return await self._read(log_reads.backlog)

    async def account(self, name: str) -> Account | None:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.account(self._connection, name)

    async def account_of(self, account_id: int) -> Account | None:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.account_of(self._connection, account_id)

    async def accounts(self) -> Sequence[Account]:
        """On a reader thread."""
        return await self._read(reads.accounts)

    async def account_signing(self, signing_hash: bytes) -> Account | None:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.account_signing(self._connection, signing_hash)

    async def api_key(self, key_id: str) -> ApiKey | None:
        """By one lookup, inline."""
        with unavailable_on_error():
            return reads.api_key(self._connection, key_id)

    async def api_keys(self) -> Sequence[ApiKey]:
        """On a reader thread."""
        return await self._read(reads.api_keys)

    async def apply(self, command: Command[R]) -> R:
        """On the writer's thread, in a group with what else waits."""
        if self._writer is None:
            raise RuntimeError(_NOT_OPEN)
        result: R = await self._writer.apply(command)
        return result

    @property
    def _connection(self) -> apsw.Connection:
        if self._inline is None:
            raise RuntimeError(_NOT_OPEN)
        return self._inline

    async def _read(self, read: Callable[[apsw.Connection], R]) -> R:
        if self._readers is None:
            raise RuntimeError(_NOT_OPEN)

        def run() -> R:
            with unavailable_on_error():
                return read(self._reader.connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def _take_reader(self, spare: list[apsw.Connection]) -> None:
        self._reader.connection = spare.pop()

    def _connect(self) -> apsw.Connection:
        connection = self._database.connect()
        self._connections.append(connection)
        return connection
