"""A bare HTTP client on its own socket, which shows exactly whether an answer arrived."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2

from support.process import PATIENCE


class Gone(Exception):
    """The connection was lost before a complete answer."""


@dataclass(slots=True, frozen=True)
class Answer:
    """A complete answer.

    Attributes:
        status: the HTTP status.
        headers: by name, in lower case.
        content: the body.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the JSON in the body."""
        return json.loads(self.content)

    @property
    def next_page(self) -> str | None:
        """Return the URL in the `Link` header."""
        link = self.headers.get("link")
        return None if link is None else link[1 : link.index(">")]


class Wire:
    """One connection, opened by the first request and kept open.

    Args:
        url: the URL of the service.
        headers: sent with every request.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = httpx2.URL(url)
        self._headers = headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request with a JSON body, and return the answer.

        Raises:
            Gone: none arrived.
        """
        await self.send(method, path, body, headers)
        return await self.receive()

    async def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        """Send a request without reading the answer; raises Gone."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in {**self._headers, **(headers or {})}.items()]
        await self.connect()
        assert self._streams
        self._streams[1].write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    async def receive(self) -> Answer:
        """Return one answer; raises Gone."""
        assert self._streams
        async with asyncio.timeout(PATIENCE):
            try:
                return await _read(self._streams[0])
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                raise Gone from error

    async def connect(self) -> None:
        """Open the connection if it is closed; raises Gone."""
        if self._streams is None:
            try:
                self._streams = await asyncio.open_connection(self._url.host, self._url.port)
            except ConnectionError as error:
                raise Gone from error

    async def __aenter__(self) -> Self:
        """Close the connection at the end of the block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    content = await reader.readexactly(int(headers["content-length"]))
    return Answer(int(first.split(" ")[1]), headers, content)
