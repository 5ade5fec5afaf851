"""Fixtures of the tests of the PostgreSQL store."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.store.postgres import PostgresStore
from support.store import AccountDriver, new_account


@pytest.fixture
async def account(emptied_postgres: str) -> AsyncIterator[AccountDriver]:
    """Return an account in an empty database."""
    store = PostgresStore(emptied_postgres)
    await store.open()
    yield await new_account(store, "default")
    await store.close()
