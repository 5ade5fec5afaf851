"""Bodies that are read ahead of the application."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message, Scope

from numberkeep.test_mode.kept_body import MOST, KeptBody

CHUNKED = (b"transfer-encoding", b"chunked")


def body_of(*parts: bytes, header: tuple[bytes, bytes] | None = CHUNKED) -> tuple[KeptBody, list[bytes]]:
    """Return a body that arrives in parts, and the parts that have not arrived."""
    left = [*parts]

    async def receive() -> Message:
        assert left, "nothing more arrives: a client waits for its answer"
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    scope: Scope = {"headers": [(b"host", b"x"), *([header] if header else [])]}
    return KeptBody(scope, receive), left


async def passed_on(body: KeptBody) -> Sequence[bytes]:
    """Return the parts that the application gets."""
    parts, more = [], True
    while more:
        message = await body.receive()
        parts.append(message["body"])
        more = message["more_body"]
    return parts


async def test_what_was_read_ahead_is_passed_on() -> None:
    """In the same parts, once; reading twice reads nothing more."""
    body, _ = body_of(b"ab", b"", b"c")
    assert [await body.read(), await body.read()] == [b"abc", b"abc"]
    assert await passed_on(body) == [b"ab", b"", b"c"]
    assert body.content == b"abc"


async def test_what_was_not_read_ahead_is_kept_as_it_passes() -> None:
    """So the journal has it."""
    body, _ = body_of(b"ab", b"c")
    assert await passed_on(body) == [b"ab", b"c"]
    assert body.content == b"abc"


async def test_reading_ahead_stops_at_the_limit() -> None:
    """The rest is read by the application, which gets the whole body."""
    parts = [b"x" * (MOST // 2)] * 5
    body, left = body_of(*parts)
    assert await body.read() is None
    assert len(left) == 2
    assert await passed_on(body) == parts
    assert body.content is None


@pytest.mark.parametrize(
    "header", [None, (b"content-length", b"0"), (b"content-length", b"x"), (b"content-length", b"%d" % (MOST + 1))]
)
async def test_what_has_no_small_body_is_not_touched(header: tuple[bytes, bytes] | None) -> None:
    """A GET, and a large body, which the application may refuse by its length."""
    body, left = body_of(b"x", header=header)
    assert await body.read() is None
    assert left == [b"x"]


async def test_a_slow_body_is_not_waited_for_longer_than_the_application_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number is not known then."""
    monkeypatch.setattr("numberkeep.test_mode.kept_body.BODY_SECONDS", 0.01)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    assert await KeptBody({"headers": [CHUNKED]}, receive).read() is None
