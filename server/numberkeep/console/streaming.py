"""Streams of events to pages that are open: each event names the fragments to fetch again."""

import asyncio
import contextlib
from contextlib import aclosing
from typing import Final

from numberkeep.console.page import Events
from numberkeep.console.security import HEADERS
from numberkeep.console.visit import Visit
from numberkeep.domain.errors import NumberkeepError

HEARTBEAT_SECONDS: Final = 15.0
"""How long without an event until a comment is sent and the session is checked."""

_START: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = b": still here\n\n"


async def send_events(visit: Visit, events: Events) -> None:
    """Send a stream, until the browser leaves, the session ends or the service stops; to HEAD, its headers alone.

    Raises:
        TooManyStreams: the key has too many open; nothing was sent.
    """
    request, site = visit.request, visit.site
    headers = [*HEADERS, (b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
    headers += [*visit.cookies, (b"x-request-id", request.request_id.encode())]
    with site.streams.one_of(visit.key.key_id):
        await request.send({"type": "http.response.start", "status": 200, "headers": headers})
        if request.method == "HEAD":
            await request.send({"type": "http.response.body", "body": b""})
            return
        tasks = [
            asyncio.create_task(_send_all(visit, events)),
            asyncio.create_task(request.disconnected()),
            asyncio.create_task(site.api.closing.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:  # a cancelled request must not leave them behind
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # usually the browser has left
            await request.send({"type": "http.response.body", "body": b""})


async def _send_all(visit: Visit, events: Events) -> None:
    await _send(visit, _START)
    async with aclosing(events.fragments) as fragments:
        following = asyncio.ensure_future(anext(fragments, None))
        try:
            while True:
                await asyncio.wait([following], timeout=HEARTBEAT_SECONDS)
                if not await _is_signed_in(visit):
                    return
                if not following.done():
                    await _send(visit, _HEARTBEAT)
                    continue
                ids = following.result()
                if ids is None:
                    return
                await _send(visit, b"data: %b\n\n" % " ".join(ids.split()).encode())
                following = asyncio.ensure_future(anext(fragments, None))
        finally:
            following.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await following


async def _is_signed_in(visit: Visit) -> bool:
    try:
        return await visit.site.sessions.lasts(visit.session)
    except NumberkeepError:  # the browser connects again
        return False


async def _send(visit: Visit, body: bytes) -> None:
    async with asyncio.timeout(visit.site.streams.unread_seconds):
        await visit.request.send({"type": "http.response.body", "body": body, "more_body": True})
