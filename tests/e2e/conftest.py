"""A service in test mode, which several files use."""

from collections.abc import Iterator

import httpx2
import pytest

from support.process import PATIENCE, Serving, serving
from support.test_mode import new_account


@pytest.fixture(scope="session")
def test_mode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a service in test mode; each test has an account of its own."""
    with serving(tmp_path_factory.mktemp("test-mode"), "--test") as service:
        service.read_export()
        yield service


@pytest.fixture
def bare(test_mode: Serving) -> Iterator[httpx2.Client]:
    """Return a plain HTTP client of that service without a key."""
    with httpx2.Client(base_url=test_mode.url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def wire(test_mode: Serving) -> Iterator[httpx2.Client]:
    """Return a plain HTTP client of a new account."""
    with new_account(test_mode.url) as client:
        yield client
