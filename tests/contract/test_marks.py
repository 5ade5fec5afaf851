"""Which databases test mode takes: new ones, and those that it made."""

import pytest

from numberkeep.config.settings import Settings
from numberkeep.domain.errors import CannotCopy, StoreUnusable
from numberkeep.service.copying import copy
from numberkeep.store.contract import Store
from numberkeep.store.transfer import Mark
from numberkeep.stores import make_store, make_transfer
from support.databases import ENGINES, NewDatabase, opened
from support.store import PHONE, AccountDriver, new_account

pytestmark = pytest.mark.parametrize("engine", ENGINES)


async def make_for_tests(url: str) -> None:
    """Make a database for tests, with an account and a contact."""
    store = make_store(Settings(database=url, test=True))
    await store.open()
    await (await new_account(store, "ours")).create(PHONE)
    await store.close()


async def test_a_database_that_test_mode_made_is_taken_again(engine: str, new_database: NewDatabase) -> None:
    """With what it has."""
    url = new_database(engine)
    await make_for_tests(url)
    store = make_store(Settings(database=url, test=True))
    await store.open()
    try:
        assert store.is_for_tests
        assert await AccountDriver(store, 1).listed() == [PHONE]
    finally:
        await store.close()


async def test_commands_use_it_and_leave_the_mark(engine: str, new_database: NewDatabase) -> None:
    """They open it as any other."""
    url = new_database(engine)
    await make_for_tests(url)
    async with opened(url) as store:
        assert store.is_for_tests
        await new_account(store, "theirs")
    await make_for_tests_again(url)


async def make_for_tests_again(url: str) -> None:
    """Open a database in test mode."""
    store: Store = make_store(Settings(database=url, test=True))
    await store.open()
    await store.close()


async def test_an_empty_database_is_taken(engine: str, new_database: NewDatabase) -> None:
    """Also if something else has created its tables."""
    url = new_database(engine)
    async with opened(url) as store:
        assert not store.is_for_tests
    await make_for_tests(url)


async def test_a_database_with_other_accounts_is_refused(engine: str, new_database: NewDatabase) -> None:
    """And is not marked by the attempt."""
    url = new_database(engine)
    async with opened(url) as store:
        await new_account(store, "ours")
    for _ in range(2):
        with pytest.raises(StoreUnusable, match="accounts that --test did not create"):
            await make_for_tests_again(url)
    async with opened(url) as store:
        assert not store.is_for_tests


async def test_nothing_is_copied_to_it_not_even_by_force(engine: str, new_database: NewDatabase) -> None:
    """It would no longer be what its mark says."""
    source, url = new_database(engine), new_database(engine)
    async with opened(source) as store:
        await new_account(store, "ours")
    await make_for_tests(url)
    for force in (False, True):
        with pytest.raises(CannotCopy, match="serve --test"):
            await copy(make_transfer(source), make_transfer(url), force=force)
    transfer = make_transfer(url)
    await transfer.open(writing=False)
    assert await transfer.mark() is Mark.TEST
    await transfer.close()
