"""An answer as routes give it, before it is sent."""

from dataclasses import dataclass
from typing import Any

import msgspec

Headers = tuple[tuple[bytes, bytes], ...]

encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Answer:
    """A status, a body and headers beyond content-type and content-length."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = b"application/json"


def ok(content: Any, headers: Headers = ()) -> Answer:
    """A success: 200 with `content` as JSON."""
    return Answer(200, encode(content), headers)
