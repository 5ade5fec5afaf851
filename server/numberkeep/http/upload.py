"""Reads a body piece by piece, for files that are too large for memory."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

from starlette.types import Receive

from numberkeep.http.request_errors import BodyBroken, BodyInPieces, BodyTooLarge, BodyTooSlow

SILENCE_SECONDS: Final = 30.0
"""How long the client of an upload may send nothing."""

LEAST_RATE: Final = 16 * 1024
"""Bytes that an upload must bring per second on average, after the first `SILENCE_SECONDS`."""

UPLOADS: Final = 2
"""Files of one account that are uploaded at once."""

ALL_UPLOADS: Final = 8
"""Those of all accounts."""

_LEAST_BYTES: Final = 1024
_MOST_SMALL: Final = 12_000
"""Chunks of less than a kilobyte that an upload may have: each costs as much time as a large one."""


async def read_pieces(receive: Receive, limit: int, seconds: float = SILENCE_SECONDS) -> AsyncIterator[bytes]:
    """Yield the body.

    Args:
        receive: the request's ASGI channel for the body.
        limit: the most bytes.
        seconds: as `SILENCE_SECONDS`. Only the time counts that the client takes.

    Raises:
        BodyTooLarge: it is larger.
        BodyInPieces: it has too many small chunks.
        BodyTooSlow: nothing arrives, or too little: a client that trickles would keep others from uploading.
        BodyBroken: its chunks are not valid, or the client closed the connection.
    """
    size = small = 0
    waited = 0.0
    more = True
    while more:
        left = seconds + size / LEAST_RATE - waited
        begun = time.monotonic()
        try:
            async with asyncio.timeout(max(min(seconds, left), 0)):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(seconds) from None
        waited += time.monotonic() - begun
        if message["type"] == "http.disconnect":
            raise BodyBroken
        piece = message.get("body", b"")
        size += len(piece)
        small += len(piece) < _LEAST_BYTES
        if size > limit:
            raise BodyTooLarge(limit)
        if small > _MOST_SMALL:
            raise BodyInPieces(_MOST_SMALL)
        more = message.get("more_body", False)
        yield piece
