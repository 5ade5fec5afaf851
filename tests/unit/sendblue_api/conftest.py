"""Every test that takes `api` runs once with each client."""

import httpx2
import pytest

from unit.sendblue_api.scripted_service import CONTACT, Driver


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "API_SECRET", "BASE_URL", "CUSTOM_HEADERS", "LOG"):
        monkeypatch.delenv(f"SENDBLUE_API_{name}", raising=False)


@pytest.fixture(params=["sync", "async"])
def api(request: pytest.FixtureRequest) -> Driver:
    """Either client, on a service that answers with one contact until told otherwise."""
    driver = Driver(request.param)
    driver.answers(httpx2.Response(200, json={"contact": CONTACT, "status": "OK"}))
    return driver.connect()
