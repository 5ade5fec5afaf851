"""The PostgreSQL store on Citus, if NUMBERKEEP_TEST_POSTGRES names a server that has it; see tests/support/citus.py."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from contract.durability import DurabilityContract, Reopen
from contract.suite import StoreContract
from numberkeep.app import make_store
from numberkeep.config.settings import Settings
from numberkeep.store.postgres import PostgresStore
from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE
from support.citus import CitusCluster, find_cluster
from support.databases import Behind, NewDatabase, execute, opened
from support.everything import copied, filled, go_on, read_all
from support.postgres import PostgresDatabases
from support.row_deletion import RowDeletion


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def _spread_store(cluster: CitusCluster) -> Iterator[tuple[str, RowDeletion]]:
    url = cluster.create_database()
    asyncio.run(PostgresStore(url).upgrade())
    with RowDeletion(f"{url}?citus.multi_shard_modify_mode=sequential") as deletion:
        yield url, deletion
    cluster.drop_database(url)


@pytest.fixture
def emptied_citus(_spread_store: tuple[str, RowDeletion]) -> str:
    """Return a distributed database without rows; reusing it is faster than creating one per test."""
    url, deletion = _spread_store
    deletion.run()
    return url


class TestCitus(StoreContract, DurabilityContract):
    """A distributed database."""

    @pytest.fixture
    def behind(self, emptied_citus: str) -> Behind:
        """Run statements over a separate connection."""
        return lambda statement: execute(emptied_citus, f"{statement} RETURNING 1")

    @pytest.fixture
    async def store(self, emptied_citus: str) -> AsyncIterator[PostgresStore]:
        """Return a store in an empty database."""
        store = PostgresStore(emptied_citus)
        await store.open()
        yield store
        await store.close()

    @pytest.fixture
    async def reopen(self, emptied_citus: str, store: PostgresStore) -> AsyncIterator[Reopen]:
        """Close the store and open its database again."""
        opened = [store]

        async def reopen() -> PostgresStore:
            await opened[-1].close()
            opened.append(PostgresStore(emptied_citus))
            await opened[-1].open()
            return opened[-1]

        yield reopen
        await opened[-1].close()


async def test_a_store_is_distributed_with_its_rows(citus_url: str, new_database: NewDatabase) -> None:
    """Tables are distributed once, with their rows; every read and later change is as without Citus."""
    plain = new_database("sqlite")
    await filled(citus_url)
    await copied(citus_url, plain)
    for spread in ([*REFERENCE, *DISTRIBUTED], []):
        assert (await make_store(Settings(database=citus_url)).upgrade()).spread == spread
    colocated = "SELECT count(DISTINCT colocationid) FROM pg_dist_partition WHERE partmethod = 'h'"
    assert await execute(citus_url, colocated) == [(1,)]
    async with opened(citus_url) as store, opened(plain) as other:
        assert await read_all(store) == await read_all(other)
        assert await go_on(store) == await go_on(other)
        assert await read_all(store) == await read_all(other)


async def test_a_copy_goes_to_citus_and_back(citus_url: str, new_database: NewDatabase) -> None:
    """A distributed database works as source and as target."""
    source, back = await filled(new_database("sqlite")), new_database("sqlite")
    await make_store(Settings(database=citus_url)).upgrade()
    await copied(source, citus_url, page=7)
    await copied(citus_url, back)
    async with opened(source) as before, opened(back) as after:
        assert await read_all(after) == await read_all(before)


async def test_a_second_migrate_of_a_role_named_like_the_schema_changes_nothing(citus_url: str) -> None:
    """Its search path begins with the schema, so PostgreSQL shows the tables' names without it."""
    url = f"{citus_url}?search_path=numberkeep,public"
    for spread in ([*REFERENCE, *DISTRIBUTED], []):
        assert (await PostgresStore(url).upgrade()).spread == spread
