"""A page of a listing that is read and sent in slices, while the client reads it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from numberkeep.http.answer import PIECE, encode, sent
from numberkeep.http.query import next_link
from numberkeep.http.request import Request
from numberkeep.http.turns import Turns
from numberkeep.operations.operation import LongListed

_log = logging.getLogger("numberkeep.http")

PAGE_SECONDS: Final = 300.0
"""How long a page may take: it holds a read transaction until its end."""

LONG_PAGES: Final = 2
"""Long pages of one account that are sent at once; each has a connection to the database."""

ALL_LONG_PAGES: Final = 8
"""Those of all accounts."""


async def send_long_page(
    request: Request, reading: AbstractAsyncContextManager[LongListed[Any]], turns: Turns, seconds: float = PAGE_SECONDS
) -> None:
    """Send a page. If it cannot be completed in time, the answer ends without its end, which clients notice.

    Args:
        request: the request.
        reading: the context in which the page is read.
        turns: the turns of long pages.
        seconds: as `PAGE_SECONDS`.

    Raises:
        HttpError: too many are under way; nothing was sent.
        NumberkeepError: the page cannot be read; nothing was sent.
    """
    async with turns.turn(request.account_id), reading as listed:
        headers = [(b"content-type", b"application/json"), (b"x-request-id", request.request_id.encode())]
        if listed.cursor is not None:
            link = next_link(request.scope["path"], request.scope["query_string"], listed.cursor)
            headers.append((b"link", link.encode()))
        await request.send({"type": "http.response.start", "status": 200, "headers": headers})
        if request.method == "HEAD":
            await request.send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.create_task(request.disconnected())
        try:
            async with asyncio.timeout(seconds):
                await _send_slices(request, listed.slices, gone)
        except Exception as error:  # noqa: BLE001 - the beginning was sent, so no other answer is possible
            _log.warning("request %s: the page ended early with %s", request.request_id, type(error).__name__)
        finally:
            gone.cancel()


async def _send_slices(request: Request, slices: AsyncIterator[Sequence[Any]], gone: asyncio.Task[None]) -> None:
    separator = b"["
    async for items in slices:
        body = memoryview(encode(items))[1:-1]
        for start in range(0, len(body), PIECE):
            piece = separator + body[start : start + PIECE]
            separator = b""
            if gone.done() or not await sent(request.send, {**_PART, "body": piece}):
                return
        separator = b","
    await request.send({"type": "http.response.body", "body": b"]" if separator == b"," else b"[]"})


_PART: Final = {"type": "http.response.body", "more_body": True}
