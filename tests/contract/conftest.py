"""Fixtures of the store suites: two accounts of the store under test, and databases on Citus."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore
from support.citus import CitusCluster, find_cluster
from support.databases import opened
from support.postgres import PostgresDatabases
from support.row_deletion import RowDeletion
from support.store import START, AccountDriver, new_account, phone

pytest.register_assert_rewrite("contract")

# The servers that the tests start do not have Citus, so only one that is named can run these.
collect_ignore_glob = [] if "NUMBERKEEP_TEST_POSTGRES" in os.environ else ["test_citus*.py"]


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


@pytest.fixture(scope="session")
def cluster(postgres_server: PostgresDatabases) -> CitusCluster:
    """Return the cluster that the environment names."""
    cluster = find_cluster(postgres_server)
    if cluster is None:
        pytest.skip("the server does not have the extension Citus")
    return cluster


@pytest.fixture
def citus_url(cluster: CitusCluster) -> Iterator[str]:
    """Return a new database with the extension, and with the workers as its nodes."""
    url = cluster.create_database()
    yield url
    cluster.drop_database(url)


@pytest.fixture(scope="session")
def _spread_store(cluster: CitusCluster) -> Iterator[tuple[str, RowDeletion]]:
    url = cluster.create_database()
    with ThreadPoolExecutor(1) as thread:  # a test's event loop may be running here
        thread.submit(lambda: asyncio.run(PostgresStore(url).upgrade())).result()
    with RowDeletion(f"{url}?citus.multi_shard_modify_mode=sequential") as deletion:
        yield url, deletion
    cluster.drop_database(url)


@pytest.fixture
def emptied_citus(_spread_store: tuple[str, RowDeletion]) -> str:
    """Return a distributed database without rows; reusing it is faster than creating one per test."""
    url, deletion = _spread_store
    deletion.run()
    return url


@pytest.fixture
async def spread(emptied_citus: str) -> AsyncIterator[Store]:
    """Return an open store in an empty, distributed database."""
    async with opened(emptied_citus) as store:
        yield store
