"""A receiver of messages and events in the test, by HTTP: what a service's sender and webhooks post to.

It answers at once, after a while, or not before the test lets it; and it can be away.
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
    """A request that came whole.

    Attributes:
        id: its webhook-id.
        headers: by name, in lower case.
        content: its body.
        body: what that says, in JSON.
    """

    id: str
    headers: dict[str, str]
    content: bytes
    body: dict[str, Any]


class Inbox:
    """Takes what is posted, and remembers it in the order in which it came.

    Attributes:
        url: where.
        posts: all that came, taken or not.
        status: what is answered.
        pause: gives the seconds before an answer.
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
        """The ids of all that came."""
        return [post.id for post in self.posts]

    @property
    def times(self) -> Counter[str]:
        """How often each came."""
        return Counter(self.ids)

    def hold(self) -> None:
        """Answer nothing from now on."""
        self._may_answer.clear()

    def let_go(self) -> None:
        """Answer what is held, and what comes."""
        self._may_answer.set()

    async def until(self, enough: Callable[[], bool]) -> None:
        """Wait until enough has come."""
        async with asyncio.timeout(PATIENCE), self._came:
            await self._came.wait_for(enough)

    async def start(self) -> None:
        """Be there."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def stop(self) -> None:
        """Be away: every connection is broken, and none is taken."""
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
    """One that is there until the block ends."""
    made = Inbox()
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
