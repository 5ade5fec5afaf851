"""Stores for tests of test mode."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore
from numberkeep.store.sqlite import SqliteStore


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return an empty store of each engine."""
    if request.param == "sqlite":
        store: Store = SqliteStore(None)
    else:
        store = PostgresStore(request.getfixturevalue("emptied_postgres"))
    await store.open()
    yield store
    await store.close()
