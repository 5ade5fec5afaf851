"""Keys that may only read."""

import httpx2
import pytest

from numberkeep.http.routes import INBOUND, ROUTES, Route
from support.api import CONTACTS, Service

MESSAGE = "This API key is read-only: use a key that may make changes."


def path_of(route: Route) -> str:
    """Return the route's path with an argument that names nothing."""
    return route.path.replace("{phone_number}", "+14155550123").replace(f"{{{route.argument}}}", "1")


@pytest.fixture
async def reader(service: Service) -> httpx2.AsyncClient:
    """Return a client with a read-only key of the first account."""
    return service.wire(await service.new_account("default", read_only=True))


def test_what_only_reads_is_a_get_and_the_rest_is_not() -> None:
    """So that no change is among what read-only keys may do."""
    assert [route.path for route in ROUTES if route.operation.reads != (route.method == "GET")] == []


async def test_it_changes_nothing(reader: httpx2.AsyncClient) -> None:
    """Every route that changes something answers 403 and says which key to use."""
    for route in (*ROUTES, INBOUND):
        if not route.operation.reads:
            answer = await reader.request(route.method, path_of(route), json={})
            assert (answer.status_code, answer.json()["message"]) == (403, MESSAGE), route.path
            assert answer.headers["x-should-retry"] == "false"


async def test_it_reads_what_other_keys_read(reader: httpx2.AsyncClient, wire: httpx2.AsyncClient) -> None:
    """Every route that reads gives it the same answer."""
    await wire.post(CONTACTS, json={"number": "+14155550123"})
    for route in ROUTES:
        if route.operation.reads:
            answers = [await client.get(path_of(route)) for client in (reader, wire)]
            assert answers[0].status_code == answers[1].status_code != 403, route.path
    assert (await reader.get(CONTACTS)).json() == (await wire.get(CONTACTS)).json()


async def test_a_body_is_not_read_before_the_refusal(reader: httpx2.AsyncClient) -> None:
    """One that could not be read either is refused for the key."""
    answer = await reader.post(CONTACTS, content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 403
