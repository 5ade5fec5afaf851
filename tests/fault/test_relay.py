"""The relay in real processes that are killed, that share their work, and whose receiver is away."""

import asyncio
import json
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from fault.noting import noting
from fault.relays import (
    CONTACTS,
    KEY,
    Services,
    ask,
    create,
    events,
    follow,
    number,
    outbox,
    until_nothing_is_owed,
    verify,
)
from support.databases import ENGINES, NewDatabase
from support.inbox import Inbox, inbox
from support.process import PATIENCE, Serving
from support.wire import Gone, Wire

_PEOPLE: Final = 60
_CLIENTS: Final = 6
_KILLS: Final = 4


@pytest.fixture
async def phones() -> AsyncIterator[Inbox]:
    """What stands for all phones: where the sender posts messages to."""
    async with inbox() as made:
        yield made


@pytest.fixture(params=ENGINES)
async def services(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase, phones: Inbox
) -> AsyncIterator[Services]:
    """Services on a new database of each engine, until the test ends."""
    async with Services(tmp_path, new_database(request.param), phones) as made:
        yield made


@pytest.fixture
async def shared(tmp_path: Path, postgres_url: str, phones: Inbox) -> AsyncIterator[Services]:
    """Services on a database that several may share."""
    async with Services(tmp_path, postgres_url, phones) as made:
        yield made


async def test_a_kill_between_sending_and_recording_sends_again(services: Services, phones: Inbox) -> None:
    """What was sent and not recorded is sent again, by the same id; the answer verifies the contact once all the same.

    The person gets two messages and answers both.
    """
    running = await services.start()
    await create(running, number(1))
    phones.hold()
    await verify(running, number(1))
    await phones.until(lambda: len(phones.posts) == 1)
    await services.kill(running)
    phones.let_go()
    running = await services.start()
    await phones.until(lambda: len(phones.posts) == 2)
    assert phones.posts[0].id == phones.posts[1].id
    assert phones.posts[0].body == phones.posts[1].body
    await until_nothing_is_owed(running)
    answers = [await ask(running, "POST", "/_numberkeep/inbound", {"from": number(1), "content": "yes"}) for _ in "12"]
    assert [answer["verified"] for answer in answers] == [True, False]
    assert len(await events(running, "verification.approved")) == 1
    verified = await ask(running, "GET", f"{CONTACTS}?verified=true")
    assert [contact["phone"] for contact in verified] == [number(1)]
    assert [message["status"] for message in await ask(running, "GET", "/_numberkeep/messages")] == [
        "received",
        "received",
        "sent",
    ]
    assert len(phones.posts) == 2


class Asker:
    """Names each of its contacts and asks for its verification; goes on with the next service where one is gone."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self._todo = [
            request
            for each in numbers
            for request in (
                ("PUT", f"{CONTACTS}/{each}", {"first_name": "Someone"}, each),
                ("POST", f"{CONTACTS}/verify", {"number": each}, each),
            )
        ]

    async def run(self, running: "Current") -> None:
        """Ask until all has been acknowledged, each once: a request that is sent again has its key."""
        while self._todo:
            service = await running.get()
            async with Wire(service.url, KEY) as wire:
                try:
                    while self._todo:
                        method, path, body, key = self._todo[0]
                        answer = await wire.request(method, path, body, {"idempotency-key": key})
                        assert answer.status == 200, answer.content
                        del self._todo[0]
                except Gone:
                    running.lose(service)


class Current:
    """The service that runs now, for those who wait for it."""

    def __init__(self) -> None:
        self._service: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()

    async def get(self) -> Serving:
        """Wait until one runs."""
        return await asyncio.shield(self._service)

    def lose(self, service: Serving) -> None:
        """It is gone; another will come."""
        if self._service.done() and self._service.result() is service:
            self._service = asyncio.get_running_loop().create_future()

    def put(self, service: Serving) -> None:
        """It runs."""
        self._service.set_result(service)


async def test_kills_at_any_moment_lose_nothing_that_is_owed(services: Services, phones: Inbox, seed: int) -> None:
    """Whenever the service is killed, every message and event arrives, in order for each contact, and none is owed."""
    chance = random.Random(seed)
    people = [number(n) for n in range(_PEOPLE)]
    async with inbox() as hook:
        phones.pause = hook.pause = lambda: chance.uniform(0, 0.06)
        with noting(f"again: --fault-seed {seed}"):
            running = await services.start()
            await ask(running, "POST", "/_numberkeep/webhooks", {"url": hook.url})
            await create(running, *people)
            current = Current()
            current.put(running)
            async with asyncio.TaskGroup() as group:
                for client in range(_CLIENTS):
                    group.create_task(Asker(people[client::_CLIENTS]).run(current))
                for _ in range(_KILLS):
                    await asyncio.sleep(chance.uniform(0, 0.4))
                    await services.kill(running)
                    current.lose(running)
                    running = await services.start()
                    current.put(running)
            await until_nothing_is_owed(running)
            messages = await ask(running, "GET", "/_numberkeep/messages?limit=1000")
            assert Counter(message["status"] for message in messages) == {"sent": _PEOPLE}, "each was asked for once"
            assert {id_.partition("-")[0] for id_ in phones.ids} == {f"default/{message['id']}" for message in messages}
            assert {post.body["to"] for post in phones.posts} == set(people)
            posts = list(hook.posts)
            told = await events(running)
            assert {post.id.rpartition("-")[0] for post in posts} == {f"default-{event['id']}" for event in told}
            came: dict[str, list[int]] = defaultdict(list)
            for post in posts:
                came[concerned(post.body)].append(int(post.body["id"]))
            for ids in came.values():
                assert ids == sorted(ids), "an event came before an earlier one of the same contact was done"
            assert sorted(came) == people


def concerned(event: dict[str, Any]) -> str:
    """Whose number an event is about."""
    data = event["data"]
    about: dict[str, str] = data.get("contact") or data.get("message") or data
    return about.get("phone") or about.get("number") or about["to"]


async def test_processes_share_the_work_and_the_living_take_over(shared: Services, phones: Inbox) -> None:
    """Of two services, one of two processes, on one database: nothing comes twice; one is killed, the rest comes."""
    people = [number(n) for n in range(200)]
    async with inbox() as hook:
        one, two = await shared.start("--workers", "2"), await shared.start()
        webhook = {"url": hook.url, "types": ["verification.requested"], "secret": "relay-hook-secret"}
        await ask(one, "POST", "/_numberkeep/webhooks", webhook)
        await create(one, *people)
        await asyncio.gather(verify(one, *people[::2], wires=8), verify(two, *people[1::2], wires=8))
        await until_nothing_is_owed(two)
        for each in (phones, hook):
            assert (len(each.times), set(each.times.values())) == (200, {1})
        phones.hold()
        await asyncio.gather(verify(one, *people[:20], wires=4), verify(two, *people[20:40], wires=4))
        await phones.until(lambda: len(phones.posts) >= 208)
        await shared.kill(one)
        phones.let_go()
        await until_nothing_is_owed(two)
    assert len(phones.times) == len(hook.times) == 240
    assert {message["status"] for message in await ask(two, "GET", "/_numberkeep/messages?limit=1000")} == {"sent"}


async def test_what_a_receiver_that_was_away_missed_is_delivered(services: Services, phones: Inbox) -> None:
    """Meanwhile it is seen how much waits, for how long, and that an attempt failed."""
    people = [number(n) for n in range(3)]
    await phones.stop()
    running = await services.start()
    await create(running, *people)
    await verify(running, *people)
    failed = 'channel="sender",outcome="failed"'
    async with asyncio.timeout(PATIENCE):
        lines = await metrics(running)
        while lines.get(failed) != 3:
            await asyncio.sleep(0.02)  # nobody tells of it
            lines = await metrics(running)
    assert lines["numberkeep_outbox_waiting"] == 3
    assert 0 < lines["numberkeep_outbox_oldest_seconds"] < PATIENCE
    standing = await outbox(running)
    assert (standing["waiting"], standing["dead"], standing["oldest_seconds"] > 0) == (3, 0, True)
    await phones.start()
    await phones.until(lambda: len(phones.posts) == 3)
    await until_nothing_is_owed(running)
    assert sorted(post.body["to"] for post in phones.posts) == people
    assert (await metrics(running))['channel="sender",outcome="delivered"'] == 3


async def metrics(running: Serving) -> dict[str, float]:
    """The numbers of /metrics: by name, and those of deliveries by what the process's label leaves."""
    async with httpx2.AsyncClient(base_url=running.url, timeout=PATIENCE) as client:
        text = (await client.get("/metrics")).text
    told = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if not line.startswith("#"):
            labels = [part for part in name.partition("{")[2].rstrip("}").split(",") if not part.startswith("process=")]
            told[",".join(labels) or name] = float(value)
    return told


async def test_a_stop_finishes_what_is_under_way(services: Services, phones: Inbox) -> None:
    """After SIGTERM deliveries under way are finished and recorded, streams end, and nothing comes twice later."""
    people = [number(n) for n in range(20)]
    running = await services.start()
    await create(running, *people)
    phones.hold()
    await verify(running, *people)
    await phones.until(lambda: len(phones.posts) >= 8)
    async with AsyncExitStack() as stack:
        streams = [(await stack.enter_async_context(follow(running))).aiter_lines() for _ in range(2)]
        for lines in streams:
            for _ in range(3 * len(people)):
                await event_of(lines)
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        assert [await event_of(lines) for lines in streams] == [None, None]
    under_way = len(phones.posts)
    phones.let_go()
    assert await asyncio.to_thread(running.process.wait, PATIENCE) == 0
    assert time.monotonic() - began < 8
    again = await services.start()
    messages = await ask(again, "GET", "/_numberkeep/messages?limit=1000")
    sent = sum(message["status"] == "sent" for message in messages)
    assert sent >= under_way
    await until_nothing_is_owed(again)
    assert (len(phones.times), set(phones.times.values())) == (20, {1})


async def event_of(lines: AsyncIterator[str]) -> Any:
    """The next event of a stream; None at its end."""
    async for line in lines:
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))
    return None
