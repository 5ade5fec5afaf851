"""The real service on a real PostgreSQL that goes away and comes back."""

import asyncio
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from support.postgres import PostgresServer
from support.process import PATIENCE, Serving, serving

CONTACTS = "/api/v2/contacts"
WRITERS = 16
PAIR = {"NUMBERKEEP_API_KEY": "k", "NUMBERKEEP_API_SECRET": "s"}


@pytest.fixture
def running(durable_postgres: PostgresServer, tmp_path: Path) -> Iterator[Serving]:
    """Run the service, with two processes, on a database of a server that can be killed."""
    url = durable_postgres.create_database()
    with serving(tmp_path, "--workers", "2", "--database", url, **PAIR) as service:
        service.read_export()
        wait_for_processes(service, 2)
        yield service
        assert service.stop() == 0
    durable_postgres.drop_database(url)


def wait_for_processes(service: Serving, count: int) -> None:
    """Wait until this many processes answer: one that starts while the database is away ends the service."""
    seen: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while len(seen) < count and time.monotonic() < deadline:
        with service.wire() as wire:  # each connection leads to one of them
            wire.get("/health/live")
            seen |= set(re.findall('process="(.+?)"', wire.get("/metrics").text))
    assert len(seen) == count


def client(running: Serving) -> httpx2.AsyncClient:
    """Return a client with the key pair of the service."""
    return httpx2.AsyncClient(base_url=running.url, headers=running.headers, timeout=PATIENCE)


@dataclass(slots=True)
class Load:
    """Writers that create one number after another and record the outcomes.

    Attributes:
        running: the service.
        acknowledged: the numbers whose creation was answered with 200.
        statuses: how often each status occurred.
        malformed: 503s without a Retry-After.
    """

    running: Serving
    acknowledged: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    malformed: list[str] = field(default_factory=list)
    going: bool = True

    async def write(self, writer: int) -> None:
        """Run one writer."""
        async with client(self.running) as wire:
            for n in range(10**4):
                if not self.going:
                    return
                number = f"+1415{writer:03d}{n:04d}"
                self.asked.add(number)
                answer = await wire.post(CONTACTS, json={"number": number, "tags": ["t"]})
                self.statuses[answer.status_code] += 1
                if answer.status_code == 200:
                    self.acknowledged.add(number)
                    continue
                if "retry-after" not in answer.headers or answer.json()["status"] != "ERROR":
                    self.malformed.append(answer.text)
                await asyncio.sleep(0.02)

    async def until(self, status: int, more: int) -> None:
        """Wait until a status has occurred this many more times."""
        goal = self.statuses[status] + more
        give_up = time.monotonic() + PATIENCE
        while self.statuses[status] < goal:
            assert time.monotonic() < give_up, self.statuses
            await asyncio.sleep(0.01)


async def test_a_killed_server_causes_503_and_loses_nothing(running: Serving, durable_postgres: PostgresServer) -> None:
    """Three times under load: 503 with Retry-After while the server is away, 200 without a restart when it is back.

    Every acknowledged create is stored, and nothing is stored partially.
    """
    load = Load(running)
    writers = [asyncio.create_task(load.write(n)) for n in range(WRITERS)]
    for how in (durable_postgres.kill, durable_postgres.kill, durable_postgres.stop):
        await load.until(200, 100)
        await asyncio.to_thread(how)
        await load.until(503, WRITERS)
        await asyncio.to_thread(durable_postgres.restart)
    await load.until(200, 100)
    load.going = False
    await asyncio.gather(*writers)
    assert set(load.statuses) == {200, 503}
    assert load.malformed == []
    async with client(running) as wire:
        stored = await everything(wire, CONTACTS)
        assert load.acknowledged <= stored <= load.asked
        assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": len(stored)}
        assert await everything(wire, f"{CONTACTS}?tag=t") == stored


async def test_a_missing_server_is_reported_and_found_again(running: Serving, durable_postgres: PostgresServer) -> None:
    """Reads, writes and readiness answer 503 meanwhile; the process lives, and works again afterwards."""
    async with client(running) as wire:
        durable_postgres.stop()
        for path in (f"{CONTACTS}/+14155552671", CONTACTS, f"{CONTACTS}/count", "/health/ready"):
            answer = await wire.get(path)
            assert (answer.status_code, answer.json()["status"]) == (503, "ERROR"), path
        assert (await wire.get("/health/live")).status_code == 200
        durable_postgres.restart()
        for _ in range(20):
            assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}
            assert (await wire.get("/health/ready")).status_code == 200


async def test_two_processes_create_one_number_once(running: Serving) -> None:
    """64 concurrent creates of one number over both processes: one 200, 63 times 409, whichever is first."""
    for number in ("+14155552671", "+14155552672", "+14155552673"):
        wires = [client(running) for _ in range(64)]  # one connection each, so that both processes get some
        answers = await asyncio.gather(*[wire.post(CONTACTS, json={"number": number}) for wire in wires])
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 63}
        for wire in wires:
            await wire.aclose()


async def test_two_processes_lose_no_merge(running: Serving) -> None:
    """Concurrent updates of one contact over both processes all take effect; one idempotency key is applied once."""
    wires = [client(running) for _ in range(32)]
    await wires[0].post(CONTACTS, json={"number": "+14155552671"})
    await asyncio.gather(
        *[
            wire.put(f"{CONTACTS}/+14155552671", json={"custom_variables": {str(n): "x"}})
            for n, wire in enumerate(wires)
        ]
    )
    contact = (await wires[0].get(f"{CONTACTS}/+14155552671")).json()["contact"]
    assert set(contact["custom_variables"]) == {str(n) for n in range(32)}
    key = {"idempotency-key": "one"}
    answers = await asyncio.gather(
        *[wire.post(CONTACTS, json={"number": "+14155550001"}, headers=key) for wire in wires]
    )
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1
    for wire in wires:
        await wire.aclose()


async def test_a_killed_process_is_replaced_and_the_other_goes_on(running: Serving) -> None:
    """If one of two processes is killed, the service lives, and soon both answer again."""
    before = running.children
    os.kill(running.worker, signal.SIGKILL)
    give_up = time.monotonic() + PATIENCE
    while len(running.children) < len(before) or running.children == before:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.05)
    for _ in range(20):
        async with client(running) as wire:  # one connection each, for either process
            assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}


async def everything(wire: httpx2.AsyncClient, path: str) -> set[str]:
    """Return the numbers of every page."""
    found: list[str] = []
    url: str | None = path + ("&" if "?" in path else "?") + "limit=1000"
    while url:
        answer = await wire.get(url)
        found += [contact["phone"] for contact in answer.json()]
        url = answer.links.get("next", {}).get("url")
    assert len(found) == len(set(found))
    return set(found)
