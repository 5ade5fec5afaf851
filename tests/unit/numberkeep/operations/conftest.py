"""Fixtures of operations on a store: those of the use cases."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Context
from numberkeep.store.sqlite import SqliteStore


@pytest.fixture
async def context() -> AsyncIterator[Context]:
    """Return a context over a store in memory."""
    store = SqliteStore(None)
    await store.open()
    yield Context(store)
    await store.close()


@pytest.fixture
async def account(context: Context) -> Account:
    """Return an account, region US."""
    return (await keys.create(context, "default", KeyPair("key", "secret"))).account
