"""The paths of the hosted API that numberkeep does not serve, over HTTP."""

import re

import httpx2
import pytest

from numberkeep.http.routes import ROUTES
from numberkeep.http.unserved import PATHS
from support.api import Service

CALLS = [(method, path) for path, (methods, _) in PATHS.items() for method in methods]


def filled(path: str) -> str:
    """Return a path with arguments."""
    return re.sub(r"\{\w+\}", "+14155552671", path)


@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda value: value)
async def test_a_path_of_the_hosted_api_is_not_implemented(
    service: Service, wire: httpx2.AsyncClient, method: str, path: str
) -> None:
    """501 without retries, for requests with a valid key, with what to do instead."""
    answer = await wire.request(method, filled(path), json={"number": "+14155552671"})
    assert (answer.status_code, answer.headers["x-should-retry"]) == (501, "false")
    assert answer.json()["status"] == "ERROR"
    assert answer.json()["message"] == f"numberkeep does not have {PATHS[path][1]}."
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    async with service.wire(None) as stranger:
        assert (await stranger.request(method, filled(path))).status_code == 403
        headers = {"sb-api-key-id": "first-key", "sb-api-secret-key": "wrong"}
        assert (await stranger.request(method, filled(path), headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/seats/",
        "/api/v2/seats/1/2",
        "/api/v2/groups",
        "/api/v2/groups//name",
        "/api/v2/groups/1/colour",
        "/api/v2/verify/services/1/verifications/",
        "/api/location/",
        "/api/send-messages",
        "/v3/contacts",
        "/V3/auth/tokens",
    ],
)
async def test_other_paths_are_not_found(wire: httpx2.AsyncClient, path: str) -> None:
    """Also near ones."""
    for method in ("GET", "POST"):
        assert (await wire.request(method, path)).status_code == 404


async def test_another_method_is_not_allowed(wire: httpx2.AsyncClient) -> None:
    """405 with the methods of the path, as everywhere."""
    answer = await wire.patch("/api/v2/totp/secrets")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_no_path_is_served() -> None:
    """Neither by an operation of its own nor as an argument of one."""
    assert not PATHS.keys() & {route.path for route in ROUTES}
