"""Posters that trust nobody, and close."""

from collections.abc import AsyncIterator

import pytest

from numberkeep.outbound.posting import Poster


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    """One that waits 0.2 s."""
    poster = Poster(limit=0.2)
    yield poster
    await poster.close()
