"""The consent ledger over HTTP."""

from typing import Any

import httpx2
import pytest

from numberkeep.domain.consent.ledger import broken
from numberkeep.store.queries import GetAccount, ListConsent, ListConsentOf
from support.api import CONTACTS, Service
from support.faults import wrap_reads

PHONE, OTHER = "+14155552671", "+14155550002"
CONSENT = "/_numberkeep/consent"


@pytest.fixture(autouse=True)
async def record_consents(service: Service, wire: httpx2.AsyncClient) -> None:
    """Opt one number out by a message and in by the API, and another out by the API."""
    await wire.post("/_numberkeep/inbound", json={"from": PHONE, "content": "Stop"})
    await wire.post(f"{CONTACTS}/opt-out", json={"number": OTHER})
    service.clock.pass_seconds(1)
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE, "opted_out": False})


async def entries_of(wire: httpx2.AsyncClient, number: str) -> Any:
    """Return the ledger entries of a number."""
    answer = await wire.get(f"{CONSENT}?number={number}")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("number", [PHONE, "%2B14155552671", "415-555-2671"])
async def test_entries_of_a_number_are_listed_oldest_first(
    service: Service, wire: httpx2.AsyncClient, number: str
) -> None:
    """All fields of this number's entries only, for any spelling of the number."""
    account = await service.context.store.read(GetAccount("default"))
    assert account
    entries = await service.context.store.read(ListConsentOf(account.account_id, PHONE))
    listed = await entries_of(wire, number)
    assert [each.pop("at")[:19] for each in listed] == ["2026-09-21T14:13:20", "2026-09-21T14:13:21"]
    stopped = {"entry": 1, "opted_out": True, "source": "message", "wording": "Stop", "hash": entries[0].hash.hex()}
    back = {"entry": 3, "opted_out": False, "source": "api", "wording": "", "hash": entries[1].hash.hex()}
    assert listed == [{"number": PHONE, **stopped}, {"number": PHONE, **back}]


async def test_the_opted_out_are_listed_and_imported(wire: httpx2.AsyncClient) -> None:
    """Contacts or not, page by page through the `Link` header; an invalid number does not keep the others out."""
    numbers = ["+1 (415) 555-0003", OTHER, "nobody at all", "415-555-0003"]
    answer = await wire.post(f"{CONSENT}/opt-outs", json={"numbers": numbers})
    assert answer.json() == {"new": 1, "valid": 2, "rejected": [2], "status": "OK"}
    first = await wire.get(f"{CONSENT}/opt-outs", params={"limit": 1})
    [row] = first.json()
    assert (row["number"], row["source"], row["wording"]) == (OTHER, "api", "")
    second = await wire.get(first.links["next"]["url"])
    assert [(row["number"], row["source"]) for row in second.json()] == [("+14155550003", "import")]
    assert "link" not in second.headers


@pytest.mark.parametrize("body", [{}, {"numbers": []}, {"numbers": None}, {"numbers": ["x" * 65]}, {"numbers": [1]}])
async def test_a_bad_import_changes_nothing(wire: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    """400 with the field."""
    before = (await wire.get(f"{CONSENT}/opt-outs")).json()
    answer = await wire.post(f"{CONSENT}/opt-outs", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"].partition("[")[0]) == (400, "numbers")
    assert (await wire.get(f"{CONSENT}/opt-outs")).json() == before


async def test_a_number_without_entries_has_an_empty_list(wire: httpx2.AsyncClient) -> None:
    """It is not an error."""
    assert await entries_of(wire, "+14155559999") == []


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "number", "is required"),
        ("?number=12", "number", "is not a phone number"),
        ("?number=", "number", "is not a phone number"),
        ("?phone_number=%2B14155552671", "phone_number", "did you mean number?"),
    ],
)
async def test_an_invalid_number_is_refused(wire: httpx2.AsyncClient, query: str, field: str, message: str) -> None:
    """400 that names it, instead of an empty list that would look like no opt-out."""
    answer = await wire.get(f"{CONSENT}{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], message in error["message"]) == (field, True)


async def test_an_intact_ledger_verifies(service: Service, wire: httpx2.AsyncClient) -> None:
    """All entries of the account, and none of another's."""
    answer = await wire.get(f"{CONSENT}/verify")
    assert (answer.status_code, answer.json()) == (200, {"entries": 3, "faults": [], "status": "OK"})
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.get(f"{CONSENT}/verify")).json() == {"entries": 0, "faults": [], "status": "OK"}
        assert await entries_of(other, PHONE) == []


async def test_a_modified_ledger_has_faults(
    service: Service, wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is listed, without a number."""
    account = await service.context.store.read(GetAccount("default"))
    assert account
    entries = await service.context.store.read(ListConsent(account.account_id, 0, 10))
    lacking = [entry for entry in entries if entry.entry_id != 2]

    async def read(query: ListConsent) -> Any:
        return [entry for entry in lacking if entry.entry_id > query.after][: query.limit]

    wrap_reads(monkeypatch, service.context.store, lambda _: read, ListConsent)
    found = (await wire.get(f"{CONSENT}/verify")).json()
    assert found["entries"] == 2
    assert set(broken(lacking, 3, entries[-1].hash)) <= set(found["faults"])
    assert "entry 2 is missing" in found["faults"]
