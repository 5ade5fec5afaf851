"""The pool of connections: which errors cost a connection, and who waits for whom."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.postgres.connecting import connect
from numberkeep.store.postgres.pool import Pool

SIZE = 3

OF_A_REMOTE_NODE = """
DO $$ BEGIN
    RAISE EXCEPTION 'connection to the remote node nk@10.0.0.7:5432 failed with the following error: refused'
    USING ERRCODE = '08006';
END $$
"""
"""What the coordinator of a Citus cluster reports of another node."""


@pytest.fixture
async def pool(emptied_postgres: str) -> AsyncIterator[Pool]:
    """Return a pool whose connections are all open and free."""
    pool = Pool(partial(connect, emptied_postgres, statement_seconds=20), SIZE, reserved=1)
    await asyncio.gather(*[pool.run(lambda connection: connection.execute("SELECT")) for _ in range(SIZE)])
    assert len(pool._free) == SIZE
    yield pool
    await pool.close()


async def running(pool: Pool, statement: str) -> int:
    """Return how often a statement that fails was run by the pool, in a transaction."""
    runs = 0

    async def work(connection: asyncpg.Connection) -> None:
        nonlocal runs
        runs += 1
        await connection.execute("BEGIN")
        await connection.execute(statement)

    with pytest.raises(StoreUnavailable):
        await pool.run(work)
    return runs


@pytest.mark.parametrize(
    "statement",
    [OF_A_REMOTE_NODE, "SELECT 1 / 0", "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)"],
    ids=["remote node", "division", "timeout"],
)
async def test_an_error_of_a_statement_keeps_every_connection(pool: Pool, statement: str) -> None:
    """It is not repeated, its transaction is rolled back, and the same connections serve the next work."""
    before = set(map(id, pool._free))
    assert await running(pool, statement) == 1
    assert set(map(id, pool._free)) == before
    in_transaction = [connection.is_in_transaction() for connection in pool._free]
    assert in_transaction == [False] * SIZE
    assert await pool.run(lambda connection: connection.fetchval("SELECT 1")) == 1


async def test_a_lost_connection_drops_all_free_ones(pool: Pool) -> None:
    """The server was restarted, so the work is repeated on a new connection."""
    assert await running(pool, "SELECT pg_terminate_backend(pg_backend_pid())") == 2
    assert pool._free == []


async def test_an_unreachable_node_is_named(pool: Pool) -> None:
    """The error names the node and what to do, and not the role."""
    with pytest.raises(StoreUnavailable, match=r"^the Citus node 10\.0\.0\.7:5432 cannot be reached: start it"):
        await pool.run(lambda connection: connection.execute(OF_A_REMOTE_NODE))


async def test_a_lookup_does_not_wait_behind_long_work(pool: Pool) -> None:
    """However much long work waits, a connection stays free for work that is not long."""
    go_on = asyncio.Event()

    async def long(_: asyncpg.Connection) -> None:
        await go_on.wait()

    waiting = [asyncio.create_task(pool.run_long(long)) for _ in range(20)]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        assert await pool.run(lambda connection: connection.fetchval("SELECT 1")) == 1
    go_on.set()
    await asyncio.gather(*waiting)


async def test_work_in_progress_leaves_no_connection_in_a_closed_pool(pool: Pool) -> None:
    """A connection that is returned after close() is closed."""
    used: asyncio.Future[asyncpg.Connection] = asyncio.get_running_loop().create_future()

    async def slow(connection: asyncpg.Connection) -> None:
        used.set_result(connection)
        await connection.execute("SELECT pg_sleep(0.2)")

    reading = asyncio.create_task(pool.run(slow))
    connection = await used
    await pool.close()
    await reading
    assert connection.is_closed()
    assert pool._free == []


async def test_canceled_work_loses_its_connection_alone(pool: Pool) -> None:
    """Its state is unknown: a statement may still run on it."""
    working = asyncio.create_task(pool.run(lambda connection: connection.execute("SELECT pg_sleep(5)")))
    await asyncio.sleep(0.05)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert len(pool._free) == SIZE - 1
