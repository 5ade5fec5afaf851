"""Keeps the body of a request that an application reads, and can read it before the application does."""

import asyncio
from collections import deque
from typing import Final

from starlette.types import Message, Receive, Scope

from numberkeep.http.body import BODY_SECONDS

MOST: Final = 64 * 1024
"""The most bytes of a body that is kept; of a larger one, nothing is kept."""


class KeptBody:
    """Passes a body on, and keeps it if it is small.

    Args:
        scope: the request's ASGI scope.
        receive: the request's ASGI channel for the body.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._early: deque[Message] = deque()
        self._parts: list[bytes] = []
        self._size = 0
        self._ended = False

    @property
    def content(self) -> bytes | None:
        """The part of the body that has arrived; None if it is larger than MOST."""
        return None if self._size > MOST else b"".join(self._parts)

    async def receive(self) -> Message:
        """Return the next part: the ASGI channel for the application."""
        return self._early.popleft() if self._early else await self._next()

    async def read(self) -> bytes | None:
        """Read the body ahead of the application, and return it.

        Returns:
            None if there is no body, or if it is too slow or larger than MOST. A body whose declared length is larger
            is not read.
        """
        if not self._may_be_small():
            return None
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while not self._ended and self._size <= MOST:
                    self._early.append(await self._next())
        except TimeoutError:
            return None
        return self.content

    def _may_be_small(self) -> bool:
        for name, value in self._scope["headers"]:
            if name == b"content-length":
                return value.isdigit() and 0 < int(value) <= MOST
            if name == b"transfer-encoding":
                return True
        return False

    async def _next(self) -> Message:
        message = await self._receive()
        self._ended = self._ended or not message.get("more_body", False)
        part = message.get("body", b"")
        self._size += len(part)
        if self._size > MOST:
            self._parts.clear()
        elif part:
            self._parts.append(part)
        return message
