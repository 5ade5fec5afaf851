"""A database of either engine by its URL, as the program itself gets it."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import apsw
import asyncpg

from numberkeep.config.database_url import is_postgres, sqlite_path
from numberkeep.config.settings import Settings
from numberkeep.store.contract import Store
from numberkeep.stores import make_store

ENGINES: Final = ("sqlite", "postgres")

NewDatabase = Callable[[str], str]
"""Returns the URL of a new, empty database of an engine."""

Behind = Callable[[str], Awaitable[Any]]
"""Runs a statement on a store's tables behind its back; table names have no schema."""


def sqlite_url(folder: object) -> str:
    """Return the URL of a new file in a folder; the file is not created."""
    return f"sqlite:///{folder}/{secrets.token_hex(6)}.db"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open the store of a URL until the block ends."""
    store = make_store(Settings(database=url))
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def execute(url: str, *scripts: str) -> list[tuple[Any, ...]]:
    """Run statements behind the store's back, and return the rows of the last; table names have no schema."""
    rows: list[tuple[Any, ...]] = []
    if is_postgres(url):
        connection = await asyncpg.connect(url, server_settings={"search_path": "numberkeep"})
        try:
            for script in scripts[:-1]:
                await connection.execute(script)
            return [tuple(row) for row in await connection.fetch(scripts[-1])]
        finally:
            await connection.close()
    file = apsw.Connection(str(sqlite_path(url)))
    try:
        for script in scripts:
            rows = file.execute(script).fetchall()
        return rows
    finally:
        file.close()
