"""GET /api/v2/events: authentication, and the lifetime of a stream."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import CoroutineType
from typing import Any, cast

import httpx2
import pytest

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.identity import KeyPair
from numberkeep.http.application import Application
from numberkeep.http.closing import Closing
from numberkeep.http.endpoint import Api
from numberkeep.http.stream import Stream
from numberkeep.service import feed, keys
from numberkeep.service.keys import Authenticator
from numberkeep.store.queries import GetTallies, ListEvents
from numberkeep.wire.decoding import Decoder
from support.api import CONTACTS, FIRST, Service
from support.faults import fail_reads
from support.process import serving
from support.stream import EVENTS, PATIENCE, listening

PHONE = "+14155552671"


class StreamFixture:
    """The stream's application alone, without caching of keys, and with a heartbeat of choice.

    Attributes:
        closing: signals shutdown to it.
        stream: the application.
    """

    def __init__(self, service: Service, heartbeat_seconds: float) -> None:
        self._passed = 0.0
        self.closing = Closing()
        context = service.context
        authenticator = Authenticator(context.store, self._later)
        decoder = Decoder(ignore_unknown=False)
        api = Api(context, authenticator, decoder, service.notifier, self.closing)
        self.stream = Application({EVENTS: Stream(api, heartbeat_seconds=heartbeat_seconds)}, api.outage)

    def _later(self) -> float:
        self._passed += 10
        return self._passed


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a listener without signals poll twenty times a second."""
    monkeypatch.setattr(feed, "_LOOK_SECONDS", 0.05)


@pytest.fixture
async def tidy() -> AsyncIterator[None]:
    """Check after the test that no task of the HTTP layer is left, and none failed."""
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    yield
    await asyncio.sleep(0)
    working = [cast("CoroutineType[Any, Any, Any]", task.get_coro()) for task in asyncio.all_tasks()]
    left = [work for work in working if "numberkeep/http" in work.cr_code.co_filename]
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(None)
    assert (left, complaints) == ([], [])


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - there is no event to await
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("pair", "status"),
    [
        (None, 403),
        (KeyPair(FIRST.key_id, ""), 403),
        (KeyPair("", FIRST.secret), 403),
        (KeyPair(FIRST.key_id, "wrong"), 401),
        (KeyPair("nobody", FIRST.secret), 401),
    ],
)
async def test_a_refused_listener_gets_an_error_before_the_stream(
    service: Service, pair: KeyPair | None, status: int
) -> None:
    """As JSON in the common shape, before any other error of the request."""
    async with listening(service.application, pair, "after=x") as listener:
        body = await listener.body()
    assert (listener.status, body["status"]) == (status, "ERROR")
    assert body["request_id"] == listener.headers["x-request-id"]


@pytest.mark.usefixtures("quick", "tidy")
async def test_a_heartbeat_is_sent_without_events(service: Service, wire: httpx2.AsyncClient) -> None:
    """A comment with the position, also if events are filtered out; none is sent before it is due."""
    stream_fixture = StreamFixture(service, 0.1)
    async with listening(stream_fixture.stream, FIRST, "type=message.received") as listener:
        began = time.monotonic()
        await listener.heartbeats(1)
        await wire.post(CONTACTS, json={"number": PHONE})
        await listener.heartbeats(2)
        assert time.monotonic() - began >= 0.29
    heartbeats = [[b": still here\nid: %d\n\n" % place for place in places] for places in ((0, 0, 1), (0, 1, 1))]
    assert listener.sent[1:4] in heartbeats  # the second may be due before the contact is there


@pytest.mark.usefixtures("quick", "tidy")
async def test_the_heartbeat_is_slower_than_polling(service: Service) -> None:
    """Twenty polls without an event send nothing before the heartbeat is due."""
    async with listening(StreamFixture(service, 60).stream, FIRST) as listener:
        await listener.part()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await listener.part()


@pytest.mark.usefixtures("quick", "tidy")
async def test_a_revoked_key_ends_the_stream(service: Service, wire: httpx2.AsyncClient) -> None:
    """A quiet stream ends with its next heartbeat, and a busy one before its next event."""
    for busy in (False, True):
        pair = KeyPair(f"key-{busy}", "secret")
        await keys.create(service.context, "default", pair)
        async with listening(StreamFixture(service, 60 if busy else 0.05).stream, pair) as listener:
            await wire.post(CONTACTS, json={"number": f"+1415555000{busy:d}"})
            await listener.events(1)
            await keys.revoke(service.context, pair.key_id)
            if busy:
                await wire.post(CONTACTS, json={"number": PHONE})
            assert await listener.rest() == []
            await until(listener.task.done)


@pytest.mark.usefixtures("tidy")
async def test_a_stream_ends_at_shutdown(service: Service, wire: httpx2.AsyncClient) -> None:
    """All streams, at once and complete; a later one begins and ends."""
    await wire.post(CONTACTS, json={"number": PHONE})
    stream_fixture = StreamFixture(service, 60)
    async with (
        listening(stream_fixture.stream, FIRST, "after=0") as one,
        listening(stream_fixture.stream, FIRST) as two,
    ):
        await one.events(1)
        await two.part()
        stream_fixture.closing.begin()
        for listener in (one, two):
            assert await listener.rest() == []
            await until(listener.task.done)
        async with listening(stream_fixture.stream, FIRST) as late:
            assert late.status == 200
            await late.rest()


@pytest.mark.usefixtures("tidy")
async def test_a_disconnected_client_leaves_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """Its tasks end and its listener is removed, whether it was waiting or sending."""
    for _ in range(3):
        async with listening(service.application, FIRST) as listener:
            await listener.part()
            await until(lambda: len(service.context.signals._listeners) == 1)
        assert listener.task.done()
        assert not service.context.signals._listeners
    assert (await wire.post(CONTACTS, json={"number": PHONE})).status_code == 200


@pytest.mark.usefixtures("tidy")
async def test_a_canceled_request_leaves_nothing(service: Service) -> None:
    """If the server cancels a request, its tasks end too."""
    async with listening(service.application, FIRST) as listener:
        await listener.part()
        await until(lambda: len(service.context.signals._listeners) == 1)
        listener.task.cancel()
        await until(listener.task.done)
        assert not service.context.signals._listeners
        listener.task = asyncio.ensure_future(asyncio.sleep(0))


@pytest.mark.usefixtures("tidy")
async def test_a_connection_that_breaks_while_sending_ends(
    service: Service, wire: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The error ends the stream, is logged without the data, and there is no second response."""
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if b"data:" in message.get("body", b""):
            raise OSError("broken for " + PHONE)

    await wire.post(CONTACTS, json={"number": PHONE})
    keys_of_first = [(b"sb-api-key-id", FIRST.key_id.encode()), (b"sb-api-secret-key", FIRST.secret.encode())]
    scope = {"type": "http", "method": "GET", "path": EVENTS, "query_string": b"after=0", "headers": keys_of_first}
    async with asyncio.timeout(PATIENCE):
        await service.application(scope, receive, send)
    assert sent == ["http.response.start", *["http.response.body"] * 3]
    assert "the stream ended with OSError" in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.usefixtures("quick", "tidy")
async def test_a_store_failure_ends_the_stream(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Cleanly, after complete events; a reconnect gets 503, or continues at its position."""
    store: Any = service.context.store
    await wire.post(CONTACTS, json={"number": PHONE})

    async with listening(service.application, FIRST, "after=0") as listener:
        await listener.events(1)
        with monkeypatch.context() as outage:
            fail_reads(outage, store, StoreUnavailable("down"), ListEvents, GetTallies)
            assert await listener.rest() == []
            await until(listener.task.done)
            async with listening(service.application, FIRST) as again:
                assert (again.status, again.headers["retry-after"]) == (503, "5")
    assert "Traceback" not in caplog.text
    assert "the stream ended" not in caplog.text
    await wire.delete(f"{CONTACTS}/{PHONE}")
    async with listening(service.application, FIRST, headers={"last-event-id": "1"}) as listener:
        assert [event.type for event in await listener.events(1)] == ["contact.deleted"]


def test_a_real_server_streams_and_stops(tmp_path: Path) -> None:
    """Events arrive over a socket as they happen; SIGTERM ends the stream and the service at once, with 0."""
    with serving(tmp_path, "--database", "sqlite://:memory:") as running:
        running.read_export()
        with running.wire() as wire, running.wire() as other, wire.stream("GET", EVENTS) as answer:
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            lines = answer.iter_lines()
            assert [next(lines), next(lines), next(lines)] == ["retry: 1000", "id: 0", ""]
            for number in (PHONE, "+14155550002"):
                other.post(CONTACTS, json={"number": number})
                assert (next(lines)[:3], next(lines)) == ("id:", "event: contact.created")
                assert number in next(lines)
                assert next(lines) == ""
            began = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - began < 10
            assert list(lines) == []
        assert running.process.stderr
        said = running.process.stderr.read()
        assert "Traceback" not in said
        assert "never retrieved" not in said
