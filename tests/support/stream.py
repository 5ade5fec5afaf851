"""A client of a stream of server-sent events, which calls the ASGI application directly, so nothing is buffered."""

import asyncio
import codecs
import json
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp

from numberkeep.domain.identity import KeyPair

EVENTS: Final = "/api/v2/events"
PATIENCE: Final = 30.0


@dataclass(slots=True, frozen=True)
class Heard:
    """One event of a stream."""

    id: str
    type: str
    data: Any


class Listener:
    """One request for a stream, until `leave`.

    Attributes:
        status: the answer's status, once `start` has returned.
        headers: the answer's headers, likewise.
        sent: every part of the body, as it was sent.
        task: the task of the application.
    """

    def __init__(self, application: ASGIApp, scope: dict[str, Any]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.sent: list[bytes] = []
        self._waiting: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._arriving: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._text = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # a part may end within a character
        self._arriving.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.task = asyncio.ensure_future(application(scope, self._arriving.get, self._waiting.put))

    async def start(self) -> None:
        """Wait for the answer's status and headers."""
        head = await self._next()
        self.status = head["status"]
        self.headers = {name.decode(): value.decode() for name, value in head["headers"]}

    async def part(self) -> bytes:
        """Return the next part of the body; `b""` at its end."""
        message = await self._next()
        body: bytes = message.get("body", b"")
        self.sent.append(body)
        return body if message.get("more_body") else b""

    async def events(self, count: int) -> list[Heard]:
        """Return the next `count` events."""
        found: list[Heard] = []
        while len(found) < count:
            block, end, rest = self._text.partition("\n\n")
            if not end:
                self._text += self._decoder.decode(await self._some())
                continue
            self._text = rest
            if "data: " in block:
                found.append(_event(block))
        return found

    async def rest(self) -> list[Heard]:
        """Return all events until the stream ends."""
        parts = self._text
        async with asyncio.timeout(PATIENCE):
            while part := await self.part():
                parts += self._decoder.decode(part)
        return [_event(block) for block in parts.split("\n\n") if "data: " in block]

    async def body(self) -> Any:
        """Return the JSON of an answer that is not a stream."""
        return json.loads((await self._next())["body"])

    async def heartbeats(self, count: int) -> None:
        """Wait for `count` comments, with no event between them."""
        while count:
            part = await self._some()
            assert b"data:" not in part
            count -= part.startswith(b":")

    async def leave(self) -> None:
        """Close the connection, and wait until the application has noticed."""
        self._arriving.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(PATIENCE):
            await self.task

    async def _some(self) -> bytes:
        part = await self.part()
        assert part, "the stream has ended"
        return part

    async def _next(self) -> MutableMapping[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return await self._waiting.get()


@asynccontextmanager
async def listening(
    application: ASGIApp, pair: KeyPair | None, query: str = "", headers: Mapping[str, str] | None = None
) -> AsyncIterator[Listener]:
    """Open a stream until the block ends; yield it once the answer has started."""
    keys = {"sb-api-key-id": pair.key_id, "sb-api-secret-key": pair.secret} if pair else {}
    given = {"host": "numberkeep.test", **keys, **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": EVENTS,
        "raw_path": EVENTS.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
    }
    listener = Listener(application, scope)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.leave()


def _event(block: str) -> Heard:
    lines = dict(line.split(": ", 1) for line in block.split("\n"))
    return Heard(lines["id"], lines["event"], json.loads(lines["data"]))
