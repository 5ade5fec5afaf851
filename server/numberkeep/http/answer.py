"""An answer before it is sent."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.types import Message, Send

Headers = tuple[tuple[bytes, bytes], ...]

PIECE: Final = 64 * 1024
"""Bytes of an answer that are handed to the server at once; it accepts more as the client reads."""

SEND_SECONDS: Final = 30.0
"""How long a client may read nothing of an answer."""

encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Answer:
    """A status, a body and headers beyond content-type and content-length."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = b"application/json"

    async def send(self, send: Send, request_id: str) -> None:
        """Send the answer with the headers that every answer has."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [
                    (b"content-type", self.content_type),
                    (b"content-length", b"%d" % len(self.body)),
                    (b"x-request-id", request_id.encode()),
                    *self.headers,
                ],
            }
        )
        if len(self.body) <= PIECE:
            await send({"type": "http.response.body", "body": self.body})
        else:
            await self._send_pieces(send)

    async def _send_pieces(self, send: Send) -> None:
        """Send a large body piece by piece, so that it is known how long it takes memory."""
        body = memoryview(self.body)
        for start in range(0, len(body), PIECE):
            piece, more = bytes(body[start : start + PIECE]), start + PIECE < len(body)
            if not await sent(send, {"type": "http.response.body", "body": piece, "more_body": more}):
                return  # the server closes a connection whose answer is incomplete


async def sent(send: Send, message: Message) -> bool:
    """Send a part of an answer; return False if the client did not read enough in time to make room for it."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send(message)
    except TimeoutError:
        return False
    return True


def ok(content: Any, headers: Headers = ()) -> Answer:
    """Return a success: status 200 with `content` as JSON."""
    return Answer(200, encode(content), headers)
