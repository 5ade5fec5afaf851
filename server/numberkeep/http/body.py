"""Reading a request's body, within a size and a time."""

import asyncio
from typing import Final

from starlette.types import Receive, Scope

from numberkeep.http.errors import BodyEncoded, BodyTooLarge, BodyTooSlow

BODY_SECONDS: Final = 30.0
"""How long a body may take to arrive."""


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""


async def read_body(scope: Scope, receive: Receive, limit: int, seconds: float = BODY_SECONDS) -> bytes:
    """The whole body.

    Args:
        scope: the request's ASGI scope.
        receive: where the body comes from.
        limit: bytes; a declared length over it is refused before anything is read.
        seconds: how long it may take.

    Raises:
        BodyTooLarge: it is, or says it is, larger than `limit`.
        BodyEncoded: it is compressed.
        BodyTooSlow: it did not arrive in time.
        ClientGone: it will never arrive.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise BodyTooLarge(limit)
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise BodyEncoded(value.decode("latin-1"))
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit)
    except TimeoutError:
        raise BodyTooSlow(seconds) from None


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
