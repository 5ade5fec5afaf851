"""An answer before it is sent."""

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import Send

Headers = tuple[tuple[bytes, bytes], ...]

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
        await send({"type": "http.response.body", "body": self.body})


def ok(content: Any, headers: Headers = ()) -> Answer:
    """Return a success: status 200 with `content` as JSON."""
    return Answer(200, encode(content), headers)
