"""Streams of events to open pages."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from starlette.types import Message

from numberkeep.console import streaming
from numberkeep.console.building import make_console
from numberkeep.console.cookies import Jar
from numberkeep.console.page import Events
from numberkeep.console.reader import UNKNOWN
from numberkeep.console.site import Site
from numberkeep.console.streaming import send_events
from numberkeep.console.visit import Visit
from numberkeep.http.budget import Budget, Limits
from numberkeep.http.closing import Closing
from numberkeep.http.endpoint import Api
from numberkeep.http.request import Request
from numberkeep.http.stream_limits import StreamLimits, TooManyStreams
from numberkeep.service.keys import Authenticator
from numberkeep.wire.decoding import Decoder
from support.api import FIRST, Service


class Stream:
    """A stream to a browser that a test controls.

    Attributes:
        sent: what was sent, decoded.
        closed: ends the generator of fragments when it is set by it.
    """

    def __init__(self, service: Service) -> None:
        authenticator = Authenticator(service.context.store)
        decoder = Decoder(ignore_unknown=False)
        self.api = Api(service.context, authenticator, decoder, service.notifier, Closing())
        self.site: Site = make_console(self.api, "127.0.0.1", "", StreamLimits(1))._site
        self.fragments: asyncio.Queue[str] = asyncio.Queue()
        self.left = asyncio.Event()
        self.sent: asyncio.Queue[str] = asyncio.Queue()
        self.closed = False

    async def open(self) -> "asyncio.Task[None]":
        """Open the stream, and return the task that sends it."""
        self.signed_in = await self.site.sessions.sign_in(FIRST.key_id, FIRST.secret)
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        request = Request.of(scope, self._receive, self._send, Budget(Limits()))
        visit = Visit(request, self.site, Jar({}, "", is_secure=False), UNKNOWN, signed_in=self.signed_in)
        return asyncio.create_task(send_events(visit, Events(self._generate())))

    async def _generate(self) -> AsyncGenerator[str, None]:
        try:
            while ids := await self.fragments.get():
                yield ids
        finally:
            self.closed = True

    async def _receive(self) -> Message:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self.sent.put(message.get("body", b"").decode())


@pytest.fixture
async def stream(service: Service) -> AsyncIterator[Stream]:
    """Return a stream that is not open."""
    made = Stream(service)
    yield made
    made.left.set()


async def test_an_event_names_fragments(stream: Stream) -> None:
    """The browser fetches them again."""
    sending = await stream.open()
    await stream.fragments.put("threads")
    await stream.fragments.put(" threads  thread ")
    assert [await stream.sent.get() for _ in range(4)] == [
        "",
        "retry: 2000\n\n",
        "data: threads\n\n",
        "data: threads thread\n\n",
    ]
    await stream.fragments.put("")
    await asyncio.wait_for(sending, 30)
    assert stream.closed


async def test_a_quiet_stream_is_kept_open(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """By comments, which nobody sees."""
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
    await stream.open()
    assert [await stream.sent.get() for _ in range(3)][2] == ": still here\n\n"


@pytest.mark.parametrize("how", ["leaves", "stops", "signs out"])
async def test_a_stream_ends(stream: Stream, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """When the browser leaves, the service stops or the session ends; nothing more is generated then."""
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.01)
    sending = await stream.open()
    await stream.sent.get()
    if how == "leaves":
        stream.left.set()
    elif how == "stops":
        stream.api.closing.begin()
    else:
        await stream.site.sessions.end(stream.signed_in.session)
    await asyncio.wait_for(sending, 30)
    assert stream.closed


async def test_a_key_has_so_many_streams(stream: Stream) -> None:
    """The next one is refused until one ends."""
    first = await stream.open()
    await stream.sent.get()
    second = await stream.open()
    with pytest.raises(TooManyStreams):
        await second
    stream.left.set()
    await asyncio.wait_for(first, 30)
