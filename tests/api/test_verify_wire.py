"""POST /api/v2/contacts/verify and the messages it leaves, on the raw wire."""

import httpx2

from support.api import CONTACTS, Service

PHONE = "+14155552671"
VERIFY = f"{CONTACTS}/verify"
MESSAGES = "/_numberkeep/messages"


async def test_verify_owes_the_contact_a_message(service: Service, wire: httpx2.AsyncClient) -> None:
    """A verification message is stored with the request and can be read, newest first."""
    for number in (PHONE, "+14155550002"):
        await wire.post(CONTACTS, json={"number": number})
        answer = await wire.post(VERIFY, json={"number": number})
        assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
        service.clock.pass_seconds(1)
    messages = (await wire.get(MESSAGES)).json()
    assert [message["to"] for message in messages] == ["+14155550002", PHONE]
    assert set(messages[0]) == {"to", "content", "status", "created_at"}
    assert messages[0]["status"] == "queued"
    assert messages[0]["content"]
    assert [message["to"] for message in (await wire.get(MESSAGES, params={"limit": 1})).json()] == ["+14155550002"]


async def test_verify_of_no_contact_is_not_found(wire: httpx2.AsyncClient) -> None:
    """The number must be a contact."""
    for number in (PHONE, "12"):
        assert (await wire.post(VERIFY, json={"number": number})).status_code == 404
    assert (await wire.get(MESSAGES)).json() == []


async def test_verify_without_number_is_missing_fields(wire: httpx2.AsyncClient) -> None:
    """The number is required."""
    answer = await wire.post(VERIFY, json={})
    assert (answer.status_code, answer.json()["message"]) == (400, "Missing fields")


async def test_a_repeated_verify_waits_for_the_resend_interval(service: Service, wire: httpx2.AsyncClient) -> None:
    """Within the interval: 429 with Retry-After, and no second message, even for a contact made anew. After it: OK."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    service.clock.pass_seconds(20.5)
    await wire.delete(f"{CONTACTS}/{PHONE}")
    await wire.post(CONTACTS, json={"number": PHONE})
    answer = await wire.post(VERIFY, json={"number": PHONE})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "40"
    assert len((await wire.get(MESSAGES)).json()) == 1
    service.clock.pass_seconds(40)
    assert (await wire.post(VERIFY, json={"number": PHONE})).status_code == 200
    assert len((await wire.get(MESSAGES)).json()) == 2


async def test_verify_of_an_opted_out_recipient_sends_nothing(wire: httpx2.AsyncClient) -> None:
    """409 `Recipient has opted out`, not to be retried, and no message."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE})
    answer = await wire.post(VERIFY, json={"number": PHONE})
    assert (answer.status_code, answer.json()["message"]) == (409, "Recipient has opted out")
    assert answer.headers["x-should-retry"] == "false"
    assert (await wire.get(MESSAGES)).json() == []
