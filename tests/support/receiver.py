"""A receiver of POST requests on a local port, which answers correctly, incorrectly, slowly or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Trick(Enum):
    """What a receiver does instead of answering."""

    STALL = "it says nothing"
    HALF = "it sends a status 200 and half of the body, and then nothing"
    CLOSE = "it closes the connection"
    ENDLESS = "it sends a status 200 and a body without end"
    INTERIM = "it sends a status 103 without end"
    DRIP = "it sends a header byte by byte without end"
    CRUMBS = "it sends a status 200 and chunks of one byte without end"


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Return an answer; `_` in the headers' names stands for `-`."""
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{''.join(lines)}\r\n".encode() + body


OK: Final = answer(200)


@dataclass
class Request:
    """One request: the first line, the headers by lower-case name, the body, and the number of its connection."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Receiver:
    """The requests, and the answers in order, the last one indefinitely; before all that, the greeting."""

    answers: Sequence[bytes | Trick] = (OK,)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    sent: int = 0
    port: int = 0
    greeting: bytes = b""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests on one connection."""
        self._tasks.add(task := asyncio.current_task())  # type: ignore[arg-type]
        self.connections += 1
        connection = self.connections
        writer.write(self.greeting)
        try:
            while await self._answer_one(reader, writer, connection):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        turn = min(len(self.requests), len(self.answers) - 1)
        self.requests.append(Request(head[0], headers, body, connection))
        match self.answers[turn]:
            case Trick.STALL:
                await asyncio.sleep(60)
            case Trick.HALF:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf.")
                await asyncio.sleep(60)
            case Trick.CLOSE:
                return False
            case Trick.ENDLESS:
                writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                await self._repeat(writer, b"x" * 8192)
            case Trick.INTERIM:
                await self._repeat(writer, b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
            case Trick.CRUMBS:
                writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                await self._repeat(writer, b"1\r\nx\r\n" * 1000)
            case Trick.DRIP:
                writer.write(b"HTTP/1.1 200 OK\r\nx: ")
                while not writer.is_closing():
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.0005)
            case bytes() as ready:
                writer.write(ready)
        await writer.drain()
        return True

    async def _repeat(self, writer: asyncio.StreamWriter, part: bytes) -> None:
        while True:
            writer.write(part)
            self.sent += len(part)
            await writer.drain()

    async def stop(self) -> None:
        """Cancel unfinished answers."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def receiving(
    *answers: bytes | Trick, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Receiver]:
    """Run a receiver on a free port until the block ends."""
    receiver = Receiver(answers or (OK,))
    server = await asyncio.start_server(receiver.serve, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.stop()
        await server.wait_closed()
