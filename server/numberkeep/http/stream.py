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

from starlette.types import Receive, Scope, Send

from numberkeep.domain.errors import FieldError, InvalidCredentials, InvalidInput, StoreUnavailable
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.domain.webhook_types import expand
from numberkeep.http.answer import Answer
from numberkeep.http.endpoint import Api, Claims, Front
from numberkeep.http.errors import MethodNotAllowed
from numberkeep.http.event_wire import MAX_EVENT_DIGITS, EventsParams, encode_event
from numberkeep.service import feed

_log = logging.getLogger("numberkeep.http")

PATH: Final = "/api/v2/events"

HEARTBEAT_SECONDS: Final = 15.0
"""After so long without an event a comment is sent, so that proxies keep the connection and a lost one is noticed."""

_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would wait for more
]
_FIRST: Final = b"retry: 1000\nid: %d\n\n"
"""Tells nothing, but where it begins: who loses the connection before the first event misses none all the same."""

_HEARTBEAT: Final = b": still here\nid: %d\n\n"
"""Has the place too: who asks for types that are rare does not fall behind what is kept by hearing of none."""


class Stream(Front):
    """Sends events as they happen, until the client goes, the key is revoked or the service stops.

    Args:
        api: what to work with.
        heartbeat_seconds: as `HEARTBEAT_SECONDS`.
    """

    def __init__(self, api: Api, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        super().__init__(api)
        self._heartbeat_seconds = heartbeat_seconds

    async def _answer(self, claims: Claims, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        if scope["method"] != "GET":
            raise MethodNotAllowed(scope["method"], ("GET",))
        account = await self._account(claims)
        params = self._api.decoder.query(scope["query_string"], EventsParams)
        types = _types(params)
        after = await feed.first(self._api.context, account, _after(scope, params))
        headers = [*_HEADERS, (b"x-request-id", claims.request_id.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        tasks = [
            asyncio.create_task(self._send_all(claims, account, after, types, send)),
            asyncio.create_task(_gone(receive)),
            asyncio.create_task(self._api.closing.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:  # whoever cancels this must not leave them behind
            for task in tasks:
                task.cancel()
            ended, *_ = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(ended, Exception):
            # Its text may hold a number or a name. Mostly the client is gone; if not, it comes again.
            _log.warning("request %s: the stream ended with %s", claims.request_id, type(ended).__name__)
        with contextlib.suppress(Exception):  # likewise
            await send({"type": "http.response.body", "body": b""})
        return None

    async def _send_all(self, claims: Claims, account: Account, after: int, types: tuple[str, ...], send: Send) -> None:
        await _send(send, _FIRST % after)
        quiet_since = time.monotonic()
        async with aclosing(feed.follow(self._api.context, account, after)) as following:
            with contextlib.suppress(StoreUnavailable, InvalidCredentials):  # the client comes again and is told
                async for events in following:
                    after = events[-1].event_id if events else after
                    wanted = [event for event in events if not types or event.type in types]
                    if not wanted and time.monotonic() - quiet_since < self._heartbeat_seconds:
                        continue
                    await self._account(claims)  # who is revoked meanwhile gets nothing more
                    await _send(send, b"".join(map(_frame, wanted)) or _HEARTBEAT % after)
                    quiet_since = time.monotonic()


def _types(params: EventsParams) -> tuple[str, ...]:
    try:
        return expand(params.type)
    except InvalidInput as error:  # it tells of the field of a webhook's body
        raise InvalidInput(str(error), [replace(field, field="type") for field in error.fields]) from None


def _after(scope: Scope, params: EventsParams) -> int | None:
    """Behind which event to begin: what a client that comes again says goes before what its URL said at first."""
    given = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    if not given:
        return params.after or (None if params.after is None else feed.OLDEST)
    if not given.isdecimal() or len(given) > MAX_EVENT_DIGITS:
        mend = "is no event's of this stream: leave it out to begin with what comes next"
        raise InvalidInput(f"Last-Event-ID {mend}", [FieldError("Last-Event-ID", mend)])
    return int(given)


def _frame(event: Event) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.event_id, event.type.value.encode(), encode_event(event))


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
