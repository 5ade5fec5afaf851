"""Reading a request body within limits of size and time."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Receive

from numberkeep.http.body import MAX_CHUNKS, read_body
from numberkeep.http.request_errors import BodyBroken, BodyInPieces, BodyTooLarge, BodyTooSlow

LIMIT = 10


def arriving(*messages: dict[str, Any]) -> Receive:
    """Return a client that sends these messages, and then nothing more."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def chunk(body: bytes, *, more: bool = False) -> dict[str, Any]:
    """Return a part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


async def read(*messages: dict[str, Any], headers: Sequence[tuple[bytes, bytes]] = (), seconds: float = 30) -> bytes:
    """Return the body of a request that arrives in these messages."""
    return await read_body({"headers": headers}, arriving(*messages), LIMIT, seconds)


async def test_a_body_is_assembled_from_its_parts() -> None:
    """However it is split; a message without body counts as empty."""
    parts = [chunk(b"01234", more=True), {"type": "http.request", "more_body": True}, chunk(b"56789")]
    assert await read(*parts) == b"0123456789"


async def test_a_byte_over_the_limit_is_too_large() -> None:
    """The limit applies to the sum of the parts, without waiting for the rest."""
    with pytest.raises(BodyTooLarge):
        await read(chunk(b"01234", more=True), chunk(b"567890", more=True))


async def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    """No part of the body is received; an invalid length is ignored."""
    with pytest.raises(BodyTooLarge):
        await read(headers=[(b"content-length", b"11")])
    assert await read(chunk(b"x"), headers=[(b"content-length", b"lots")]) == b"x"


async def test_a_slow_body_times_out() -> None:
    """A client that stalls in the middle is abandoned after the deadline."""
    with pytest.raises(BodyTooSlow, match="within"):
        await read(chunk(b"012", more=True), seconds=0.01)


async def test_a_disconnected_client_raises() -> None:
    """A partial body is not returned."""
    with pytest.raises(BodyBroken):
        await read(chunk(b"012", more=True), {"type": "http.disconnect"})


async def test_too_many_chunks_raise() -> None:
    """However small they are in all."""
    most = [chunk(b"", more=True)] * (MAX_CHUNKS - 1)
    assert await read(*most, chunk(b"", more=False)) == b""
    with pytest.raises(BodyInPieces):
        await read(*most, chunk(b"", more=True), chunk(b"", more=False))
