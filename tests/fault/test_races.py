"""Conflicting clients, each on its own socket."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

import pytest

from fault.checks import pages, until, walk
from fault.engines import postgres, sqlite, wire_to
from fault.writers import CONTACTS
from support.process import Serving
from support.wire import Answer, Wire

_CLIENTS: Final = 64
_STEADY: Final = 150
_PAGE: Final = 7
_DISTURBERS: Final = 4


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Run a service on each engine; on PostgreSQL with two processes."""
    folder = tmp_path_factory.mktemp("races")
    if request.param == "sqlite":
        engine, workers = sqlite(folder), "1"
    else:
        server = request.getfixturevalue("own_postgres")
        if not server.running:
            server.restart()
        engine, workers = postgres(folder, server), "2"
    with engine.serving(workers=workers) as running:
        yield running
        assert running.stop() == 0


@pytest.fixture
async def wire(running: Serving) -> AsyncIterator[Wire]:
    """Yield a connection to the service; afterwards delete all contacts."""
    async with wire_to(running) as wire:
        yield wire
        there = await walk(wire, limit=1000)
        answer = await wire.request("DELETE", CONTACTS, {"contact_ids": [contact["phone"] for contact in there]})
        assert answer.json()["amount"] == len(there)


async def at_once(running: Serving, requests: Sequence[tuple[str, str, Any]]) -> list[Answer]:
    """Return the answers to requests that are all sent before any answer is read, each over a new connection."""
    async with contextlib.AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(wire_to(running)) for _ in requests]
        for wire in wires:
            await wire.connect()
        for wire, request in zip(wires, requests, strict=True):
            await wire.send(*request)
        return [await wire.receive() for wire in wires]


async def test_of_many_creates_of_one_number_one_succeeds(running: Serving, wire: Wire) -> None:
    """64 concurrent requests: one 200, 63 times 409, and the contact is the answered one."""
    for attempt in range(10):
        phone = f"+1415555{attempt:04d}"
        bodies = [{"number": phone, "first_name": str(n)} for n in range(_CLIENTS)]
        answers = await at_once(running, [("POST", CONTACTS, body) for body in bodies])
        assert sorted(answer.status for answer in answers) == [200] + [409] * (_CLIENTS - 1)
        made = next(answer.json()["contact"] for answer in answers if answer.status == 200)
        assert (await wire.request("GET", f"{CONTACTS}/{phone}")).json()["contact"] == made


async def test_of_many_requests_with_one_key_one_is_applied(running: Serving, wire: Wire) -> None:
    """64 concurrent creates with one idempotency key: all get the same answer, 63 of them as a repetition."""
    body = {"number": "+14155551000"}
    async with contextlib.AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(wire_to(running)) for _ in range(_CLIENTS)]
        for one in wires:
            await one.connect()
        for one in wires:
            await one.send("POST", CONTACTS, body, {"idempotency-key": "one"})
        answers = [await one.receive() for one in wires]
    assert len({(answer.status, answer.content) for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == _CLIENTS - 1
    assert answers[0].json()["contact"] == (await wire.request("GET", f"{CONTACTS}/+14155551000")).json()["contact"]


async def test_concurrent_merges_lose_nothing(running: Serving, wire: Wire) -> None:
    """64 updates, each of one custom variable: every answer has its own, and the contact has all."""
    phone = "+14155552000"
    await wire.request("POST", CONTACTS, {"number": phone})
    bodies = [{"custom_variables": {f"v{n}": str(n)}} for n in range(_CLIENTS)]
    answers = await at_once(running, [("PUT", f"{CONTACTS}/{phone}", body) for body in bodies])
    for n, answer in enumerate(answers):
        assert answer.json()["contact"]["custom_variables"][f"v{n}"] == str(n)
    stored = (await wire.request("GET", f"{CONTACTS}/{phone}")).json()["contact"]
    assert stored["custom_variables"] == {f"v{n}": str(n) for n in range(_CLIENTS)}


class Disturber:
    """Creates contacts between others, tags them and deletes them, until it is stopped.

    Attributes:
        done: how many changes it has made.
    """

    def __init__(self, number: int, seed: int) -> None:
        self.done = 0
        self._random = random.Random(seed)
        self._phones = [f"+1415{self._random.randrange(10**6):06d}{number}{n % 10}" for n in range(60)]
        self._there: set[str] = set()

    async def run(self, wire: Wire, stop: asyncio.Event) -> None:
        """Make changes until stopped."""
        async with wire:
            while not stop.is_set():
                phone = self._random.choice(self._phones)
                answer = await (self._change(wire, phone) if phone in self._there else self._create(wire, phone))
                assert answer.status == 200, answer.content
                self.done += 1

    async def _create(self, wire: Wire, phone: str) -> Answer:
        self._there.add(phone)
        return await wire.request("POST", CONTACTS, {"number": phone, **fields_of(self._random)})

    async def _change(self, wire: Wire, phone: str) -> Answer:
        if self._random.random() < 0.5:
            self._there.remove(phone)
            return await wire.request("DELETE", f"{CONTACTS}/{phone}")
        return await wire.request("PUT", f"{CONTACTS}/{phone}", {"tags": fields_of(self._random)["tags"]})


def fields_of(chance: random.Random) -> dict[str, Any]:
    """Return one of a few names, so that many contacts share one, with the tag or without."""
    names = ["", "Ada", "Bob", "Eve"]
    tags = chance.choice([["steady"], ["other"], ["other", "steady"], []])
    return {"first_name": chance.choice(names), "last_name": chance.choice(names), "tags": tags}


async def test_paging_among_changes_skips_nothing_and_repeats_nothing(running: Serving, wire: Wire, seed: int) -> None:
    """In every order, by tag or not: a contact that exists all the time is listed once, in order, and none twice."""
    chance = random.Random(seed)
    steady = [f"+1415{n:06d}999" for n in chance.sample(range(10**6), _STEADY)]
    rows = [{"phone": phone, **fields_of(chance), "tags": ["steady"]} for phone in steady]
    assert (await wire.request("POST", f"{CONTACTS}/bulk", {"contacts": rows})).status == 200
    disturbers = [Disturber(number, seed + number) for number in range(_DISTURBERS)]
    stop = asyncio.Event()
    orders = itertools.product(
        ["created_at", "first_name", "last_name", "phone"], ["asc", "desc"], [{}, {"tag": "steady"}]
    )
    async with asyncio.TaskGroup() as group:
        for disturber in disturbers:
            group.create_task(disturber.run(wire_to(running), stop))
        for by, direction, where in orders:
            again = f"{by} {direction} {where}; again: --fault-seed {seed}"
            contacts = []
            async for page in pages(wire, limit=_PAGE, order_by=by, order_direction=direction, **where):
                contacts += page
                await until(lambda: sum(disturber.done for disturber in disturbers), 3)
            ids = [contact["contact_id"] for contact in contacts]
            assert len(set(ids)) == len(ids), again
            seen = [contact["phone"] for contact in contacts]
            assert {phone: seen.count(phone) for phone in steady} == dict.fromkeys(steady, 1), again
            keys = [(contact[by] or "", contact["contact_id"]) for contact in contacts]
            assert keys == sorted(keys, reverse=direction == "desc"), again
        stop.set()
