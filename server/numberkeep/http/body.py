"""Reads a request's body, within limits of size and time."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.types import Receive, Scope

from numberkeep.http.budget import SMALL
from numberkeep.http.request_errors import BodyBroken, BodyEncoded, BodyInPieces, BodyTooLarge, BodyTooSlow

BODY_SECONDS: Final = 30.0
"""How long a body may take to arrive."""

MAX_CHUNKS: Final = 12_000
"""Each costs some 40 microseconds, however small. The largest body in the packets of an Ethernet has fewer."""


async def read_body(
    scope: Scope,
    receive: Receive,
    limit: int,
    seconds: float = BODY_SECONDS,
    count: Callable[[int], None] | None = None,
) -> bytes:
    """Return the whole body.

    Args:
        scope: the request's ASGI scope.
        receive: the request's ASGI channel for the body.
        limit: the most bytes; a larger declared length is refused before anything is read.
        seconds: how long the body may take to arrive.
        count: called with the size of each part of a large body before the next one is read.

    Raises:
        BodyTooLarge: it is larger than `limit`, or declared to be.
        BodyEncoded: it is compressed.
        BodyInPieces: it has too many chunks.
        BodyTooSlow: it did not arrive in time.
        BodyBroken: its chunks are not valid, or the client closed the connection.
        HttpError: as `count` raises it.
    """
    check_headers(scope, limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit, count)
    except TimeoutError:
        raise BodyTooSlow(seconds) from None


def check_headers(scope: Scope, limit: int) -> None:
    """Refuse a body by its headers.

    Raises:
        BodyTooLarge: it is declared to be larger than `limit`.
        BodyEncoded: it is compressed.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise BodyTooLarge(limit)
        if name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise BodyEncoded(value.decode("latin-1"))


async def _read(receive: Receive, limit: int, count: Callable[[int], None] | None) -> bytes:
    chunks: list[bytes] = []
    size = counted = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyBroken
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(limit)
        if count is not None and size > SMALL:
            count(size - counted)
            counted = size
        chunks.append(chunk)
        if len(chunks) > MAX_CHUNKS:
            raise BodyInPieces(MAX_CHUNKS)
        if not message.get("more_body", False):
            return b"".join(chunks)
