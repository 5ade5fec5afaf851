"""The store on SQLite, and which thread runs what.

A point read runs inline, on a connection of the event loop's own thread: switching to another thread costs more than
the read itself (13,100 against 31,300 requests/s). So do short listings; others run on reader threads, writes on the
writer's.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import apsw

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import LongPage, Page, Position
from numberkeep.domain.errors import StoreUnusable
from numberkeep.domain.messages.listing import MessagePage
from numberkeep.store import group
from numberkeep.store.contact_queries import CountContacts
from numberkeep.store.contract import Preview
from numberkeep.store.message_pages import page_of, sqlite_statement
from numberkeep.store.message_queries import ListMessagePage
from numberkeep.store.migrations import Upgrade
from numberkeep.store.queries import GetTallies, ListContacts, Query
from numberkeep.store.reads import READS
from numberkeep.store.sqlite import listing
from numberkeep.store.sqlite.connection import Database, mark_of
from numberkeep.store.sqlite.failures import Failures
from numberkeep.store.sqlite.page_slices import PageSlices
from numberkeep.store.sqlite.read_statements import READS as SQL
from numberkeep.store.sqlite.search_index import count_unindexed
from numberkeep.store.sqlite.statements import bound, run
from numberkeep.store.sqlite.test_database import use_for_tests
from numberkeep.store.sqlite.transactions import transaction
from numberkeep.store.sqlite.writer import Writer
from numberkeep.store.transfer import Mark

R = TypeVar("R")

_READERS: Final = 2
_CACHE_KIB: Final = 16_000
"""Page cache of the inline connection and the writer's: at ten million contacts the upper pages of the indexes fit. A
lookup takes 13 microseconds instead of 20 with SQLite's 2000, and writing ten thousand rows a quarter less."""

_READS: Final = {kind: (SQL[kind], read) for kind, read in READS.items()}

_NOT_OPEN: Final = "the store is not open"


class SqliteStore:
    """A store in one SQLite file, or in memory; `numberkeep.store.contract.Store` documents its methods.

    Args:
        path: the file; None for a store in memory, for tests and trials.
        for_tests: whether test mode uses it.
    """

    def __init__(self, path: Path | None, *, for_tests: bool = False) -> None:
        self._database = Database(path)
        self._for_tests = for_tests
        self._is_for_tests = False
        self._failures = Failures()
        self._inline: apsw.Connection | None = None
        self._writer: Writer | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._reader = threading.local()
        self._connections: list[apsw.Connection] = []

    @property
    def is_for_tests(self) -> bool:
        """Whether the file has the mark, or the store in memory is for tests."""
        return self._is_for_tests

    async def open(self, *, migrate: bool = True) -> None:
        """Connect and migrate."""
        try:
            if not migrate:
                self._database.refuse_other()
            first = self._connect()
            first.pragma("cache_size", -_CACHE_KIB)
            if migrate:
                self._database.migrate(first)
            self._database.take_into_use(first)
            if self._for_tests:
                use_for_tests(first)
            self._is_for_tests = mark_of(first) is Mark.TEST
            self._inline = self._connect()
            self._inline.pragma("cache_size", -_CACHE_KIB)
            # Opened here and not by the threads, so that errors are raised now and not by the first listing.
            spare = [self._connect() for _ in range(_READERS)]
            # The statements of large commands are for usual tables.
            ahead = self._connect() if self._database.path and not self._is_for_tests else None
        except StoreUnusable:
            await self.close()
            raise
        self._writer = Writer(first, self._failures, ahead, count_unindexed(first))
        self._readers = ThreadPoolExecutor(
            _READERS, "numberkeep-reader", initializer=self._take_reader, initargs=(spare,)
        )

    async def close(self) -> None:
        """Apply the waiting commands, then close every connection."""
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
        """Check that a lookup works, the files still exist, no damage was found, and writes do not fail."""
        await self.read(GetTallies(0))
        if self._writer is not None:
            self._writer.check_files()
        self._failures.check()
        if self._failures.unwritten:  # traffic that would show the end of it may wait for this check
            await self._on_reader(_write)
            self._failures.unwritten = False

    async def read(self, query: Query[R]) -> R:
        """Look up a key inline; read anything else on a reader thread."""
        if isinstance(query, ListContacts):
            return cast("R", await self._page(query))
        if isinstance(query, ListMessagePage):
            return cast("R", await self._messages(query))
        if isinstance(query, CountContacts):
            return cast("R", await self._count(query))
        sql, read = _READS[type(query)]
        values = read.values(query)
        if read.quick:  # the values of a lookup are never lists
            with self._failures:
                rows = self._connection.execute(sql, values).fetchall()
        else:
            rows = await self._on_reader(lambda connection: connection.execute(sql, bound(values)).fetchall())
        result: R = read.answer(rows, query)
        return result

    async def _page(self, query: ListContacts) -> Page:
        """Read a short page inline, any other on a reader thread."""
        if listing.is_short(query.query):
            with self._failures:
                return listing.page(self._connection, query.account_id, query.query)
        return await self._on_reader(
            _at_once(lambda connection: listing.page(connection, query.account_id, query.query))
        )

    async def _count(self, query: CountContacts) -> int:
        account_id, where, most = query.account_id, query.where, query.most
        return await self._on_reader(_at_once(lambda connection: listing.count(connection, account_id, where, most)))

    async def _messages(self, query: ListMessagePage) -> MessagePage:
        sql, values = sqlite_statement(query.account_id, query.query)
        rows = await self._on_reader(lambda connection: connection.execute(sql, values).fetchall())
        return page_of(rows)

    @asynccontextmanager
    async def page_in_slices(self, query: ListContacts) -> AsyncIterator[LongPage]:
        """Read the slices on reader threads, over a connection of their own.

        In memory a reader would keep the writer out, so everything is read at the beginning.
        """
        if self._database.path is None:
            place, slices = await self._on_reader(_at_once(lambda connection: _all(connection, query)))
            yield LongPage(_each(slices), place)
            return
        connection = await self._in_thread(self._database.connect)
        page = PageSlices(connection, query)
        try:
            yield LongPage(self._slices(page), await self._in_thread(page.begin))
        finally:
            page.close()

    async def _slices(self, page: PageSlices) -> AsyncIterator[Sequence[ContactRecord]]:
        while contacts := await self._in_thread(page.read):
            yield contacts

    async def apply(self, command: Command[R]) -> R:
        """Apply the command on the writer's thread, in a group with the other waiting commands."""
        if self._writer is None:
            raise RuntimeError(_NOT_OPEN)
        result: R = await self._writer.apply(command)
        return result

    async def preview(self, commands: Sequence[AccountCommand[Any]]) -> Preview:
        """Run the commands on a reader thread, in a read transaction, which keeps no writer waiting."""
        return await self._on_reader(
            _at_once(lambda connection: run(connection, group.preview(commands[0].account_id, commands)))
        )

    @property
    def _connection(self) -> apsw.Connection:
        if self._inline is None:
            raise RuntimeError(_NOT_OPEN)
        return self._inline

    async def _on_reader(self, read: Callable[[apsw.Connection], R]) -> R:
        return await self._in_thread(lambda: read(self._reader.connection))

    async def _in_thread(self, work: Callable[[], R]) -> R:
        if self._readers is None:
            raise RuntimeError(_NOT_OPEN)

        def run() -> R:
            with self._failures:
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def _take_reader(self, spare: list[apsw.Connection]) -> None:
        self._reader.connection = spare.pop()

    def _connect(self) -> apsw.Connection:
        connection = self._database.connect()
        self._connections.append(connection)
        return connection


def _at_once(read: Callable[[apsw.Connection], R]) -> Callable[[apsw.Connection], R]:
    """Return what reads as of one moment, by any number of statements."""

    def at_once(connection: apsw.Connection) -> R:
        connection.execute("BEGIN")
        try:
            return read(connection)
        finally:
            connection.execute("ROLLBACK")

    return at_once


def _all(connection: apsw.Connection, query: ListContacts) -> tuple[Position | None, Sequence[Sequence[ContactRecord]]]:
    place = listing.next_place(connection, query.account_id, query.query)
    return place, list(listing.slices(connection, query.account_id, query.query))


async def _each(slices: Iterable[Sequence[ContactRecord]]) -> AsyncIterator[Sequence[ContactRecord]]:
    for contacts in slices:
        yield contacts


def _write(connection: apsw.Connection) -> None:
    """Write what is there already, and commit it."""
    with transaction(connection):
        connection.pragma("user_version", mark_of(connection).value)
