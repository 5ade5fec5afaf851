"""Posters that allow no private networks, closed after each test."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.outbound.posting import Poster


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    """Return a poster with a limit that also a busy machine keeps."""
    poster = Poster(limit=1.0)
    yield poster
    await poster.close()
