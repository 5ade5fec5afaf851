"""GET, PUT and DELETE of one contact over HTTP."""

from typing import Any

import httpx2
import pytest

from support.api import CONTACTS

PHONE = "+14155552671"
PATH = f"{CONTACTS}/{PHONE}"


@pytest.fixture
async def contact(wire: httpx2.AsyncClient) -> dict[str, Any]:
    """Return a stored contact as the API encodes it."""
    given = {
        "number": PHONE,
        "first_name": "Ada",
        "company_name": "Analytical",
        "tags": ["a", "b"],
        "custom_variables": {"x": "1", "y": "2"},
    }
    stored: dict[str, Any] = (await wire.post(CONTACTS, json=given)).json()["contact"]
    return stored


@pytest.mark.parametrize(
    "written", ["+14155552671", "%2B14155552671", "%2b14155552671", "%2014155552671", "4155552671", "(415)%20555-2671"]
)
async def test_a_contact_is_found_by_any_spelling_of_its_number(
    wire: httpx2.AsyncClient, contact: dict[str, Any], written: str
) -> None:
    """Clients send `+` raw, as %2B and form-decoded to a space; national formats work too."""
    answer = await wire.get(httpx2.URL(f"http://numberkeep.test{CONTACTS}/{written}"))
    assert answer.json() == {"contact": contact, "status": "OK"}


@pytest.mark.parametrize("written", ["+14155559999", "12", "nobody", "+0", "%00", "%FF", "count%00", "+1415555267%0A"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_number_without_contact_is_not_found(
    wire: httpx2.AsyncClient, contact: dict[str, Any], method: str, written: str
) -> None:
    """Unknown or impossible numbers are 404 in the common error shape."""
    answer = await wire.request(method, f"{CONTACTS}/{written}", json={} if method == "PUT" else None)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Contact not found"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (await wire.get(PATH)).json()["contact"] == contact


async def test_an_update_changes_only_given_fields(wire: httpx2.AsyncClient, contact: dict[str, Any]) -> None:
    """Custom variables are merged; tags are replaced."""
    change = {"lastName": "Lovelace", "tags": ["c"], "custom_variables": {"y": "", "z": "3", "x": None}}
    answer = await wire.put(PATH, json=change)
    expected = {
        **contact,
        "last_name": "Lovelace",
        "lastName": "Lovelace",
        "tags": ["c"],
        "custom_variables": {"z": "3"},
    }
    assert answer.json() == {"contact": expected, "status": "OK"}
    assert (await wire.get(PATH)).json()["contact"] == expected


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("name", ["first_name", "firstName", "company_name"])
async def test_null_and_empty_clear_a_text(
    wire: httpx2.AsyncClient, contact: dict[str, Any], name: str, nothing: str | None
) -> None:
    """`null` or `""` clears a field."""
    del contact
    answer = await wire.put(PATH, json={name: nothing})
    assert answer.json()["contact"][name] is None


async def test_null_clears_tags_and_variables(wire: httpx2.AsyncClient, contact: dict[str, Any]) -> None:
    """`null` clears the collections."""
    answer = await wire.put(PATH, json={"tags": None, "custom_variables": None})
    assert answer.json()["contact"] == {**contact, "tags": [], "custom_variables": {}}


async def test_a_retrieved_contact_can_be_sent_back(wire: httpx2.AsyncClient, contact: dict[str, Any]) -> None:
    """Read-only fields are accepted if they equal the stored ones."""
    answer = await wire.put(PATH, json={**contact, "first_name": "Augusta"})
    assert answer.status_code == 200
    assert answer.json()["contact"]["first_name"] == "Augusta"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "+14155550000"),
        ("contact_id", "0000000000000001"),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("verified", True),
        ("verified", None),
        ("phone", None),
    ],
)
async def test_a_read_only_field_with_another_value_is_refused(
    wire: httpx2.AsyncClient, contact: dict[str, Any], name: str, value: object
) -> None:
    """By name, and no other field of the update is changed."""
    answer = await wire.put(PATH, json={name: value, "first_name": "Eve"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]
    assert (await wire.get(PATH)).json()["contact"] == contact


async def test_a_deleted_contact_is_gone(wire: httpx2.AsyncClient, contact: dict[str, Any]) -> None:
    """DELETE succeeds once; a re-created contact has another id."""
    assert (await wire.delete(PATH)).json() == {"status": "OK"}
    assert (await wire.get(PATH)).status_code == 404
    assert (await wire.delete(PATH)).status_code == 404
    again = (await wire.post(CONTACTS, json={"number": PHONE})).json()["contact"]
    assert again["contact_id"] != contact["contact_id"]
    assert again["tags"] == []


async def test_an_opt_out_belongs_to_the_number(wire: httpx2.AsyncClient, contact: dict[str, Any]) -> None:
    """It shows on the contact, outlives it, and is revoked by the same calls."""
    del contact
    answer = await wire.post(f"{CONTACTS}/opt-out", json={"number": "(415) 555-2671"})
    assert answer.json() == {"number": PHONE, "opted_out": True, "status": "OK"}
    assert (await wire.get(PATH)).json()["contact"]["opt_out"] is True
    await wire.delete(PATH)
    await wire.post(CONTACTS, json={"number": PHONE})
    assert (await wire.get(PATH)).json()["contact"]["optOut"] is True
    assert (await wire.put(PATH, json={"optOut": False})).json()["contact"]["opt_out"] is False
    await wire.put(PATH, json={"opt_out": True})
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE, "opted_out": False})
    assert (await wire.get(PATH)).json()["contact"]["opt_out"] is False
