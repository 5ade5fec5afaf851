"""The PostgreSQL store on Citus, if NUMBERKEEP_TEST_POSTGRES names a server that has it; see tests/support/citus.py."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest

from contract.durability import DurabilityContract, Reopen
from contract.population import populate
from contract.suite import StoreContract
from numberkeep.app import make_store
from numberkeep.config.settings import Settings
from numberkeep.domain.errors import StoreUnavailable, StoreUnusable
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore, account_queues, citus, nodes
from numberkeep.store.postgres.read_statements import OF_ACCOUNTS
from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog
from support.citus import CitusCluster, find_cluster
from support.daemon import free_port
from support.databases import Behind, NewDatabase, execute, opened
from support.everything import copied, filled, go_on, read_all
from support.old_stores import STEPS, make
from support.postgres import PostgresDatabases, database_of
from support.row_deletion import RowDeletion
from support.store import DAY, PHONE, SECOND, START, AccountDriver, new_account, phone

LATER: Final = START + 300 * DAY
"""When everything that a test enqueues is due."""


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
    left_behind = "SELECT sum(pg_relation_size(logicalrelid))::int FROM pg_dist_partition"
    assert await execute(citus_url, left_behind) == [(0,)]
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


@pytest.fixture
async def spread(emptied_citus: str) -> AsyncIterator[Store]:
    """Return an open store in an empty, distributed database."""
    async with opened(emptied_citus) as store:
        yield store


async def test_an_interrupted_spread_is_finished(citus_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`migrate` distributes what is missing, and so does a service that opens the store."""
    everything = {*REFERENCE, *DISTRIBUTED}
    with monkeypatch.context() as patch:
        patch.setattr(citus, "DISTRIBUTED", DISTRIBUTED[:-3])
        await PostgresStore(citus_url).upgrade()
        patch.setattr(citus, "DISTRIBUTED", DISTRIBUTED[:-1])
        assert (await PostgresStore(citus_url).upgrade()).spread == [*DISTRIBUTED[-3:-1]]
    async with opened(citus_url):
        pass
    rows = await execute(citus_url, "SELECT relname::text FROM pg_dist_partition, pg_class WHERE logicalrelid = oid")
    assert {name for (name,) in rows} == everything


async def test_opening_a_store_that_is_not_distributed_distributes_nothing(citus_url: str) -> None:
    """Only `migrate` begins it."""
    async with opened(citus_url):
        pass
    assert await execute(citus_url, "SELECT count(*) FROM pg_dist_partition") == [(0,)]


@pytest.mark.parametrize("version", range(1, len(STEPS["postgres"])))
async def test_a_distributed_store_of_an_earlier_version_is_upgraded(
    citus_url: str, version: int, monkeypatch: pytest.MonkeyPatch, new_database: NewDatabase
) -> None:
    """With its rows, as without Citus; tables that are new are distributed too."""
    plain = new_database("postgres")
    for url in (citus_url, plain):
        await make(url, "postgres", version)
    with monkeypatch.context() as patch:
        patch.setattr(citus, "DISTRIBUTED", await _tables(citus_url))
        connection = await asyncpg.connect(citus_url)
        await citus.distribute(connection)
        await connection.close()
    async with opened(citus_url) as store, opened(plain) as other:
        assert await read_all(store) == await read_all(other)
    assert await _tables(citus_url, spread=True) == DISTRIBUTED


async def _tables(url: str, *, spread: bool = False) -> tuple[str, ...]:
    """Return the tables of DISTRIBUTED that exist, or that are distributed."""
    found = "SELECT logicalrelid FROM pg_dist_partition" if spread else "SELECT oid FROM pg_class"
    rows = await execute(url, f"SELECT relname::text FROM pg_class WHERE oid IN ({found})")
    return tuple(name for name in DISTRIBUTED if (name,) in rows)


async def test_commands_commit_in_one_phase(spread: Store, emptied_citus: str) -> None:
    """However many rows are written to an account, a crash leaves no prepared transaction that would block it."""
    big = await new_account(spread, "big")  # accounts and keys are written to every node
    before = await execute(emptied_citus, "SELECT gid FROM pg_dist_transaction")
    await populate(big)
    await big.add_webhook()
    await big.upsert(*[big.row(phone(n), tags=("t", "u")) for n in range(300)])
    await big.upsert(*[big.row(phone(n), first_name="x") for n in range(300)])
    assert await big.delete(*[phone(n) for n in range(300)])
    after = await execute(emptied_citus, "SELECT gid FROM pg_dist_transaction")
    assert set(after) <= set(before)


async def test_the_agenda_of_an_account_asks_one_node(emptied_citus: str) -> None:
    """And so does every other query over some accounts."""
    connection = await asyncpg.connect(emptied_citus)
    for statement in OF_ACCOUNTS.values():
        literal = statement.replace("$1::bigint[]", "'{7}'::bigint[]").replace("$2::bigint[]", "'{7}'::bigint[]")
        plan = await connection.fetch(f"EXPLAIN {literal.replace('$1', '0')}")
        assert [line for (line,) in plan if "Task Count" in line] == ["  Task Count: 1"], statement
    await connection.close()


async def test_waiting_for_an_account_s_lock_has_a_limit(
    spread: Store, emptied_citus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit applies on the node that has the lock."""
    account = await new_account(spread, "ours")
    begin = account_queues._BEGIN_ON_CITUS.replace("lock_timeout = '15s'", "lock_timeout = '100ms'")
    monkeypatch.setattr(account_queues, "_BEGIN_ON_CITUS", begin)
    connection = await asyncpg.connect(emptied_citus)
    async with connection.transaction():
        await connection.execute(f"SELECT FROM numberkeep.writers WHERE account_id = {account.account_id} FOR UPDATE")
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable, match="LockNotAvailableError"):
                await account.create(PHONE)
    await connection.close()
    assert (await account.create(PHONE)).phone == PHONE


async def test_a_worker_as_entry_point_is_refused(cluster: CitusCluster, emptied_citus: str) -> None:
    """Whoever opens the database there is told to name the coordinator."""
    if not cluster.workers:
        pytest.skip("the cluster has no workers")
    url = cluster.workers[0].url(database_of(emptied_citus))
    for use in (PostgresStore(url).open, PostgresStore(url).upgrade, partial(PostgresStore(url).open, migrate=False)):
        with pytest.raises(StoreUnusable, match="is a worker of a Citus cluster: name the coordinator"):
            await use()


@pytest.fixture
async def parted(cluster: CitusCluster, spread: Store, emptied_citus: str) -> tuple[AccountDriver, AccountDriver]:
    """Return an account on a node that answers, and one on the last worker; each has a delivery that is due."""
    if len(cluster.workers) < 2:
        pytest.skip("NUMBERKEEP_TEST_CITUS_WORKERS names fewer than two workers")
    last = urlsplit(cluster.workers[-1].superuser_url).netloc.rpartition("@")[2]
    found: dict[bool, AccountDriver] = {}
    connection = await asyncpg.connect(emptied_citus)
    for n in range(64):
        account = await new_account(spread, f"account {n}")
        [node] = await citus.accounts_of_nodes(connection, [account.account_id])
        found.setdefault(node == last, account)
        if len(found) == 2:
            break
    await connection.close()
    for account in found.values():
        await account.create(PHONE)
        await account.request_verification(PHONE)
    return found[False], found[True]


async def test_a_dead_node_stops_the_work_for_its_accounts_alone(
    cluster: CitusCluster, spread: Store, emptied_citus: str, parted: tuple[AccountDriver, AccountDriver]
) -> None:
    """The relay's reads go on without it, requests for other accounts too, and readiness; it is counted apart."""
    healthy, cut_off = parted
    both = {healthy.account_id, cut_off.account_id}
    assert set((await spread.read(GetAgenda(LATER))).due) == both
    with cluster.moved(emptied_citus, free_port()):
        async with opened(emptied_citus) as store:  # it can be opened, too
            ours, theirs = (AccountDriver(store, each.account_id) for each in parted)
            ours.now = healthy.now
            for _ in range(2):
                assert list((await store.read(GetAgenda(LATER))).due) == [healthy.account_id]
                assert list((await store.read(GetAgendaOf(LATER, both))).due) == [healthy.account_id]
                assert list((await store.read(GetAgendaOf(LATER, [cut_off.account_id]))).due) == []
                backlog = await store.read(GetBacklog())
                assert (backlog.waiting, backlog.unreachable) == (1, 1)
                await store.ready()
            with pytest.raises(StoreUnavailable, match=r"the Citus node \S+ cannot be reached: start it"):
                await theirs.create(phone(1))
            assert (await ours.create(phone(1))).phone == phone(1)
            assert len(await ours.take(1, at=ours.now + SECOND)) == 1
    assert set((await spread.read(GetAgenda(LATER))).due) >= {cut_off.account_id}


async def test_failing_traffic_keeps_the_connections(
    cluster: CitusCluster, spread: Store, emptied_citus: str, parted: tuple[AccountDriver, AccountDriver]
) -> None:
    """Requests for accounts on a dead node do not cost the others their connections."""
    healthy, cut_off = parted
    await asyncio.gather(*[healthy.count() for _ in range(6)])
    assert isinstance(spread, PostgresStore)
    assert spread._reads is not None
    kept = set(map(id, spread._reads._free))
    with cluster.moved(emptied_citus, free_port()):
        failed = await asyncio.gather(*[cut_off.contact(PHONE) for _ in range(30)], return_exceptions=True)
        assert {type(each) for each in failed} == {StoreUnavailable}
        assert set(map(id, spread._reads._free)) >= kept


async def test_a_node_that_hangs_is_skipped(
    cluster: CitusCluster,
    emptied_citus: str,
    parted: tuple[AccountDriver, AccountDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It delays the first look for its time limit, and the next ones not at all."""
    monkeypatch.setattr(nodes, "_ANSWER_SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent, cluster.moved(emptied_citus, silent.getsockname()[1]):
        async with opened(emptied_citus) as store:
            for seconds in (8.0, 1.5):
                async with asyncio.timeout(seconds):
                    assert list((await store.read(GetAgenda(LATER))).due) == [parted[0].account_id]


async def test_keys_need_every_node(cluster: CitusCluster, spread: Store, emptied_citus: str) -> None:
    """The error names the node that is down, and what to do."""
    if not cluster.workers:
        pytest.skip("the cluster has no workers")
    port = free_port()
    with cluster.moved(emptied_citus, port):
        async with opened(emptied_citus) as store:
            says = f"written to every Citus node, and 127.0.0.1:{port} cannot be reached: start it, or replace it"
            with pytest.raises(StoreUnavailable, match=says):
                await new_account(store, "ours")
    await new_account(spread, "ours")
