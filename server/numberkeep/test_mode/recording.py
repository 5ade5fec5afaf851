"""Records a call while it is answered."""

from collections.abc import Callable
from time import perf_counter
from typing import Final

from starlette.types import Message, Scope, Send

from numberkeep.http.request_errors import CLIENT_GONE
from numberkeep.test_mode.called import Called
from numberkeep.test_mode.journal import Entry, next_call_id
from numberkeep.test_mode.kept_body import MOST, KeptBody

_JSON: Final = b"application/json"
_STREAM: Final = b"text/event-stream"


class Recording:
    """An ASGI channel for an answer, which records the call before the end of the answer is sent.

    So the call is in the journal when the client has the answer. An event stream is recorded when it begins.

    Args:
        scope: the request's ASGI scope.
        send: the request's ASGI channel for the answer.
        body: the request's body.
        call: what the request calls.
        at: when the call began, microseconds since 1970.
        add: adds the call to the journal.

    Attributes:
        fault_id: the fault that applies.
    """

    def __init__(
        self, scope: Scope, send: Send, body: KeptBody, *, call: Called, at: int, add: Callable[[Entry], None]
    ) -> None:
        self.fault_id: int | None = None
        self._scope = scope
        self._send = send
        self._body = body
        self._at = at
        self._call = call
        self._add = add
        self._begun = perf_counter()
        self._status = CLIENT_GONE
        self._is_json = False
        self._answer = b""
        self._size = 0
        self._ended = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            content_type = next((value for name, value in message["headers"] if name == b"content-type"), b"")
            self._is_json = content_type.startswith(_JSON)
            if content_type.startswith(_STREAM):
                self.end()
        elif message["type"] == "http.response.body":
            self._keep(message.get("body", b""))
            if not message.get("more_body", False):
                self.end()
        await self._send(message)

    def end(self) -> None:
        """Record the call, unless it is recorded already."""
        if self._ended:
            return
        self._ended = True
        scope = self._scope
        self._add(
            Entry(
                next_call_id(),
                self._at,
                self._call.operation,
                scope["method"],
                scope["path"],
                scope["query_string"],
                tuple(scope["headers"]),
                self._body.content,
                self._call.phone,
                self._call.region,
                self._status,
                None if self._size > MOST else self._answer,
                self.fault_id,
                perf_counter() - self._begun,
            )
        )

    def _keep(self, part: bytes) -> None:
        if self._is_json and not self._ended:
            self._size += len(part)
            self._answer = b"" if self._size > MOST else self._answer + part
