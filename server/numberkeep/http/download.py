"""A file that is made and sent while the client reads it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Final

from numberkeep.http.answer import PIECE, Headers, sent
from numberkeep.http.closing import Closing
from numberkeep.http.request import Request
from numberkeep.http.request_errors import ClientGone, ServiceBusy
from numberkeep.http.turns import Turns
from numberkeep.operations.operation import Download
from numberkeep.wire.exports import COUNT_HEADER

_log = logging.getLogger("numberkeep.http")

DOWNLOADS: Final = 2
"""Files of one account that are made or sent at once; each is on disk until its end."""

ALL_DOWNLOADS: Final = 8
"""Those of all accounts."""

DOWNLOAD_SECONDS: Final = 3600.0
"""How long a file may take to be sent."""

_FINISH_SECONDS: Final = 4.0
"""How long a file goes on after the signal to stop; the server gives requests 6 seconds."""

_NOT_KEPT: Final[Headers] = ((b"cache-control", b"no-store"),)


async def send_download(
    request: Request, download: Download, turns: Turns, closing: Closing, more: Headers = _NOT_KEPT
) -> None:
    """Send a file.

    If it cannot be sent in time or the service stops, the answer ends without its end, which clients notice.

    Args:
        request: the request. HEAD gets the headers that are known before the file is made.
        download: the file.
        turns: the turns of downloads.
        closing: signals shutdown.
        more: headers beyond those that describe the file.

    Raises:
        HttpError: too many are under way, the client has gone or the service stops; nothing was sent.
        NumberkeepError: the file cannot be made; nothing was sent.
    """
    headers = (
        (b"content-type", download.media_type.encode()),
        (b"content-disposition", f'attachment; filename="{download.name}"'.encode()),
        (b"x-request-id", request.request_id.encode()),
        *more,
    )
    if request.method == "HEAD":
        await request.send({"type": "http.response.start", "status": 200, "headers": headers})
        await request.send({"type": "http.response.body", "body": b""})
        return
    async with turns.turn(request.account_id):
        sending = asyncio.create_task(_make_and_send(request, download, headers))
        gone = asyncio.create_task(request.disconnected())
        stopped = asyncio.create_task(_finished(closing))
        tasks = (sending, gone, stopped)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:  # a cancelled request must not leave them behind
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if sending.cancelled():
            raise ClientGone if stopped.cancelled() else ServiceBusy
        await sending


async def _finished(closing: Closing) -> None:
    await closing.wait()
    await asyncio.sleep(_FINISH_SECONDS)


async def _make_and_send(request: Request, download: Download, headers: Headers) -> None:
    begun = False
    try:
        async with download.opened as export:
            count = (COUNT_HEADER.encode(), b"%d" % export.count)
            begun = True
            await request.send({"type": "http.response.start", "status": 200, "headers": [*headers, count]})
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                await _send_parts(request, export.parts)
    except asyncio.CancelledError:
        if not begun:
            raise
    except Exception as error:
        if not begun:
            raise
        # Its text may contain a number or a name. No other answer is possible.
        _log.warning("request %s: the file ended early with %s", request.request_id, type(error).__name__)


async def _send_parts(request: Request, parts: AsyncIterator[bytes]) -> None:
    """Send a file.

    Raises:
        TimeoutError: the client does not read it.
    """
    async for part in parts:
        body = memoryview(part)
        for start in range(0, len(body), PIECE):
            piece = bytes(body[start : start + PIECE])
            if not await sent(request.send, {"type": "http.response.body", "body": piece, "more_body": True}):
                raise TimeoutError
    await request.send({"type": "http.response.body", "body": b""})
