"""An account's change log as server-sent events: `GET /api/v2/events`.

Source: the HTML standard, "Server-sent events", for the form and `Last-Event-ID`.
"""

import asyncio
import contextlib
import logging
import time
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from numberkeep.domain.errors import FieldError, InvalidCredentials, InvalidInput, NoSuchEvent, StoreUnavailable
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.domain.webhooks.types import expand
from numberkeep.http.endpoint import NO_OPERATION, Api
from numberkeep.http.request import Request
from numberkeep.http.request_errors import MethodNotAllowed
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.service import feed
from numberkeep.wire.answers import invalid
from numberkeep.wire.events import MAX_EVENT_DIGITS, EventsParams, encode_event

_log = logging.getLogger("numberkeep.http")

PATH: Final = "/api/v2/events"
STREAM: Final = "events.stream"
"""The name of the operation."""

HEARTBEAT_SECONDS: Final = 15.0
"""How long without an event until a comment is sent, so that proxies keep the connection and a lost one is noticed."""

_PIECE_BYTES: Final = 16 * 1024

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # otherwise nginx waits for more
]
_FIRST: Final = b"retry: 1000\nid: %d\n\n"
"""Has the position but no event, so that a client that loses the connection before the first event misses none."""

_HEARTBEAT: Final = b": still here\nid: %d\n\n"
"""Has the position too, so that a client of rare types does not fall behind the retained log."""


class Stream:
    """Sends events as they happen, until the client disconnects, the key is revoked or the service stops.

    Args:
        api: what to work with.
        limits: how many streams a key may have, and how long one waits for its client.
        heartbeat_seconds: as `HEARTBEAT_SECONDS`.
    """

    def __init__(
        self, api: Api, limits: StreamLimits | None = None, heartbeat_seconds: float = HEARTBEAT_SECONDS
    ) -> None:
        self._api = api
        self._limits = limits or StreamLimits()
        self._heartbeat_seconds = heartbeat_seconds

    def operation(self, method: str) -> tuple[str, str]:
        """Return the name of the operation."""
        return (STREAM, "") if method == "GET" else NO_OPERATION

    async def answer(self, request: Request) -> None:
        """Send the stream."""
        if request.method != "GET":
            raise MethodNotAllowed(request.method, ("GET",))
        request.operation = STREAM
        key = await self._api.key_of(request)
        params = self._api.decoder.params(request.query(), EventsParams)
        types = _types(params)
        with self._limits.one_of(key.key_id):
            after = await feed.first(self._api.context, key.account, _after(request, params))
            await self._answer(request, key.account, after, types)

    async def _answer(self, request: Request, account: Account, after: int, types: tuple[str, ...]) -> None:
        headers = [*_HEADERS, (b"x-request-id", request.request_id.encode())]
        await request.send({"type": "http.response.start", "status": 200, "headers": headers})
        tasks = [
            asyncio.create_task(self._send_all(request, account, after, types)),
            asyncio.create_task(request.disconnected()),
            asyncio.create_task(self._api.closing.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:  # a cancelled request must not leave them behind
            for task in tasks:
                task.cancel()
            ended, *_ = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(ended, TimeoutError):
            _log.info("request %s: the stream ended, because its client did not read it", request.request_id)
        elif isinstance(ended, Exception):
            # Its text may contain a number or a name. Usually the client has disconnected; if not, it reconnects.
            _log.warning("request %s: the stream ended with %s", request.request_id, type(ended).__name__)
        with contextlib.suppress(Exception):  # likewise
            await request.send({"type": "http.response.body", "body": b""})

    async def _send_all(self, request: Request, account: Account, after: int, types: tuple[str, ...]) -> None:
        await self._send(request, _FIRST % after)
        quiet_since = time.monotonic()
        async with aclosing(feed.follow(self._api.context, account, after)) as following:
            # Reported when the client reconnects.
            with contextlib.suppress(StoreUnavailable, InvalidCredentials, NoSuchEvent):
                async for events in following:
                    after = events[-1].event_id if events else after
                    wanted = [event for event in events if not types or event.type in types]
                    if not wanted and time.monotonic() - quiet_since < self._heartbeat_seconds:
                        continue
                    await self._api.key_of(request)  # a key that was revoked meanwhile gets nothing more
                    await self._send(request, b"".join(map(_frame, wanted)) or _HEARTBEAT % after)
                    quiet_since = time.monotonic()

    async def _send(self, request: Request, body: bytes) -> None:
        """Send a part of the stream in pieces, because the server buffers a number of them.

        Raises:
            TimeoutError: the client does not read.
        """
        for start in range(0, len(body), _PIECE_BYTES):
            piece = body[start : start + _PIECE_BYTES]
            async with asyncio.timeout(self._limits.unread_seconds):
                await request.send({"type": "http.response.body", "body": piece, "more_body": True})


def _types(params: EventsParams) -> tuple[str, ...]:
    try:
        return expand(params.type)
    except InvalidInput as error:  # its fields are named as in the body of a webhook
        raise InvalidInput(str(error), [replace(field, field="type") for field in error.fields]) from None


def _after(request: Request, params: EventsParams) -> int | None:
    """Return the event to start after; `Last-Event-ID` of a client that reconnects wins over `after` in its URL."""
    given = (request.header(b"last-event-id") or b"").decode("latin-1")
    if not given:
        return params.after or (None if params.after is None else feed.OLDEST)
    if not given.isdecimal() or len(given) > MAX_EVENT_DIGITS:
        raise invalid(FieldError("Last-Event-ID", "is not an id of this stream: leave it out to start with new events"))
    return int(given)


def _frame(event: Event) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.event_id, event.type.value.encode(), encode_event(event))
