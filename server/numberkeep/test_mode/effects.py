"""Applies a fault to a call."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from numberkeep.http.answer import Answer, Headers
from numberkeep.http.closing import Closing
from numberkeep.http.errors import plain_error
from numberkeep.http.request_ids import request_id_for
from numberkeep.http.unread_body import discard_rest
from numberkeep.test_mode.faults import FaultBody

Cut = Callable[[Any], object]
"""Closes the connection of a client, given as the ASGI scope has it."""

_READING: Final = frozenset({"GET", "HEAD"})
_BROKEN: Final = b'{"status":"OK","data":[{"number":"+1415'


class AnswerCut(Exception):
    """A fault has cut the answer, so nothing more can be sent."""


class Effects:
    """Runs an application, and applies a fault to its answer.

    Args:
        application: the application.
        closing: signals shutdown, which ends delays.
        cut: closes the connection of a client.
    """

    def __init__(self, application: ASGIApp, closing: Closing, cut: Cut) -> None:
        self._application = application
        self._closing = closing
        self._cut = cut

    async def run(self, fault: FaultBody, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with a fault."""
        match fault.kind:
            case "status" | "malformed":
                await _send_answer(fault, scope, send)
                await discard_rest(scope, receive)
                return
            case "cut" if scope["method"] not in _READING:
                await discard_rest(scope, receive)  # else the connection is reset, and the head may be lost too
                await _send_answer(fault, scope, _Half(send))
                return
            case "latency":
                await self._pause(fault.seconds or 0)
            case "late":
                send = self._delayed(send, fault.seconds or 0)
            case "cut":
                send = _Half(send)
            case "cut_after":
                send = self._unheard(scope, send)
        with contextlib.suppress(AnswerCut):
            await self._application(scope, receive, send)

    def _delayed(self, send: Send, seconds: float) -> Send:
        """Return an ASGI channel that begins an answer late."""

        async def later(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._pause(seconds)
            await send(message)

        return later

    def _unheard(self, scope: Scope, send: Send) -> Send:
        """Return an ASGI channel that closes the connection before an answer."""

        async def after(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._cut(scope["client"])
            await send(message)
            if message.get("more_body", False):
                raise AnswerCut

        return after

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()


class _Half:
    """A channel for an answer that ends in its middle: the server closes a connection whose answer is incomplete.

    Args:
        send: the request's ASGI channel for the answer.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._cut = False

    async def __call__(self, message: Message) -> None:
        """Send the head, and half of the first part of the body.

        Raises:
            AnswerCut: there is more of the body.
        """
        if self._cut:
            raise AnswerCut
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._cut = True
        body: bytes = message.get("body", b"")
        await self._send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if message.get("more_body", False):
            raise AnswerCut


async def _send_answer(fault: FaultBody, scope: Scope, send: Send) -> None:
    """Send an answer instead of the operation's."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    request_id = request_id_for(given)
    if fault.kind == "status":
        headers: Headers = ()
        if fault.retry_after is not None:
            headers = ((b"retry-after", f"{fault.retry_after:g}".encode()),)
        message = fault.message or "A fault that was added to this account in test mode."
        answer = plain_error(fault.status or 500, message, request_id, headers)
    else:
        answer = Answer(200, _BROKEN)
    await answer.send(send, request_id)
