"""The PostgreSQL store on Citus, if NUMBERKEEP_TEST_POSTGRES names a server that has it."""

import pytest

from numberkeep.app import make_store
from numberkeep.config.settings import Settings
from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE
from support.databases import NewDatabase, execute, opened
from support.everything import copied, filled, go_on, read_all
from support.postgres import PostgresDatabases, database_of


@pytest.fixture
def citus_url(postgres_server: PostgresDatabases, postgres_url: str) -> str:
    """Return the URL of a new database with the extension."""
    available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'"
    if postgres_server.execute(available) == [[(0,)]]:
        pytest.skip("the server does not have the extension Citus")
    postgres_server.execute("CREATE EXTENSION citus", database=database_of(postgres_url))
    return postgres_url


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
