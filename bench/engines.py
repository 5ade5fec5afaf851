"""The two engines, each with new databases and the fastest plain way to load rows into its tables."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg

from bench import people
from numberkeep.config.settings import Settings
from numberkeep.domain.contacts.commands import UpsertContacts
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.store.rows import COLUMNS
from numberkeep.stores import make_store
from support.postgres import PostgresServer

PAIR: Final = KeyPair("bench", "bench-secret")
BATCH: Final = 10_000
_SETTINGS: Final = ("shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=30min")

Rows = Sequence[tuple[Any, ...]]
Load = Callable[[Rows, Rows], Awaitable[None]]
"""Writes contacts and their tags to the tables, in one transaction."""


@dataclass(slots=True, frozen=True)
class Engine:
    """An available engine.

    Attributes:
        name: its name in the tables.
        plain: the name of its fastest plain way to load.
        new_database: creates a database and returns its URL.
        loader: returns a function that loads rows into a database in the plain way.
    """

    name: str
    plain: str
    new_database: Callable[[], str]
    loader: Callable[[str], Awaitable[Load]]


@contextmanager
def engines() -> Iterator[Sequence[Engine]]:
    """Yield SQLite in files below this folder, and our own PostgreSQL server, as durable as in production."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir="."))).resolve()
        server = stack.enter_context(PostgresServer(durable=True, settings=_SETTINGS))

        numbers = count()
        yield [
            Engine("SQLite", "executemany", lambda: f"sqlite:///{folder / f'{next(numbers)}.db'}", _executemany),
            Engine("PostgreSQL", "COPY", server.create_database, _copy),
        ]


async def opened(url: str) -> tuple[Context, Account]:
    """Open a database with one account, and return both."""
    context = Context(make_store(Settings(database=url)))
    await context.store.open()
    await keys.create_first(context, PAIR)
    [key] = await keys.list_all(context)
    return context, key.account


async def fill(url: str, contacts: int) -> None:
    """Store this number of contacts in one account."""
    context, account = await opened(url)
    for first in range(0, contacts, BATCH):
        rows = list(people.rows(first, min(BATCH, contacts - first)))
        await context.store.apply(UpsertContacts(account.account_id, rows, context.stamp()))
    await context.store.close()


async def settle(url: str) -> None:
    """Update statistics and truncate the WAL now, which an engine does itself some time after a large load."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    else:
        server = await asyncpg.connect(url)
        await server.execute("VACUUM ANALYZE")
        await server.execute("CHECKPOINT")
        await server.close()


async def _executemany(url: str) -> Load:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 16000")
    insert = f"INSERT INTO contacts (account_id, {COLUMNS}) VALUES (1{', ?' * 12})"

    async def load(contacts: Rows, tags: Rows) -> None:
        await asyncio.sleep(0)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, contacts)
        connection.executemany("INSERT INTO contact_tags VALUES (?, ?, ?, ?)", tags)
        connection.execute("COMMIT")

    return load


async def _copy(url: str) -> Load:
    connection = await asyncpg.connect(url)
    columns = ["account_id", *COLUMNS.split(", ")]

    async def load(contacts: Rows, tags: Rows) -> None:
        async with connection.transaction():
            await connection.copy_records_to_table(
                "contacts", schema_name="numberkeep", columns=columns, records=[(1, *row) for row in contacts]
            )
            await connection.copy_records_to_table("contact_tags", schema_name="numberkeep", records=tags)

    return load
