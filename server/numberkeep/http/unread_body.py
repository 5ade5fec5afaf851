"""What happens to a body that was not read before the request was answered."""

import asyncio
from typing import Final

from starlette.types import Receive, Scope

from numberkeep.domain.limits import MAX_BULK_BODY_BYTES

DISCARD_BYTES: Final = 2 * MAX_BULK_BODY_BYTES
DISCARD_CHUNKS: Final = 4096
DISCARD_SECONDS: Final = 10.0


async def discard_rest(scope: Scope, receive: Receive) -> None:
    """Read and discard the rest of a body, after the answer.

    Most clients send the whole body before they read the answer. If the connection is closed before, the kernel resets
    it, and they report a broken connection instead of the answer. A body beyond the limits is cut off all the same.

    Args:
        scope: the request's ASGI scope.
        receive: the request's ASGI channel for the body.
    """
    if not _expects_to_send(scope):
        return
    size = chunks = 0
    try:
        async with asyncio.timeout(DISCARD_SECONDS):
            while size <= DISCARD_BYTES and chunks <= DISCARD_CHUNKS:
                message = await receive()
                if not message.get("more_body", False):  # at the end, and when the client has disconnected
                    return
                size += len(message["body"])
                chunks += 1
    except TimeoutError:
        pass


def _expects_to_send(scope: Scope) -> bool:
    """Return whether a client sends a body without waiting to be asked for it."""
    has_body = False
    for name, value in scope["headers"]:
        if name == b"expect":
            return False
        has_body |= name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
    return has_body
