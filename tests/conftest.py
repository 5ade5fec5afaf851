"""What every test may use."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on the event loop that the service runs on."""
    return "asyncio", {"use_uvloop": True}
