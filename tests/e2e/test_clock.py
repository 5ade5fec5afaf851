"""The clock of `numberkeep serve --test`: its routes, and what a suite sees of the time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from support.process import PATIENCE, Serving, serving
from support.receiver import OK as OK_ANSWER
from support.receiver import answer, receiving
from support.test_mode import CONTROL, new_account

CONTACTS: Final = "/api/v2/contacts"
CLOCK: Final = f"{CONTROL}/clock"
NEW_YEAR: Final = "2026-01-01T00:00:00Z"
NEW_YEAR_SECONDS: Final = 1_767_225_600
PHONE: Final = "+14155552671"
OK: Final = {"status": "OK"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a service of these tests alone, because they set its clock."""
    with serving(tmp_path_factory.mktemp("clock"), "--test") as service:
        yield service


@pytest.fixture
def wire(running: Serving) -> Iterator[httpx2.Client]:
    """Return a plain HTTP client of a new account; the clock runs before and after."""
    with new_account(running.url) as client:
        yield client
        assert client.post(CLOCK, json={"resume": True}).json()["frozen"] is False


def set_clock(wire: httpx2.Client, **given: Any) -> dict[str, Any]:
    """Set the clock, and return the answer."""
    answer = wire.post(CLOCK, json=given)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def create(wire: httpx2.Client, number: str = PHONE) -> dict[str, Any]:
    """Create a contact, and return it."""
    contact: dict[str, Any] = wire.post(CONTACTS, json={"number": number}).json()["contact"]
    return contact


def events(wire: httpx2.Client, type_: str, count: int) -> list[dict[str, Any]]:
    """Return the first events of a type."""
    found: list[dict[str, Any]] = []
    with wire.stream("GET", "/api/v2/events", params={"after": 0, "type": type_}) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                found.append(json.loads(line.removeprefix("data:")))
            if len(found) == count:
                break
    return found


def test_the_clock_can_be_frozen_advanced_and_resumed(wire: httpx2.Client) -> None:
    """Each answer has the time, and whether the clock is frozen."""
    before = wire.get(CLOCK).json()
    assert set(before) == {"now", "frozen", "status"}
    assert before["frozen"] is False
    assert set_clock(wire, freeze=NEW_YEAR) == {"now": NEW_YEAR, "frozen": True, "done": True, **OK}
    assert wire.get(CLOCK).json() == {"now": NEW_YEAR, "frozen": True, **OK}
    assert set_clock(wire, advance_seconds=90.5)["now"] == "2026-01-01T00:01:30.500000Z"
    both = set_clock(wire, freeze="2026-02-01T01:00:00+01:00", advance_seconds=60)
    assert both == {"now": "2026-02-01T00:01:00Z", "frozen": True, "done": True, **OK}
    assert set_clock(wire, freeze=True)["now"] == both["now"]
    assert set_clock(wire, resume=True)["now"] >= before["now"]
    ahead = set_clock(wire, advance_seconds=3600)
    assert (ahead["frozen"], ahead["now"] > before["now"]) == (False, True)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "freeze", "is required, or `advance_seconds` or `resume`"),
        ({"freeze": "tomorrow"}, "freeze", "must be a time in ISO 8601, for example 2026-01-31T09:30:00Z"),
        ({"freeze": "2019-12-31T23:59:59Z"}, "freeze", "must be in the years 2020 to 2090"),
        ({"freeze": "2091-01-01T00:00:00Z"}, "freeze", "must be in the years 2020 to 2090"),
        ({"advance_seconds": -1}, "advance_seconds", "must not be negative: to set the clock back, use `freeze`"),
        ({"advance_seconds": 1e300}, "advance_seconds", "must not lead beyond the year 2090"),
        ({"resume": True, "freeze": True}, "resume", "cannot be combined with the other fields: send it alone"),
        ({"advance": 5}, "advance", None),
    ],
)
def test_a_wrong_time_changes_nothing(
    wire: httpx2.Client, body: dict[str, Any], field: str, message: str | None
) -> None:
    """The answer names the field and says how to fix it."""
    set_clock(wire, freeze=NEW_YEAR)
    answer = wire.post(CLOCK, json=body)
    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    if message is not None:
        assert error["message"] == message
    assert wire.get(CLOCK).json()["now"] == NEW_YEAR


def test_a_verification_expires_and_its_limit_lifts(wire: httpx2.Client) -> None:
    """Without sleeping; its event has the time at which it expired."""
    set_clock(wire, freeze=NEW_YEAR)
    create(wire)
    verify = f"{CONTACTS}/verify"
    assert wire.post(verify, json={"number": PHONE}).status_code == 200
    refused = wire.post(verify, json={"number": PHONE})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    set_clock(wire, advance_seconds=60)
    assert wire.post(verify, json={"number": PHONE}).status_code == 200
    set_clock(wire, advance_seconds=48 * 3600)
    (expired,) = events(wire, "verification.expired", 1)
    assert expired["occurred_at"].startswith("2026-01-02T00:01:00")


async def test_a_webhook_is_retried_after_its_wait(running: Serving, wire: httpx2.Client) -> None:
    """Within the call that advances the clock; the time of its signature is the service's."""
    set_clock(wire, freeze=NEW_YEAR)
    async with receiving(answer(503, Retry_After="Thu, 01 Jan 2026 00:02:00 GMT"), answer(500), OK_ANSWER) as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        async with httpx2.AsyncClient(base_url=running.url, headers=wire.headers, timeout=PATIENCE) as client:
            hook = {"url": url, "types": ["contact.created"]}
            assert (await client.post("/_numberkeep/webhooks", json=hook)).status_code == 200
            await client.post(CONTACTS, json={"number": PHONE})
            for seconds in (0, 119, 11):
                assert (await client.post(CLOCK, json={"advance_seconds": seconds})).json()["done"]
            times = [int(request.headers["webhook-timestamp"]) - NEW_YEAR_SECONDS for request in receiver.requests]
            assert times == [0, 120, 130]


def test_ids_are_the_same_in_every_run(running: Serving, wire: httpx2.Client, tmp_path: Path) -> None:
    """At the same frozen time, in a service that has just started too."""
    moment = "2030-01-01T00:00:00Z"
    set_clock(wire, freeze=moment)
    here = create(wire)
    with serving(tmp_path, "--test") as other, new_account(other.url) as there:
        assert other.url != running.url
        set_clock(there, freeze=moment)
        assert create(there) == here


def test_the_same_calls_create_the_same_contacts(wire: httpx2.Client) -> None:
    """With their ids, once those before are deleted; other ids as long as they exist."""
    set_clock(wire, freeze=NEW_YEAR)
    first = [create(wire), create(wire, "+14155550101")]
    wire.request("DELETE", f"{CONTACTS}/{PHONE}")
    wire.request("DELETE", f"{CONTACTS}/+14155550101")
    set_clock(wire, freeze=NEW_YEAR)
    again = [create(wire), create(wire, "+14155550101")]
    assert again == first
    set_clock(wire, freeze=NEW_YEAR)
    other = create(wire, "+14155550102")
    assert other["created_at"] == first[0]["created_at"]
    assert other["contact_id"] not in {each["contact_id"] for each in first}
