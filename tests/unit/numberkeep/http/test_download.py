"""Files that are sent while they are read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from numberkeep.http import download
from numberkeep.http.budget import Budget, Limits
from numberkeep.http.closing import Closing
from numberkeep.http.request import Request
from numberkeep.http.request_errors import ServiceBusy
from numberkeep.http.turns import Turns
from numberkeep.operations.operation import Download
from numberkeep.service.exports.export import Export


class Client:
    """A client that reads a file, and stays connected."""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    async def ask(self, closing: Closing, before: Callable[[], Awaitable[None]], parts: AsyncIterator[bytes]) -> None:
        """Ask for a file, which is made by `before` and consists of `parts`."""

        @asynccontextmanager
        async def opened() -> AsyncIterator[Export]:
            await before()
            yield Export(2, parts)

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            self.parts.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        request = Request.of(scope, receive, send, Budget(Limits()))
        await download.send_download(request, Download("text/csv", "a.csv", opened()), Turns(2, "files"), closing)


async def at_once() -> None:
    """Take no time."""


async def two_parts(between: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
    """Yield two parts of a file."""
    yield b"a"
    await between()
    yield b"b"


async def test_a_file_is_sent_to_its_end() -> None:
    """In its parts; an empty one completes it."""
    client = Client()
    await client.ask(Closing(), at_once, two_parts(at_once))
    assert [part["body"] for part in client.parts[1:]] == [b"a", b"b", b""]
    assert not client.parts[-1].get("more_body")


async def test_a_stop_ends_a_file_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Incomplete, after some seconds."""
    monkeypatch.setattr(download, "_FINISH_SECONDS", 0.01)
    client, closing = Client(), Closing()

    async def stop() -> None:
        closing.begin()
        await asyncio.Event().wait()

    await client.ask(closing, at_once, two_parts(stop))
    assert client.parts[-1]["more_body"]


async def test_a_stop_refuses_a_file_that_is_not_made_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 503."""
    monkeypatch.setattr(download, "_FINISH_SECONDS", 0.01)
    client, closing = Client(), Closing()

    async def stop() -> None:
        closing.begin()
        await asyncio.Event().wait()

    with pytest.raises(ServiceBusy):
        await client.ask(closing, stop, two_parts(at_once))
    assert client.parts == []


async def test_a_file_takes_no_longer_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it ends incomplete."""
    monkeypatch.setattr(download, "DOWNLOAD_SECONDS", 0.01)
    client = Client()

    async def forever() -> None:
        await asyncio.Event().wait()

    await client.ask(Closing(), at_once, two_parts(forever))
    assert client.parts[-1]["more_body"]
