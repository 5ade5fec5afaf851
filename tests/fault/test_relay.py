"""The relay in real processes that are killed, that share their work, and whose receiver is down."""

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
    until_outbox_is_empty,
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
    """Return the inbox that stands for all phones: the sender posts messages to it."""
    async with inbox() as made:
        yield made


@pytest.fixture(params=ENGINES)
async def services(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase, phones: Inbox
) -> AsyncIterator[Services]:
    """Yield services on a new database of each engine, until the test ends."""
    async with Services(tmp_path, new_database(request.param), phones) as made:
        yield made


@pytest.fixture
async def shared(tmp_path: Path, postgres_url: str, phones: Inbox) -> AsyncIterator[Services]:
    """Yield services on a database that several may share."""
    async with Services(tmp_path, postgres_url, phones) as made:
        yield made


async def test_a_kill_between_sending_and_recording_sends_again(services: Services, phones: Inbox) -> None:
    """A message that was sent but not recorded is sent again with the same id; the contact is verified once.

    The person gets two messages and answers both.
    """
    running = await services.start()
    await create(running, number(1))
    phones.hold()
    await verify(running, number(1))
    await phones.until(lambda: len(phones.posts) == 1)
    await services.kill(running)
    phones.release()
    running = await services.start()
    await phones.until(lambda: len(phones.posts) == 2)
    assert phones.posts[0].id == phones.posts[1].id
    assert phones.posts[0].body == phones.posts[1].body
    await until_outbox_is_empty(running)
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
    """Creates its contacts and requests their verifications; continues with the next service if one is gone."""

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
        """Request all, each once: a repeated request has the same key."""
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
    """The running service, for tasks that wait for it."""

    def __init__(self) -> None:
        self._service: asyncio.Future[Serving] = asyncio.get_running_loop().create_future()

    async def get(self) -> Serving:
        """Wait until one runs, and return it."""
        return await asyncio.shield(self._service)

    def lose(self, service: Serving) -> None:
        """Record that it is gone; another will come."""
        if self._service.done() and self._service.result() is service:
            self._service = asyncio.get_running_loop().create_future()

    def put(self, service: Serving) -> None:
        """Set the running service."""
        self._service.set_result(service)


async def test_kills_at_any_moment_lose_no_delivery(services: Services, phones: Inbox, seed: int) -> None:
    """Every message and event arrives, in order for each contact, and none stays pending."""
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
            await until_outbox_is_empty(running)
            messages = await ask(running, "GET", "/_numberkeep/messages?limit=1000")
            assert Counter(message["status"] for message in messages) == {"sent": _PEOPLE}, "each was asked for once"
            assert {id_.partition("-")[0] for id_ in phones.ids} == {f"default/{message['id']}" for message in messages}
            assert {post.body["to"] for post in phones.posts} == set(people)
            posts = list(hook.posts)
            recorded = await events(running)
            assert {post.id.rpartition("-")[0] for post in posts} == {f"default-{event['id']}" for event in recorded}
            came: dict[str, list[int]] = defaultdict(list)
            for post in posts:
                came[concerned(post.body)].append(int(post.body["id"]))
            for ids in came.values():
                assert ids == sorted(ids), "an event came before an earlier one of the same contact was done"
            assert sorted(came) == people


def concerned(event: dict[str, Any]) -> str:
    """Return the number that an event is about."""
    data = event["data"]
    about: dict[str, str] = data.get("contact") or data.get("message") or data
    return about.get("phone") or about.get("number") or about["to"]


async def test_processes_share_the_work_and_the_living_take_over(shared: Services, phones: Inbox) -> None:
    """Two services, one with two processes, on one database: no delivery twice; one is killed, and the rest arrives."""
    people = [number(n) for n in range(200)]
    async with inbox() as hook:
        one, two = await shared.start("--workers", "2"), await shared.start()
        webhook = {"url": hook.url, "types": ["verification.requested"], "secret": "relay-hook-secret"}
        await ask(one, "POST", "/_numberkeep/webhooks", webhook)
        await create(one, *people)
        await asyncio.gather(verify(one, *people[::2], wires=8), verify(two, *people[1::2], wires=8))
        await until_outbox_is_empty(two)
        for each in (phones, hook):
            assert (len(each.times), set(each.times.values())) == (200, {1})
        phones.hold()
        await asyncio.gather(verify(one, *people[:20], wires=4), verify(two, *people[20:40], wires=4))
        await phones.until(lambda: len(phones.posts) >= 208)
        await shared.kill(one)
        phones.release()
        await until_outbox_is_empty(two)
    assert len(phones.times) == len(hook.times) == 240
    assert {message["status"] for message in await ask(two, "GET", "/_numberkeep/messages?limit=1000")} == {"sent"}


async def test_deliveries_to_a_receiver_that_was_down_arrive_later(services: Services, phones: Inbox) -> None:
    """Meanwhile metrics show how many wait, for how long, and that an attempt failed."""
    people = [number(n) for n in range(3)]
    await phones.stop()
    running = await services.start()
    await create(running, *people)
    await verify(running, *people)
    failed = 'channel="sender",outcome="failed"'
    async with asyncio.timeout(PATIENCE):
        lines = await metrics(running)
        while lines.get(failed) != 3:
            await asyncio.sleep(0.02)  # nothing reports it, so poll
            lines = await metrics(running)
    assert lines["numberkeep_outbox_waiting"] == 3
    assert 0 < lines["numberkeep_outbox_oldest_seconds"] < PATIENCE
    standing = await outbox(running)
    assert (standing["waiting"], standing["dead"], standing["oldest_seconds"] > 0) == (3, 0, True)
    await phones.start()
    await phones.until(lambda: len(phones.posts) == 3)
    await until_outbox_is_empty(running)
    assert sorted(post.body["to"] for post in phones.posts) == people
    assert (await metrics(running))['channel="sender",outcome="delivered"'] == 3


async def metrics(running: Serving) -> dict[str, float]:
    """Return the numbers of /metrics by name; those of deliveries by their labels except the process."""
    async with httpx2.AsyncClient(base_url=running.url, timeout=PATIENCE) as client:
        text = (await client.get("/metrics")).text
    numbers = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if not line.startswith("#"):
            labels = [part for part in name.partition("{")[2].rstrip("}").split(",") if not part.startswith("process=")]
            numbers[",".join(labels) or name] = float(value)
    return numbers


async def test_a_stop_finishes_what_is_under_way(services: Services, phones: Inbox) -> None:
    """After SIGTERM deliveries in flight are finished and recorded, streams end, and none is sent twice later."""
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
    phones.release()
    assert await asyncio.to_thread(running.process.wait, PATIENCE) == 0
    assert time.monotonic() - began < 8
    again = await services.start()
    messages = await ask(again, "GET", "/_numberkeep/messages?limit=1000")
    sent = sum(message["status"] == "sent" for message in messages)
    assert sent >= under_way
    await until_outbox_is_empty(again)
    assert (len(phones.times), set(phones.times.values())) == (20, {1})


async def event_of(lines: AsyncIterator[str]) -> Any:
    """Return the next event of a stream; None at its end."""
    async for line in lines:
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))
    return None
