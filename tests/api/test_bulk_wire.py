"""POST /api/v2/contacts/bulk and DELETE /api/v2/contacts on the raw wire."""

from typing import Any

import httpx2
import pytest

from support.api import CONTACTS

BULK = f"{CONTACTS}/bulk"
GOOD = {"phone": "+14155550001", "first_name": "Ada", "tags": ["a"], "custom_variables": {"x": "1"}}


async def count(wire: httpx2.AsyncClient) -> int:
    """How many contacts there are."""
    found: int = (await wire.get(f"{CONTACTS}/count")).json()["count"]
    return found


async def test_rows_are_created_in_their_order(wire: httpx2.AsyncClient) -> None:
    """Every row becomes a contact; the answer and the times of creation follow the rows' order."""
    rows = [{"phone": f"+1415555{n:04d}", "companyName": f"C{n}"} for n in (3, 1, 2)]
    answer = await wire.post(BULK, json={"contacts": rows})
    assert answer.status_code == 200
    assert answer.json()["status"] == "OK"
    assert [contact["company_name"] for contact in answer.json()["contacts"]] == ["C3", "C1", "C2"]
    created = [contact["created_at"] for contact in answer.json()["contacts"]]
    assert created == sorted(set(created))


async def test_a_rerun_changes_nothing_and_a_change_is_an_update(wire: httpx2.AsyncClient) -> None:
    """Bulk is an upsert: what exists is patched and keeps its identity."""
    first = (await wire.post(BULK, json={"contacts": [GOOD]})).json()["contacts"]
    again = (await wire.post(BULK, json={"contacts": [GOOD]})).json()["contacts"]
    assert again == first
    change = {"phone": GOOD["phone"], "last_name": "L", "custom_variables": {"y": "2"}}
    changed = (await wire.post(BULK, json={"contacts": [change]})).json()["contacts"]
    assert changed == [
        {**first[0], "last_name": "L", "lastName": "L", "custom_variables": {"x": "1", "y": "2"}},
    ]
    assert await count(wire) == 1


async def test_of_a_number_given_twice_the_last_row_counts(wire: httpx2.AsyncClient) -> None:
    """A number twice in one request, however written: the last row wins, whole."""
    rows = [GOOD, {"phone": "+14155550002"}, {"phone": "415-555-0001", "last_name": "L"}]
    contacts = (await wire.post(BULK, json={"contacts": rows})).json()["contacts"]
    assert [(c["phone"][-1], c["first_name"], c["last_name"]) for c in contacts] == [
        ("2", None, None),
        ("1", None, "L"),
    ]


BAD_ROWS: list[tuple[Any, str, str | None]] = [
    ({"phone": "12"}, "phone", "12"),
    ({"phone": ""}, "phone", ""),
    ({}, "phone", ""),
    ({"phone": None}, "phone", ""),
    ({"phone": 14155550002}, "phone", None),
    ({"phone": "+14155550002", "first_nam": "x"}, "first_nam", "+14155550002"),
    ({"phone": "+14155550002", "tags": "vip"}, "tags", "+14155550002"),
    ({"phone": "+14155550002", "tags": ["ok", 1]}, "tags[1]", "+14155550002"),
    ({"phone": "+14155550002", "custom_variables": {"a": 1}}, "custom_variables.a", "+14155550002"),
    ({"phone": "+14155550002", "last_name": "a\0b"}, "last_name", "+14155550002"),
    ({"phone": "+14155550002", "sendblue_number": "x"}, "sendblue_number", "+14155550002"),
    (7, "row", None),
    (None, "row", None),
]


@pytest.mark.parametrize(("row", "field", "phone"), BAD_ROWS)
async def test_one_bad_row_fails_the_whole_request(
    wire: httpx2.AsyncClient, row: Any, field: str, phone: str | None
) -> None:
    """By default bulk is all or nothing, and every bad row is named by index, phone and message."""
    answer = await wire.post(BULK, json={"contacts": [GOOD, row]})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["index"], error["field"], error.get("phone")) == (1, field, phone)
    assert error["message"]
    assert await count(wire) == 0


@pytest.mark.parametrize(("row", "field", "phone"), BAD_ROWS)
async def test_on_error_skip_stores_the_good_rows(
    wire: httpx2.AsyncClient, row: Any, field: str, phone: str | None
) -> None:
    """With on_error=skip the good rows are stored and the bad ones reported."""
    answer = await wire.post(f"{BULK}?on_error=skip", json={"contacts": [row, GOOD]})
    assert answer.status_code == 200
    assert [contact["phone"] for contact in answer.json()["contacts"]] == [GOOD["phone"]]
    [error] = answer.json()["errors"]
    assert (error["index"], error["field"], error.get("phone")) == (0, field, phone)
    assert await count(wire) == 1


@pytest.mark.parametrize("skip", [False, True])
async def test_a_row_that_does_not_fit_what_is_stored_is_a_bad_row(wire: httpx2.AsyncClient, *, skip: bool) -> None:
    """Custom variables that are too many only with those of the contact are told, and skipped, like any bad row."""
    full = {"phone": "+14155550002", "custom_variables": {f"a{n}": "y" for n in range(60)}}
    await wire.post(BULK, json={"contacts": [full]})
    more = {**full, "custom_variables": {f"b{n}": "y" for n in range(60)}}
    answer = await wire.post(BULK, json={"contacts": [GOOD, more]}, params={"on_error": "skip"} if skip else {})
    assert answer.status_code == (200 if skip else 400)
    [error] = answer.json()["errors"]
    assert (error["index"], error["field"], error["phone"]) == (1, "custom_variables", "+14155550002")
    assert await count(wire) == (2 if skip else 1)


async def test_every_bad_row_is_reported_in_order(wire: httpx2.AsyncClient) -> None:
    """Errors of reading and errors of meaning come in the order of the rows."""
    rows = [{"phone": "1"}, GOOD, 5, {"phone": "2"}]
    answer = await wire.post(BULK, json={"contacts": rows})
    assert [error["index"] for error in answer.json()["errors"]] == [0, 2, 3]
    assert answer.json()["message"].startswith("No contact was stored, because 3 of them failed validation")


async def test_on_error_takes_only_its_two_values(wire: httpx2.AsyncClient) -> None:
    """An unknown value of on_error, or a misspelt name, is refused and not taken for the default."""
    for query in ("on_error=ignore", "onerror=skip"):
        answer = await wire.post(f"{BULK}?{query}", json={"contacts": [GOOD]})
        assert answer.status_code == 400
    assert await count(wire) == 0


@pytest.mark.parametrize(("body", "message"), [({}, "Missing fields"), ({"contacts": None}, "Missing fields")])
async def test_missing_contacts_are_named(wire: httpx2.AsyncClient, body: Any, message: str) -> None:
    """The list itself is required."""
    answer = await wire.post(BULK, json=body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert answer.json()["errors"][0]["field"] == "contacts"


@pytest.mark.parametrize("body", [{"contacts": "x"}, {"contacts": {}}, {"contcts": []}, {"contacts": [{}] * 10_001}])
async def test_contacts_must_be_a_list_of_bounded_length(wire: httpx2.AsyncClient, body: Any) -> None:
    """Anything else than a list, or more rows than the limit, is 400."""
    answer = await wire.post(BULK, json=body)
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1


async def test_no_rows_are_no_error(wire: httpx2.AsyncClient) -> None:
    """An empty list stores nothing and says OK."""
    assert (await wire.post(BULK, json={"contacts": []})).json() == {"contacts": [], "status": "OK"}


async def test_bulk_delete_counts_what_it_deleted(wire: httpx2.AsyncClient) -> None:
    """`amount` counts contacts really deleted; unknown numbers are ignored, and a number twice counts once."""
    rows = [{"phone": f"+1415555000{n}"} for n in range(5)]
    await wire.post(BULK, json={"contacts": rows})
    ids = ["+14155550001", "(415) 555-0001", "+14155550002", "+19995550000", "nonsense"]
    answer = await wire.request("DELETE", CONTACTS, json={"contact_ids": ids})
    assert answer.json() == {"amount": 2, "status": "OK"}
    assert await count(wire) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contact_ids"),
        ({"contact_ids": None}, "contact_ids"),
        ({"contact_ids": "+14155550001"}, "contact_ids"),
        ({"contact_ids": [1]}, "contact_ids[0]"),
        ({"ids": []}, "ids"),
    ],
)
async def test_a_bad_bulk_delete_deletes_nothing(wire: httpx2.AsyncClient, body: Any, field: str) -> None:
    """What is missing or misspelt is named."""
    await wire.post(BULK, json={"contacts": [GOOD]})
    answer = await wire.request("DELETE", CONTACTS, json=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert await count(wire) == 1


async def test_a_request_can_name_the_region_of_its_numbers(wire: httpx2.AsyncClient) -> None:
    """Numbers without `+` are then read in that region, and the account keeps its own."""
    rows = [{"phone": "020 7946 0018", "sendblue_number": "020 7946 0019"}, {"phone": "+1 415 555 2671"}]
    answer = await wire.post(BULK, params={"region": "gb"}, json={"contacts": rows})
    assert [contact["phone"] for contact in answer.json()["contacts"]] == ["+442079460018", "+14155552671"]
    assert answer.json()["contacts"][0]["sendblue_number"] == "+442079460019"
    assert (await wire.post(BULK, json={"contacts": rows})).status_code == 400


@pytest.mark.parametrize("region", ["", "UK", "ZZ", "001", "u"])
async def test_a_region_that_does_not_exist_is_refused(wire: httpx2.AsyncClient, region: str) -> None:
    """400 naming the parameter, and nothing is stored."""
    answer = await wire.post(BULK, params={"region": region}, json={"contacts": [GOOD]})
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["region"])
    assert await count(wire) == 0
