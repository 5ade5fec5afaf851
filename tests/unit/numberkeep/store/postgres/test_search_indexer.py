"""When the index is built in the background, and what it does if it cannot be."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from numberkeep.store.postgres import search_indexer
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.postgres.search_indexer import SearchIndexer
from support.daemon import PATIENCE


class Connection:
    """A connection to nothing."""

    def is_in_transaction(self) -> bool:
        """Return that a failed step has ended its transaction."""
        return False

    def is_closed(self) -> bool:
        """Return that it can be used again."""
        return False

    def terminate(self) -> None:
        """Close nothing."""


def node_error() -> asyncpg.PostgresError:
    """Return what Citus reports of a node that cannot be reached."""
    error = asyncpg.ConnectionFailureError("cannot connect")
    error.severity_en = "ERROR"
    return error


class Work:
    """Stands for the index: accounts with steps to do, and what was done.

    Attributes:
        steps: how many steps each account needs.
        done: the account of each step.
        slept: for how long the indexer slept after steps.
        meanwhile: the pool that is used during each step, if one is.
        errors: the accounts whose steps fail, and how.
        ended: set when all that can be done is done.
        time_to_look: set to end the wait before accounts are looked for again.
    """

    def __init__(self) -> None:
        self.steps: dict[int, int] = {}
        self.done: list[int] = []
        self.slept: list[float] = []
        self.meanwhile: Pool | None = None
        self.errors: dict[int, Exception] = {}
        self.ended = asyncio.Event()
        self.time_to_look = asyncio.Event()

    async def index(self, _: Any, account_id: int) -> bool:
        """Do a step."""
        await asyncio.sleep(0.001)
        if self.meanwhile is not None:
            await self.meanwhile.run(nothing)
        if account_id in self.errors:
            raise self.errors[account_id]
        self.done.append(account_id)
        self.steps[account_id] -= 1
        if not any(steps for each, steps in self.steps.items() if each not in self.errors):
            self.ended.set()
        return self.steps[account_id] > 0

    async def accounts_behind(self, _: Any) -> list[int]:
        """Return the accounts."""
        return list(self.steps)

    async def sleep(self, seconds: float) -> None:
        """Note that the indexer sleeps, and let others run; look for accounts again when it is time."""
        if seconds == search_indexer._LOOK_SECONDS:
            await self.time_to_look.wait()
            self.time_to_look.clear()
            return
        self.slept.append(seconds)
        await asyncio.sleep(0)


async def nothing(_: Any) -> None:
    """Do nothing with a connection."""


async def connect() -> Any:
    """Return a connection to nothing."""
    return Connection()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Let the indexer work on this."""
    work = Work()
    monkeypatch.setattr(search_indexer, "index", work.index)
    monkeypatch.setattr(search_indexer, "accounts_behind", work.accounts_behind)
    return work


@pytest.fixture
def pools() -> tuple[Pool, Pool]:
    """Return the pools for writing and for reading."""
    return Pool(connect, 2), Pool(connect, 2)


@pytest.fixture
async def indexer(work: Work, pools: tuple[Pool, Pool]) -> AsyncIterator[SearchIndexer]:
    """Return an indexer, which is closed at the end."""
    indexer = SearchIndexer(*pools, sleep=work.sleep)
    yield indexer
    await indexer.close()


async def run(indexer: SearchIndexer, work: Work) -> None:
    """Run until all that can be done is done."""
    indexer.start()
    async with asyncio.timeout(PATIENCE):
        await work.ended.wait()


async def test_without_other_work_it_does_not_rest(indexer: SearchIndexer, work: Work) -> None:
    """A large import is indexed in half the time."""
    work.steps[7] = 5
    await run(indexer, work)
    assert work.done == [7] * 5
    assert work.slept == [search_indexer._START_SECONDS, 0, 0, 0, 0]


@pytest.mark.parametrize("place", [0, 1], ids=["writing", "reading"])
async def test_it_rests_as_long_as_it_works_if_there_is_other_work(
    indexer: SearchIndexer, work: Work, pools: tuple[Pool, Pool], place: int
) -> None:
    """Whatever was short enough to end before it rests counts too."""
    work.steps[7] = 3
    work.meanwhile = pools[place]
    await run(indexer, work)
    assert [seconds > 0 for seconds in work.slept] == [True] * 3


async def test_a_node_that_is_down_stops_its_accounts_alone(
    indexer: SearchIndexer, work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are tried again, and reported once."""
    monkeypatch.setattr(search_indexer, "_RETRY_SECONDS", 0.001)
    caplog.set_level(logging.WARNING, "numberkeep.store")
    work.steps |= {1: 1, 2: 3}
    work.errors[1] = node_error()
    await run(indexer, work)
    assert work.done == [2] * 3
    assert set(work.slept[1:]) == {0}
    await asyncio.sleep(0.05)
    assert [record.getMessage() for record in caplog.records] == [
        "the search index of account 1 waits: ConnectionFailureError (08006)"
    ]
    work.ended.clear()
    work.errors.clear()
    async with asyncio.timeout(PATIENCE):
        await work.ended.wait()
    assert work.done[-1] == 1


async def test_accounts_that_are_behind_are_looked_for_again(
    indexer: SearchIndexer, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a process that has ended, and all after a node was down, without which others are indexed."""
    failing = True

    async def accounts_behind(_: Any) -> list[int]:
        if failing:
            raise node_error()
        return [1]

    monkeypatch.setattr(search_indexer, "accounts_behind", accounts_behind)
    work.steps[2] = 1
    indexer.notify(2)
    await run(indexer, work)
    failing = False
    work.ended.clear()
    work.steps[1] = 1
    work.time_to_look.set()
    async with asyncio.timeout(PATIENCE):
        await work.ended.wait()
    assert work.done == [2, 1]
