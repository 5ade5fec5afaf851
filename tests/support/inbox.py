"""A receiver of messages and events by HTTP, to which a service's sender and webhooks post.

It answers immediately, after a pause, or once the test lets it; and it can be down.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from support.daemon import free_port
from support.process import PATIENCE


@dataclass(slots=True, frozen=True)
class Post:
    """A complete request.

    Attributes:
        id: its webhook-id.
        headers: by name, in lower case.
        content: its body.
        body: the JSON in the body.
    """

    id: str
    headers: dict[str, str]
    content: bytes
    body: dict[str, Any]


class Inbox:
    """Accepts posts, and records them in the order in which they arrive.

    Attributes:
        url: its URL.
        posts: all requests, whatever the answer was.
        status: the status of answers.
        pause: returns the seconds before an answer.
    """

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.status = 200
        self.pause: Callable[[], float] = lambda: 0.0
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/in"
        self._may_answer = asyncio.Event()
        self._may_answer.set()
        self._came = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def ids(self) -> list[str]:
        """Return the ids of all posts."""
        return [post.id for post in self.posts]

    @property
    def times(self) -> Counter[str]:
        """Return how often each id arrived."""
        return Counter(self.ids)

    def hold(self) -> None:
        """Answer nothing from now on."""
        self._may_answer.clear()

    def release(self) -> None:
        """Answer what is held, and later posts."""
        self._may_answer.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        """Wait until there are enough posts."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(enough)

    async def start(self) -> None:
        """Start listening."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Stop listening, and break every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        try:
            while True:
                await self._take(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        content = await reader.readexactly(int(headers["content-length"]))
        async with self._came:
            self.posts.append(Post(headers["webhook-id"], headers, content, json.loads(content)))
            self._came.notify_all()
        await asyncio.sleep(self.pause())
        await self._may_answer.wait()
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    """Run an inbox until the block ends."""
    made = Inbox()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
