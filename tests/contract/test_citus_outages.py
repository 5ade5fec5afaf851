"""A node of a Citus cluster that is down or hangs, if NUMBERKEEP_TEST_CITUS_WORKERS names two; see support/citus.py."""

import asyncio
import socket
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore, citus, nodes, search_indexer
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog, ListOldJobs, ListWaitingJobs
from numberkeep.store.search_queries import CountUnindexed
from support.citus import CitusCluster
from support.daemon import PATIENCE, free_port
from support.databases import opened
from support.store import DAY, PHONE, SECOND, START, AccountDriver, new_account, phone

LATER: Final = START + 300 * DAY
"""When everything that a test enqueues is due."""


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
                assert await store.read(CountUnindexed()) >= 0
                assert [*await store.read(ListWaitingJobs(LATER)), *await store.read(ListOldJobs(LATER))] == []
                await store.ready()
            with pytest.raises(StoreUnavailable, match=r"the Citus node \S+ cannot be reached: start it"):
                await theirs.create(phone(1))
            assert (await ours.create(phone(1))).phone == phone(1)
            assert len(await ours.take(1, at=ours.now + SECOND)) == 1
    assert set((await spread.read(GetAgenda(LATER))).due) >= {cut_off.account_id}


async def test_a_dead_node_stops_the_search_index_for_its_accounts_alone(
    cluster: CitusCluster,
    emptied_citus: str,
    parted: tuple[AccountDriver, AccountDriver],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is written to the others is indexed, and all of it once every node answers."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 0)
    monkeypatch.setattr(search_indexer, "_LOOK_SECONDS", 0.5)
    with cluster.moved(emptied_citus, free_port()):
        async with opened(emptied_citus) as store:
            ours = AccountDriver(store, parted[0].account_id)
            ours.now = parted[0].now
            await ours.create(phone(1))
            async with asyncio.timeout(PATIENCE):
                while await store.read(CountUnindexed()):  # noqa: ASYNC110 - there is no event to await
                    await asyncio.sleep(0.05)
    async with opened(emptied_citus) as store, asyncio.timeout(PATIENCE):
        while await store.read(CountUnindexed()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


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
