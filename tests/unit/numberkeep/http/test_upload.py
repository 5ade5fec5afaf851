"""Reading an upload piece by piece, within limits of time."""

import asyncio
from typing import Any

import pytest

from numberkeep.http import upload
from numberkeep.http.request_errors import BodyTooSlow
from numberkeep.http.upload import read_pieces


async def read(pieces: int, size: int, *, every: float, seconds: float) -> int:
    """Read an upload of pieces that come at intervals, and return its size."""
    left = pieces

    async def receive() -> dict[str, Any]:
        nonlocal left
        await asyncio.sleep(every)
        left -= 1
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    return sum([len(piece) async for piece in read_pieces(receive, 2**30, seconds)])


async def test_a_client_that_trickles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although it is never silent for long: it would keep a slot for days."""
    monkeypatch.setattr(upload, "LEAST_RATE", 10_000)
    with pytest.raises(BodyTooSlow):
        await read(100, 1, every=0.02, seconds=0.1)
    assert await read(20, 1000, every=0.02, seconds=0.2) == 20_000


async def test_a_client_that_falls_silent_is_cut_off() -> None:
    """However much it has sent."""
    with pytest.raises(BodyTooSlow):
        await read(2, 10_000_000, every=0.2, seconds=0.1)


async def test_time_that_the_service_takes_does_not_count() -> None:
    """To store what has arrived."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": True}

    pieces = read_pieces(receive, 100, 0.1)
    for _ in range(3):
        await anext(pieces)
        await asyncio.sleep(0.1)
