"""Fixtures of the store suites: two accounts of the store under test."""

import pytest

from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.store.contract import Store
from support.store import START, AccountDriver, new_account, phone

pytest.register_assert_rewrite("contract")


@pytest.fixture
async def ours(store: Store) -> AccountDriver:
    """Return the account that a test works in."""
    return await new_account(store, "ours")


@pytest.fixture
async def theirs(store: Store) -> AccountDriver:
    """Return another account of the same store."""
    return await new_account(store, "theirs")


@pytest.fixture
async def people(ours: AccountDriver) -> AccountDriver:
    """phone(1) is a contact; 2 was asked, 3 opted out, 4 verified, 5 is full of variables; 7 opted out, no contact."""
    for n in range(1, 5):
        await ours.create(phone(n))
    await ours.create(phone(5), custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})
    await ours.request_verification(phone(2))
    await ours.opt_out(phone(3))
    await ours.verify(phone(4))
    await ours.opt_out(phone(7))
    return ours


@pytest.fixture
async def hooked(ours: AccountDriver) -> AccountDriver:
    """Return an account with a webhook and events 1 to 5: three of phone(1), two of phone(2)."""
    await ours.add_webhook()
    for n, name in ((1, "a"), (2, "a"), (1, "b"), (2, "b"), (1, "c")):
        await ours.create(phone(n), at=START + 10 * ord(name) + n, update_if_exists=True, first_name=name)
    return ours
