"""What the use cases work with: a store in memory, a clock that a test moves, and an account."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import keys
from numberkeep.service.context import Clock, Context
from numberkeep.store.sqlite import SqliteStore
from support.api import SetClock


@pytest.fixture
def clock() -> SetClock:
    """The time."""
    return SetClock()


@pytest.fixture
async def context(clock: SetClock) -> AsyncIterator[Context]:
    """The store and the rules: a verification message a minute, node 5."""
    store = SqliteStore(None)
    await store.open()
    yield Context(store, Clock(clock, clock), resend_seconds=60, node=5)
    await store.close()


@pytest.fixture
async def account(context: Context) -> Account:
    """The account `default`, of the region US, with the key pair `key` and `secret`."""
    return (await keys.create(context, "default", KeyPair("key", "secret"))).account
