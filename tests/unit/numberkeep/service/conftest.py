"""Fixtures of the use cases: a store in memory, a clock that tests set, and an account."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.store.sqlite import SqliteStore
from support.api import SetClock


@pytest.fixture
def clock() -> SetClock:
    """Return the clock."""
    return SetClock()


@pytest.fixture
async def context(clock: SetClock) -> AsyncIterator[Context]:
    """Return a context with one verification message a minute, and node 5."""
    store = SqliteStore(None)
    await store.open()
    yield Context(store, Clock(clock, clock), resend_seconds=60, node=5)
    await store.close()


@pytest.fixture
async def account(context: Context) -> Account:
    """Return the account `default`, region US, with the key pair `key` and `secret`."""
    return (await keys.create(context, "default", KeyPair("key", "secret"))).account
