"""A service for each test, on each engine, and a plain HTTP client for it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from numberkeep.service import backlog
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore
from numberkeep.store.sqlite import SqliteStore
from support.api import Service, running_service


@pytest.fixture(autouse=True)
def _uncached_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the cache of outbox counts; tests/unit/numberkeep/service/test_backlog.py tests it."""
    monkeypatch.setattr(backlog, "_QUICK_SECONDS", 3600)


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Store:
    """Return a store of each engine, not yet opened; its database is created only if it is used."""
    if request.param == "sqlite":
        return SqliteStore(None)
    return PostgresStore(request.getfixturevalue("emptied_postgres"))


@pytest.fixture
async def service(engine: Store) -> AsyncIterator[Service]:
    """Return the service over an empty store."""
    async with running_service(store=engine) as running:
        yield running


@pytest.fixture
async def wire(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    """Return a plain HTTP client of the first account."""
    async with service.wire() as client:
        yield client
