"""Opening, closing, dropping, and event loops."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest

from sendblue_api import AsyncSendblueAPI, SendblueAPI, SendblueAPIError
from unit.sendblue_api.scripted_service import Driver, settled

PAIR: dict[str, Any] = {"api_key": "key-1", "api_secret": "secret-1"}


async def test_a_closed_client_says_so(api: Driver) -> None:
    """At once: nothing is sent and nothing is repeated. The given HTTP client is closed too, and copies with it."""
    copy = api.client.copy(max_retries=9)
    assert not api.client.is_closed()
    await settled(api.client.close)
    assert api.client.is_closed()
    assert copy.is_closed()
    with pytest.raises(SendblueAPIError, match="This client is closed"):
        await api("contacts.count")
    assert (api.service.requests, api.pauses) == ([], [])


async def test_a_client_whose_http_client_was_closed_says_so(api: Driver) -> None:
    """Whoever closed it, the call does not fail in the middle."""
    http_client = api.client._sender.connections.http()
    await settled(http_client.close if api.kind == "sync" else http_client.aclose)
    assert api.client.is_closed()
    with pytest.raises(SendblueAPIError, match="This client is closed"):
        await api("contacts.count")


async def test_a_client_closed_between_attempts_stops(api: Driver) -> None:
    """A program that shuts down during a pause is not kept waiting for the attempts that are left."""
    api.answers(httpx2.Response(503))
    api.client._sender.sleep = lambda _: api.client.close()
    with pytest.raises(SendblueAPIError, match="This client is closed"):
        await api("contacts.count")
    assert len(api.service.requests) == 1


async def test_context_managers_close() -> None:
    """Leaving the block closes the client, opened or not."""
    with SendblueAPI(**PAIR) as client:
        assert not client.is_closed()
    assert client.is_closed()
    async with AsyncSendblueAPI(**PAIR) as async_client:
        http_client = async_client._sender.connections.http()
    assert async_client.is_closed()
    assert http_client.is_closed


async def test_a_dropped_client_is_freed_at_once(api: Driver) -> None:
    """No cycle keeps it, its resources or its HTTP client waiting for the collector, not even after an error."""
    api.answers(httpx2.Response(200, json={"count": 1}), httpx2.Response(404))
    await api("contacts.count")
    with pytest.raises(SendblueAPIError):
        await api("contacts.bulk.create", contacts=[])
    sender = api.client._sender
    parts = [api.client, sender, sender.connections, sender.connections.http(), api.client.contacts.bulk]
    parts += [api.client.contacts.with_raw_response.bulk, api.client.contacts.with_streaming_response]
    parts += [api.client.with_raw_response.contacts, api.client.with_streaming_response]
    watched = [weakref.ref(part) for part in parts]
    gc.collect()
    gc.disable()
    try:
        del sender, parts
        api.client = None
        assert [ref() for ref in watched] == [None] * len(watched)
    finally:
        gc.enable()


def test_a_resource_outlives_its_client() -> None:
    """`contacts = SendblueAPI().contacts` is enough to work with."""
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json={"count": 4}))
    contacts = SendblueAPI(**PAIR, http_client=httpx2.Client(transport=transport)).contacts
    assert contacts.count().count == 4


def test_one_pool_for_the_life_of_a_client() -> None:
    """It is opened at the first call, serves every later one, and is closed when the client is dropped."""
    client = SendblueAPI(**PAIR)
    first = client._sender.connections.http()
    assert client.copy()._sender.connections.http() is first
    assert not first.is_closed
    del client
    assert first.is_closed


class _Counter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"count": 5}')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


@pytest.fixture
def address() -> Iterator[str]:
    """A real HTTP server."""
    with HTTPServer(("127.0.0.1", 0), _Counter) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_async_client_works_in_a_second_event_loop(address: str) -> None:
    """Connections belong to their loop: each `asyncio.run` gets its own, and neither stalls nor fails."""
    client = AsyncSendblueAPI(**PAIR, base_url=address, max_retries=0)
    pools = []

    async def count() -> int:
        pools.append(client._sender.connections.http())
        answers = await asyncio.gather(*(client.contacts.count() for _ in range(3)))
        assert client._sender.connections.http() is pools[-1]
        return sum(answer.count for answer in answers)

    assert [asyncio.run(count()), asyncio.run(count())] == [15, 15]
    assert pools[0] is not pools[1]


def test_the_sync_client_over_a_socket(address: str) -> None:
    """The pool of its own, on a real connection, with nothing left open."""
    with SendblueAPI(**PAIR, base_url=address) as client:
        assert client.contacts.count().count == 5
