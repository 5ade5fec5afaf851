"""Posters that allow no private networks, closed after each test."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.outbound.posting import Poster


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    """Return a poster with a timeout of 0.2 s."""
    poster = Poster(limit=0.2)
    yield poster
    await poster.close()
