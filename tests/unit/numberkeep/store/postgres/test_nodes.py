"""Reads over all accounts on Citus, with a coordinator that is made up; tests/contract/test_citus.py has a real one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import asyncpg
import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.store.postgres import nodes
from numberkeep.store.postgres.driver_errors import unavailable_on_error
from numberkeep.store.postgres.nodes import Nodes
from numberkeep.store.postgres.pool import Pool
from numberkeep.store.queries import GetAgenda, GetAgendaOf, GetBacklog, ListAccountsWithOldEvents

R = TypeVar("R")

ACCOUNTS = {"a:1": [1, 3], "b:2": [2]}
"""The accounts on each node."""


def server_error(code: str, severity: str = "ERROR") -> asyncpg.PostgresError:
    """Return an error as the driver raises it for one of the server."""
    error = asyncpg.PostgresError.new({"S": severity, "V": severity, "C": code, "M": "the remote node nk@b:2 failed"})
    assert isinstance(error, asyncpg.PostgresError)
    return error


class Coordinator:
    """A pool of connections to a coordinator, of whose nodes `broken` fail as they are told to.

    Attributes:
        broken: the error of each such node; None if it never answers.
        asked: the accounts of each statement that was run; None for all accounts.
    """

    def __init__(self) -> None:
        self.broken: dict[str, Exception | None] = {}
        self.asked: list[Sequence[int] | None] = []

    async def run(self, work: Callable[[Any], Awaitable[R]]) -> R:
        """Run work on this as the connection."""
        with unavailable_on_error():
            return await work(self)

    run_long = run

    async def fetch(self, statement: str, *values: Any, timeout: float | None = None) -> list[tuple[Any, ...]]:  # noqa: ASYNC109
        """Return rows for the accounts in the last value, or for all."""
        if "pg_dist_node" in statement:
            return [
                (node, found) for node, there in ACCOUNTS.items() if (found := [n for n in there if n in values[0]])
            ]
        if statement == nodes._EVERY_ACCOUNT:
            return [(n,) for there in ACCOUNTS.values() for n in there]
        among = values[-1] if values and isinstance(values[-1], list) else None
        self.asked.append(among)
        rows: list[tuple[Any, ...]] = []
        for node, there in ACCOUNTS.items():
            found = [n for n in there if among is None or n in among]
            if found and node in self.broken:
                error = self.broken[node]
                if error is None:
                    await asyncio.sleep(0)
                    raise TimeoutError(timeout)
                raise error
            rows += [(n, n, None) for n in found]
        if "count(*)" in statement:
            return [(len(rows), min((row[1] for row in rows), default=None), 10 * len(rows))]
        return [row[:1] for row in rows] if "<=" in statement else rows


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0


@pytest.fixture
def coordinator() -> Coordinator:
    """Return a coordinator whose nodes answer."""
    return Coordinator()


@pytest.fixture
def clock() -> Time:
    """Return the clock of `reading`."""
    return Time()


@pytest.fixture
def reading(coordinator: Coordinator, clock: Time) -> Nodes:
    """Return what reads from the coordinator."""
    return Nodes(cast("Pool", coordinator), lambda: clock.now)


async def test_one_statement_asks_nodes_that_answer(coordinator: Coordinator, reading: Nodes) -> None:
    """It is about all accounts, or those that are named."""
    assert list((await reading.read(GetAgenda(9))).due) == [1, 2, 3]
    assert list((await reading.read(GetAgendaOf(9, {2, 3}))).due) == [2, 3]
    assert await reading.read(GetBacklog()) == Backlog(3, 1, 30)
    assert await reading.read(ListAccountsWithOldEvents(9)) == [1, 3, 2]
    assert [None if each is None else sorted(each) for each in coordinator.asked] == [None, [2, 3], None, None]


@pytest.mark.parametrize("error", [server_error("08006"), server_error("57P01"), server_error("53300"), None])
async def test_a_node_that_does_not_answer_is_left_out(
    coordinator: Coordinator, reading: Nodes, error: Exception | None
) -> None:
    """Whether it is down, shuts down, has no connection left or hangs; it is counted apart."""
    coordinator.broken["b:2"] = error
    assert list((await reading.read(GetAgenda(9))).due) == [1, 3]
    assert list((await reading.read(GetAgendaOf(9, [2, 3]))).due) == [3]
    assert await reading.read(GetBacklog()) == Backlog(2, 1, 20, 1)
    assert await reading.read(ListAccountsWithOldEvents(9)) == [1, 3]


async def test_a_silent_node_is_asked_again_later(
    coordinator: Coordinator, reading: Nodes, clock: Time, caplog: pytest.LogCaptureFixture
) -> None:
    """Meanwhile nobody waits for it; once it answers, one statement asks all nodes again. The log has two lines."""
    coordinator.broken["b:2"] = None
    await reading.read(GetAgenda(9))
    assert coordinator.asked == [None, [1, 3], [2]]
    clock.now += nodes._SKIP_SECONDS - 1
    coordinator.asked.clear()
    await reading.read(GetAgenda(9))
    assert coordinator.asked == [[1, 3]]
    clock.now += 2
    await reading.read(GetAgenda(9))
    assert coordinator.asked == [[1, 3], [1, 3], [2]]
    coordinator.broken.clear()
    clock.now += nodes._SKIP_SECONDS + 1
    assert list((await reading.read(GetAgenda(9))).due) == [1, 2, 3]
    coordinator.asked.clear()
    await reading.read(GetAgenda(9))
    assert coordinator.asked == [None]
    lines = [record.message for record in caplog.records if record.name == "numberkeep.store"]
    assert lines == ["the Citus node b:2 does not answer: its accounts wait", "the Citus node b:2 answers again"]


async def test_a_removed_node_is_forgotten(
    coordinator: Coordinator, reading: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its accounts moved to another one."""
    coordinator.broken["b:2"] = None
    await reading.read(GetAgenda(9))
    monkeypatch.setitem(ACCOUNTS, "a:1", [1, 2, 3])
    monkeypatch.delitem(ACCOUNTS, "b:2")
    assert list((await reading.read(GetAgenda(9))).due) == [1, 2, 3]
    coordinator.asked.clear()
    await reading.read(GetAgenda(9))
    assert coordinator.asked == [None]


@pytest.mark.parametrize("error", [server_error("42501"), server_error("57P01", "FATAL"), ConnectionResetError()])
async def test_an_error_of_the_coordinator_is_raised(
    coordinator: Coordinator, reading: Nodes, error: Exception
) -> None:
    """Without it no node can be asked, and a missing permission is no outage."""
    coordinator.broken["b:2"] = error
    with pytest.raises(StoreUnavailable):
        await reading.read(GetAgenda(9))
    assert coordinator.asked == [None]
