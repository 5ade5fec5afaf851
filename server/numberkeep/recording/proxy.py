"""The recorder: an ASGI application that forwards requests, and records what was asked and answered."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.parse import quote_from_bytes

import httpx2
from starlette.routing import Router
from starlette.types import Message, Receive, Scope, Send

from numberkeep.domain.limits import MAX_BULK_BODY_BYTES
from numberkeep.http.answer import ok, sent
from numberkeep.http.closing import Closing
from numberkeep.http.errors import plain_error
from numberkeep.http.request_ids import request_id_for
from numberkeep.recording.exchange import SeenAnswer, SeenRequest
from numberkeep.recording.file import Writer
from numberkeep.recording.open_ended import until_closing
from numberkeep.recording.rewriting import Rewriter
from numberkeep.wire.answers import StatusOut

READY: Final = "/_numberkeep/recorder"
"""The only path that the recorder answers itself, without forwarding it."""

KEPT_BYTES: Final = MAX_BULK_BODY_BYTES
"""Larger bodies are forwarded, and are not recorded."""

_CONNECT_SECONDS: Final = 5.0
_SILENT_SECONDS: Final = 60.0
_HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_FORWARDED: Final = _HOP_BY_HOP | {b"host", b"accept-encoding", b"expect"}
_NOT_RETURNED: Final = _HOP_BY_HOP | {b"date", b"server"}

_log = logging.getLogger("numberkeep.recording")


def make_client(upstream: str) -> httpx2.AsyncClient:
    """Return the client that forwards: it checks certificates, follows no redirect and keeps no cookie."""
    return httpx2.AsyncClient(
        base_url=upstream,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx2.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS),
    )


class _ClientGone(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(slots=True)
class _Kept:
    """What passes of a body, up to a limit."""

    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, part: bytes) -> None:
        """Keep a part."""
        self.size += len(part)
        if self.size <= KEPT_BYTES:
            self.parts.append(part)
        else:
            self.parts.clear()

    @property
    def body(self) -> bytes | None:
        """The body; None if it is over the limit."""
        return b"".join(self.parts) if self.size <= KEPT_BYTES else None


class Recorder:
    """Forwards requests to a service and records the exchanges.

    Args:
        client: calls the service; see `make_client`. It is closed with the application.
        rewriter: makes what is recorded.
        writer: writes it.
        closing: signals shutdown to answers without an end.
    """

    def __init__(
        self, client: httpx2.AsyncClient, rewriter: Rewriter, writer: Writer, closing: Closing | None = None
    ) -> None:
        self._client = client
        self._closing = closing or Closing()
        self._base = client.base_url
        self._rewriter = rewriter
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "recording")  # exchanges are recorded one after the other
        self.router = Router(lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Router) -> AsyncIterator[None]:
        async with self._client:
            yield
        self._thread.shutdown()
        self._writer.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        request_id = request_id_for(dict(scope["headers"]).get(b"x-request-id", b""))
        if scope["path"] == READY:
            await ok(StatusOut()).send(send, request_id)
            return
        with suppress(_ClientGone):
            try:
                await self._forward(scope, receive, send)
            except _NotAnswered as failure:
                _log.warning("request %s was not answered upstream: %s", request_id, failure.kind)
                await plain_error(failure.status, str(failure), request_id).send(send, request_id)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        at, asked, answered = datetime.now(UTC), _Kept(), _Kept()
        target = _target(scope)
        try:
            response = await self._client.send(self._request(scope, target, receive, asked), stream=True)
        except httpx2.HTTPError as error:
            raise _NotAnswered(error) from None
        headers = [(name.lower(), value) for name, value in response.headers.raw]
        streams = response.headers.get("content-type", "").startswith("text/event-stream")
        async with aclosing(response):
            await send(
                {
                    "type": "http.response.start",
                    "status": response.status_code,
                    "headers": _without(headers, _NOT_RETURNED),
                }
            )
            try:
                parts = response.aiter_raw()
                async for part in until_closing(parts, self._closing) if streams else parts:
                    if not streams:
                        answered.add(part)
                    if not await sent(send, {"type": "http.response.body", "body": part, "more_body": True}):
                        return
            except httpx2.HTTPError as error:
                _log.warning("an answer broke off upstream: %s", type(error).__name__)
                return  # the server closes a connection whose answer is incomplete
        if not streams:  # an event stream has no end
            seen = SeenRequest(at=at, method=scope["method"], target=target, headers=scope["headers"], body=asked.body)
            answer = SeenAnswer(status=response.status_code, headers=headers, body=answered.body)
            await asyncio.get_running_loop().run_in_executor(self._thread, self._record, seen, answer)
        await send({"type": "http.response.body", "body": b""})

    def _request(self, scope: Scope, target: str, receive: Receive, kept: _Kept) -> httpx2.Request:
        headers = [*_without(scope["headers"], _NOT_FORWARDED), (b"accept-encoding", b"identity")]
        url = self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + target.encode())
        content = _parts(receive, kept) if _has_body(scope) else None
        timeout = {"timeout": self._client.timeout.as_dict()}
        return httpx2.Request(scope["method"], url, headers=headers, content=content, extensions=timeout)

    def _record(self, request: SeenRequest, answer: SeenAnswer) -> None:
        try:
            self._writer.append(self._rewriter.exchange(request, answer))
        except Exception as error:  # noqa: BLE001 - the caller gets the answer all the same
            reason = f"{error.strerror}; free some space" if isinstance(error, OSError) else type(error).__name__
            _log.error("an exchange could not be recorded: %s", reason)  # the traceback may contain values


class _NotAnswered(Exception):
    """The upstream service gave no answer. The message is for the client."""

    def __init__(self, error: httpx2.HTTPError) -> None:
        self.kind = type(error).__name__
        late = isinstance(error, httpx2.TimeoutException) and not isinstance(error, httpx2.ConnectTimeout)
        self.status = 504 if late else 502
        what = "did not answer in time" if late else "cannot be reached, or broke the connection"
        super().__init__(f"The upstream service {what} ({self.kind}): check the --upstream of `numberkeep record`.")


async def _parts(receive: Receive, kept: _Kept) -> AsyncIterator[bytes]:
    """Yield the parts of a request's body, and keep them."""
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise _ClientGone
        part = message.get("body", b"")
        kept.add(part)
        if part:
            yield part
        if not message.get("more_body", False):
            return


def _has_body(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _without(headers: Sequence[tuple[bytes, bytes]], names: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the headers but those with these names, and those that `Connection` names: they are for one hop."""
    options = {
        option.strip().lower() for name, value in headers if name == b"connection" for option in value.split(b",")
    }
    return [(name, value) for name, value in headers if name not in names | options]


def _target(scope: Scope) -> str:
    """Return path and query as they were sent, in ASCII."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    safe = "".join(map(chr, range(0x21, 0x7F)))
    path = quote_from_bytes(raw.partition(b"?")[0], safe=safe)
    return f"{path}?{quote_from_bytes(query, safe=safe)}" if query else path
