"""The PostgreSQL store on Citus, if NUMBERKEEP_TEST_POSTGRES names a server that has it; see tests/support/citus.py."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

import asyncpg
import pytest

from contract.durability import DurabilityContract, Reopen
from contract.population import populate
from contract.suite import StoreContract
from numberkeep.config.settings import Settings
from numberkeep.domain.contacts.listing import ListQuery
from numberkeep.domain.contacts.search import parse_search
from numberkeep.domain.errors import StoreUnavailable, StoreUnusable
from numberkeep.domain.session import Session
from numberkeep.store.checking import Checked
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore, account_queues, citus, search_index, search_indexer
from numberkeep.store.postgres.listing_statement import Statement
from numberkeep.store.postgres.read_statements import OF_ACCOUNTS, READS
from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE
from numberkeep.store.postgres.search_candidates import lookups
from numberkeep.store.postgres.search_matches import Progress, Statements
from numberkeep.store.postgres.session_statements import SESSIONS
from numberkeep.store.postgres.statements import LOADS, SAVES, SINGLE_SAVES
from numberkeep.store.queries import GetAgendaOf
from numberkeep.store.session_commands import NoteKeyUse, PutSession
from numberkeep.stores import check_database, make_store
from support.citus import CitusCluster
from support.databases import Behind, NewDatabase, execute, opened
from support.everything import copied, filled, go_on, read_all
from support.old_stores import STEPS, make
from support.postgres import database_of
from support.store import PHONE, START, new_account, phone


@pytest.fixture
async def beside(emptied_citus: str) -> AsyncIterator[asyncpg.Connection]:
    """Return a separate connection to an empty database; left open, it would keep a failing test from ending."""
    connection = await asyncpg.connect(emptied_citus)
    yield connection
    await connection.close()


VALUES: Final[dict[str, Any]] = {
    "int8": 7,
    "int4": 7,
    "int2": 0,
    "text": "x",
    "bool": True,
    "bytea": b"x",
    "int8[]": [7],
    "int2[]": [0],
    "text[]": ["x"],
    "bool[]": [True],
    "bytea[]": [b"x"],
}
"""A value of each type of parameter."""


@pytest.fixture
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index nothing in the background."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)


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
    assert (await check_database(citus_url)).faults == []


@pytest.mark.usefixtures("_by_hand")
async def test_what_is_damaged_on_other_nodes_is_found(spread: Store, emptied_citus: str) -> None:
    """Whichever node has the account: in its tables, and in its search index."""
    connection = await asyncpg.connect(emptied_citus)
    for name in ("a", "b", "c", "d"):
        account = await new_account(spread, name)
        await account.upsert(*[account.row(phone(n), first_name="Ada", tags=("vip",)) for n in range(3)])
        while await search_index.index(connection, account.account_id):
            pass
    assert await check_database(emptied_citus) == Checked([], 4, 12)
    await connection.execute("UPDATE numberkeep.contacts SET search_text = ''")
    await connection.execute("UPDATE numberkeep.contact_tags SET tag = 'old'")
    await connection.execute("UPDATE numberkeep.writers SET contact_count = 0")
    await connection.execute("DELETE FROM numberkeep.contacts WHERE phone = $1", phone(1))
    await connection.close()
    counted = Counter(fault.rule for fault in (await check_database(emptied_citus)).faults)
    assert counted == {"contact_count": 4, "contact_tags": 20, "last_events": 4, "search_text": 8, "search_index": 4}


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


@pytest.mark.usefixtures("_by_hand")
async def test_commands_commit_in_one_phase(spread: Store, emptied_citus: str) -> None:
    """However many rows are written to an account, a crash leaves no prepared transaction that would block it."""
    big = await new_account(spread, "big")  # accounts and keys are written to every node
    before = await execute(emptied_citus, "SELECT gid FROM pg_dist_transaction")
    await populate(big)
    await big.add_webhook()
    await big.upsert(*[big.row(phone(n), tags=("t", "u")) for n in range(300)])
    await big.upsert(*[big.row(phone(n), first_name="x") for n in range(300)])
    assert await big.delete(*[phone(n) for n in range(200)])
    await big.receive(phone(250), "Hi")
    session = Session(big.account_id, 1, "k", b"", b"", "", START, START, START)
    await spread.apply(PutSession(big.account_id, session, START))
    await spread.apply(NoteKeyUse(big.account_id, "k", START))
    connection = await asyncpg.connect(emptied_citus)
    while await search_index.index(connection, big.account_id):
        pass
    await connection.close()
    after = await execute(emptied_citus, "SELECT gid FROM pg_dist_transaction")
    assert set(after) <= set(before)


async def test_the_agenda_of_an_account_asks_one_node(beside: asyncpg.Connection) -> None:
    """And so does every other query over some accounts."""
    for statement in OF_ACCOUNTS.values():
        literal = re.sub(r"\$\d", "0", re.sub(r"\$\d::bigint\[\]", "'{7}'::bigint[]", statement))
        plan = await beside.fetch(f"EXPLAIN {literal}")
        assert [line for (line,) in plan if "Task Count" in line] == ["  Task Count: 1"], statement


async def test_what_is_read_and_written_of_an_account_asks_one_node(beside: asyncpg.Connection) -> None:
    """By each statement: the accounts on other nodes are served while one is down."""
    of_account = {query.__name__: sql for query, sql in READS.items() if query not in {*OF_ACCOUNTS, GetAgendaOf}}
    for name, sql in {**LOADS, **SAVES, **SINGLE_SAVES, **SESSIONS, **of_account}.items():
        types = [each.name for each in (await beside.prepare(sql)).get_parameters()]
        plan = await beside.fetch(f"EXPLAIN {sql}", *(VALUES[each] for each in types))
        tasks = {line.strip() for (line,) in plan if "Task Count" in line}
        assert tasks == {"Task Count: 1"}, name


@pytest.mark.parametrize("q", ["love", "lo", "lo 0123", "山", "2671", "+14155552671"])
async def test_a_search_asks_one_node(beside: asyncpg.Connection, q: str) -> None:
    """With each of its statements."""
    search = parse_search(q)
    assert search is not None
    statements = Statements(7, search, Progress(5))
    asked = [statements.walk(ListQuery(), 400), statements.among(ListQuery(), [PHONE], 100)]
    for lookup in lookups(7, search):
        statement = Statement(7)
        asked.append((lookup(statement, 2001), statement.values))
    for sql, values in asked:
        plan = await beside.fetch(f"EXPLAIN {sql}", *values)
        assert [line for (line,) in plan if "Task Count" in line] == ["  Task Count: 1"], sql


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
    """Opening the database there is refused with the fix: name the coordinator."""
    if not cluster.workers:
        pytest.skip("the cluster has no workers")
    url = cluster.workers[0].url(database_of(emptied_citus))
    for use in (PostgresStore(url).open, PostgresStore(url).upgrade, partial(PostgresStore(url).open, migrate=False)):
        with pytest.raises(StoreUnusable, match="is a worker of a Citus cluster: name the coordinator"):
            await use()
