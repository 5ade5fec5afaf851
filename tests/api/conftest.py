"""A service for each test, and a plain HTTP client for it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from support.api import Service, running_service


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """The service over a store in memory."""
    async with running_service() as running:
        yield running


@pytest.fixture
async def wire(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """A plain HTTP client of the first account."""
    async with service.wire() as client:
        yield client
