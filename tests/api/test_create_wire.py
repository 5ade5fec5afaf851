"""POST /api/v2/contacts over HTTP."""

import httpx2
import pytest

from support.api import CONTACTS

PHONE = "+14155552671"


async def test_a_new_contact_is_returned_with_every_field_under_both_names(wire: httpx2.AsyncClient) -> None:
    """In snake_case, and in camelCase for the fields that had such a name."""
    given = {
        "number": PHONE,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "company_name": "Analytical",
        "assigned_to_email": "sam@example.com",
        "sendblue_number": "+14155550100",
        "tags": ["vip", "math", "vip"],
        "custom_variables": {"plan": "pro", "gone": None, "empty": ""},
    }
    answer = await wire.post(CONTACTS, json=given)
    assert answer.status_code == 200
    contact = answer.json()["contact"]
    created_at, contact_id = contact.pop("created_at"), contact.pop("contact_id")
    assert created_at.endswith("Z")
    assert len(contact_id) == 16
    assert answer.json() == {"contact": answer.json()["contact"], "status": "OK"}
    assert contact == {
        "phone": PHONE,
        "first_name": "Ada",
        "firstName": "Ada",
        "last_name": "Lovelace",
        "lastName": "Lovelace",
        "company_name": "Analytical",
        "companyName": "Analytical",
        "assigned_to_email": "sam@example.com",
        "assignedToEmail": "sam@example.com",
        "sendblue_number": "+14155550100",
        "sendblueNumber": "+14155550100",
        "tags": ["vip", "math"],
        "custom_variables": {"plan": "pro"},
        "verified": False,
        "opt_out": False,
        "optOut": False,
    }


async def test_a_minimal_contact_has_empty_collections_and_null_texts(wire: httpx2.AsyncClient) -> None:
    """Every field is present."""
    contact = (await wire.post(CONTACTS, json={"number": PHONE})).json()["contact"]
    assert (contact["tags"], contact["custom_variables"], contact["first_name"]) == ([], {}, None)


@pytest.mark.parametrize("name", ["number", "phone_number", "phoneNumber"])
@pytest.mark.parametrize("written", [PHONE, " +14155552671 ", "(415) 555-2671", "415.555.2671", "1-415-555-2671"])
async def test_a_number_is_accepted_under_each_name_and_stored_as_e164(
    wire: httpx2.AsyncClient, name: str, written: str
) -> None:
    """Common national formats of the account's region are accepted under old names too."""
    answer = await wire.post(CONTACTS, json={name: written})
    assert answer.json()["contact"]["phone"] == PHONE


@pytest.mark.parametrize(
    ("old", "current", "value"),
    [
        ("firstName", "first_name", "Ada"),
        ("lastName", "last_name", "Lovelace"),
        ("companyName", "company_name", "Analytical"),
        ("assignedToEmail", "assigned_to_email", "sam@example.com"),
        ("sendblueNumber", "sendblue_number", "+14155550100"),
    ],
)
async def test_an_old_name_is_accepted_and_the_current_one_wins(
    wire: httpx2.AsyncClient, old: str, current: str, value: str
) -> None:
    """Deprecated names work; the current name wins if both are present."""
    only_old = await wire.post(CONTACTS, json={"number": "+14155550001", old: value})
    assert only_old.json()["contact"][current] == value
    both = await wire.post(CONTACTS, json={"number": "+14155550002", old: "+14155550199", current: value})
    assert both.json()["contact"][current] == value


async def test_a_duplicate_is_refused_without_retries(wire: httpx2.AsyncClient) -> None:
    """409, with the header that keeps official clients from retrying."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "Ada"})
    answer = await wire.post(CONTACTS, json={"number": "415-555-2671", "first_name": "Eve"})
    assert answer.status_code == 409
    assert answer.json()["status"] == "ERROR"
    assert answer.json()["message"] == "Contact already exists"
    assert answer.headers["x-should-retry"] == "false"
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["first_name"] == "Ada"


async def test_update_if_exists_changes_only_given_fields(wire: httpx2.AsyncClient) -> None:
    """An existing contact is updated and keeps its id."""
    first = await wire.post(
        CONTACTS, json={"number": PHONE, "first_name": "Ada", "tags": ["a"], "custom_variables": {"x": "1", "y": "2"}}
    )
    again = await wire.post(
        CONTACTS,
        json={"number": PHONE, "last_name": "L", "custom_variables": {"y": "3"}, "update_if_exists": True},
    )
    before, after = first.json()["contact"], again.json()["contact"]
    assert again.status_code == 200
    assert after["custom_variables"] == {"x": "1", "y": "3"}
    assert (after["first_name"], after["last_name"], after["tags"]) == ("Ada", "L", ["a"])
    assert (after["contact_id"], after["created_at"]) == (before["contact_id"], before["created_at"])
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 1}


@pytest.mark.parametrize("body", [{}, {"first_name": "Ada"}, {"number": None}, {"number": ""}, {"number": "  "}])
async def test_a_missing_number_is_named(wire: httpx2.AsyncClient, body: dict[str, object]) -> None:
    """Absent, null or empty is 400 `Missing fields`, and the field is named."""
    answer = await wire.post(CONTACTS, json=body)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Missing fields"
    assert [error["field"] for error in answer.json()["errors"]] == ["number"]


@pytest.mark.parametrize(
    "number", ["12", "+0123456789", "abc", "+1415555267100000", "call 415 555 2671", "4155552671x9"]
)
async def test_an_invalid_number_is_refused(wire: httpx2.AsyncClient, number: str) -> None:
    """400 `Invalid phone number`, and nothing is stored."""
    answer = await wire.post(CONTACTS, json={"number": number})
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid phone number"
    assert answer.json()["errors"][0]["field"] == "number"
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}


async def test_an_invalid_sendblue_number_is_named(wire: httpx2.AsyncClient) -> None:
    """The account's own line must be a number too."""
    answer = await wire.post(CONTACTS, json={"number": PHONE, "sendblue_number": "nope"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "sendblue_number"
