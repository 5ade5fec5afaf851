"""The pooler that other tests depend on."""

import asyncpg
import pytest

from support.pgbouncer import PgBouncer
from support.postgres import PostgresDatabases


@pytest.mark.usefixtures("pgbouncer_server")
async def test_transactions_of_many_clients_share_few_connections(
    postgres_server: PostgresDatabases, postgres_url: str
) -> None:
    """Two clients that take turns share one connection to the server."""
    with PgBouncer(postgres_server, pool_size=1) as pooler:
        url = pooler.url_of(postgres_url)
        first, second = [await asyncpg.connect(url, statement_cache_size=0) for _ in range(2)]
        served = [await client.fetchval("SELECT pg_backend_pid()") for client in (first, second, first)]
        assert len(set(served)) == 1
        await first.close()
        await second.close()
    assert not pooler.path.exists()


async def test_the_pooler_leads_to_the_same_database(pgbouncer_url: str, postgres_url: str) -> None:
    """`pgbouncer_url` and `postgres_url` are one database."""
    direct, pooled = await asyncpg.connect(postgres_url), await asyncpg.connect(pgbouncer_url, statement_cache_size=0)
    await direct.execute("CREATE TABLE here AS SELECT 7 AS it")
    assert await pooled.fetchval("SELECT it FROM here") == 7
    await direct.close()
    await pooled.close()


@pytest.mark.usefixtures("pgbouncer_server")
async def test_a_stopped_pooler_accepts_no_connections(postgres_server: PostgresDatabases) -> None:
    """The pooler can stop, and start again on its port."""
    with PgBouncer(postgres_server) as pooler:
        pooler.stop()
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await asyncpg.connect(pooler.url())
        pooler.start()
        await (await asyncpg.connect(pooler.url())).close()
