"""What the store suites share: two accounts of whichever store the suite runs on."""

import pytest

from numberkeep.store.contract import Store
from support.store import AccountDriver, new_account

pytest.register_assert_rewrite("contract")


@pytest.fixture
async def ours(store: Store) -> AccountDriver:
    """The account that a test works in."""
    return await new_account(store, "ours")


@pytest.fixture
async def theirs(store: Store) -> AccountDriver:
    """Another account of the same store."""
    return await new_account(store, "theirs")
