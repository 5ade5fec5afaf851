"""One subscriber number is one contact in any spelling; an invalid number is refused and shown."""

import httpx2
import pytest

SPELLINGS = [
    ("+442079460018", ["+44 020 7946 0018", "+4402079460018", "+44 (0)20 7946-0018"]),
    ("+33142685300", ["+33 01 42 68 53 00", "tel:+33-1-42-68-53-00"]),
    ("+4930123456", ["+49 030 123456", "+49030123456"]),
    ("+61412345678", ["+61 0412 345 678"]),
    ("+79123456789", ["+7 8 912 345 67 89"]),
    ("+819012345678", ["+81 090 1234 5678"]),
    ("+390612345678", ["+39 06 1234 5678"]),
    ("+525512345678", ["+52 1 55 1234 5678", "+5215512345678"]),
    ("+1415555010", ["+1 (415) 555-010"]),
    ("+14155550112", ["\uff08415\uff09555\uff0d0112", "415\u22125550112", "\u202a+1 415 555 0112\u202c"]),
]


@pytest.mark.parametrize(("phone", "written"), SPELLINGS)
async def test_each_spelling_is_the_same_contact(wire: httpx2.AsyncClient, phone: str, written: list[str]) -> None:
    """In bulk requests, create, get, list, opt-out and delete."""
    rows = [{"phone": text} for text in (phone, *written)]
    stored = (await wire.post("/api/v2/contacts/bulk", json={"contacts": rows})).json()["contacts"]
    assert [contact["phone"] for contact in stored] == [phone]
    for text in written:
        assert (await wire.post("/api/v2/contacts", json={"number": text})).status_code == 409
        listed = await wire.get("/api/v2/contacts", params={"phone_number": text})
        assert [contact["phone"] for contact in listed.json()] == [phone]
        opted = await wire.post("/api/v2/contacts/opt-out", json={"number": text})
        assert opted.json()["number"] == phone
        assert (await wire.get(f"/api/v2/contacts/{phone}")).json()["contact"]["opt_out"] is True
        back = await wire.post("/api/v2/contacts/opt-out", json={"number": text, "opted_out": False})
        assert back.json()["number"] == phone
    deleted = await wire.request("DELETE", "/api/v2/contacts", json={"contact_ids": written})
    assert deleted.json()["amount"] == 1


@pytest.mark.parametrize("number", ["0412 345 678", "(000) 000-0000", "555-555-5555"])
async def test_a_foreign_number_without_country_code_is_refused(wire: httpx2.AsyncClient, number: str) -> None:
    """It is not stored as a North American number."""
    answer = await wire.post("/api/v2/contacts", json={"number": number})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["field"], f'"{number}"' in error["message"]) == ("number", True)


async def test_an_error_escapes_invisible_characters(
    wire: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    """In the response to the sender, and never in the log."""
    answer = await wire.post("/api/v2/contacts", json={"number": "\u202a415\u200b\u202c"})
    [error] = answer.json()["errors"]
    assert '"<U+202A>415<U+200B><U+202C>"' in error["message"]
    assert "415" not in "".join(record.getMessage() for record in caplog.records if record.name != "httpx2")
