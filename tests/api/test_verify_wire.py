"""POST /api/v2/contacts/verify and the messages it enqueues, over HTTP."""

import httpx2

from numberkeep.domain.identity import KeyPair
from numberkeep.service import accounts
from support.api import CONTACTS, FIRST, Service
from support.inbound import INBOUND
from support.stream import listening

PHONE = "+14155552671"
VERIFY = f"{CONTACTS}/verify"
MESSAGES = "/_numberkeep/messages"


async def test_verify_enqueues_a_message(service: Service, wire: httpx2.AsyncClient) -> None:
    """It is stored with the request and can be listed, newest first."""
    for number in (PHONE, "+14155550002"):
        await wire.post(CONTACTS, json={"number": number})
        answer = await wire.post(VERIFY, json={"number": number})
        assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
        service.clock.pass_seconds(1)
    messages = (await wire.get(MESSAGES)).json()
    assert [message["to"] for message in messages] == ["+14155550002", PHONE]
    assert set(messages[0]) == {
        *("id", "direction", "to", "from", "content", "media_url", "status", "created_at", "handle", "error"),
    }
    assert [(message["id"], message["direction"], message["status"]) for message in messages] == [
        ("2", "outbound", "queued"),
        ("1", "outbound", "queued"),
    ]
    assert messages[0]["from"] is None
    assert messages[0]["content"]
    assert [message["to"] for message in (await wire.get(MESSAGES, params={"limit": 1})).json()] == ["+14155550002"]


async def test_verify_of_no_contact_is_not_found(wire: httpx2.AsyncClient) -> None:
    """The number must belong to a contact."""
    for number in (PHONE, "12"):
        assert (await wire.post(VERIFY, json={"number": number})).status_code == 404
    assert (await wire.get(MESSAGES)).json() == []


async def test_verify_without_number_is_missing_fields(wire: httpx2.AsyncClient) -> None:
    """The number is required."""
    answer = await wire.post(VERIFY, json={})
    assert (answer.status_code, answer.json()["message"]) == (400, "Missing fields")


async def test_a_repeated_verify_waits_for_the_resend_interval(service: Service, wire: httpx2.AsyncClient) -> None:
    """Within the interval: 429 without automatic retries, and no second message."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    service.clock.pass_seconds(20.5)
    await wire.delete(f"{CONTACTS}/{PHONE}")
    await wire.post(CONTACTS, json={"number": PHONE})
    answer = await wire.post(VERIFY, json={"number": PHONE})
    assert answer.status_code == 429
    assert (answer.headers["retry-after"], answer.headers["x-should-retry"]) == ("40", "false")
    assert len((await wire.get(MESSAGES)).json()) == 1
    service.clock.pass_seconds(40)
    assert (await wire.post(VERIFY, json={"number": PHONE})).status_code == 200
    assert len((await wire.get(MESSAGES)).json()) == 2


async def test_verify_of_an_opted_out_recipient_sends_nothing(wire: httpx2.AsyncClient) -> None:
    """409 `Recipient has opted out`, without retries, and no message."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE})
    answer = await wire.post(VERIFY, json={"number": PHONE})
    assert (answer.status_code, answer.json()["message"]) == (409, "Recipient has opted out")
    assert answer.headers["x-should-retry"] == "false"
    assert (await wire.get(MESSAGES)).json() == []


async def test_a_message_is_sent_from_the_contact_s_line(service: Service, wire: httpx2.AsyncClient) -> None:
    """Its status follows the sender's result after the relay's turn; it is sent once."""
    await wire.post(CONTACTS, json={"number": PHONE, "sendblue_number": "(512) 216-4639"})
    await wire.post(VERIFY, json={"number": PHONE})
    assert [await service.relay.turn() for _ in range(2)] == [1, 0]
    (message,) = (await wire.get(MESSAGES)).json()
    assert (message["from"], message["status"], message["error"]) == ("+15122164639", "logged", None)


async def test_the_account_s_text_contains_the_contact_s_fields(service: Service, wire: httpx2.AsyncClient) -> None:
    """Empty ones are replaced by nothing, and braces in the contact's values are left alone."""
    await accounts.change(service.context, "default", accounts.Changes("Hi {first_name}{last_name}: is {phone} yours?"))
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "{phone}"})
    async with service.wire(await _create_key(service)) as fresh_wire:  # a key and its account are cached for a second
        await fresh_wire.post(VERIFY, json={"number": PHONE})
    (message,) = (await wire.get(MESSAGES)).json()
    assert message["content"] == f"Hi {{phone}}: is {PHONE} yours?"


async def _create_key(service: Service) -> KeyPair:
    return await service.new_account("default")


async def test_the_complete_flow(service: Service, wire: httpx2.AsyncClient) -> None:
    """Asked, sent, replied, verified; after STOP nothing is sent to the number, even if deleted and re-created."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    await service.relay.turn()
    service.clock.pass_seconds(3600)
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is True
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["verified"] is True
    await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
    await wire.delete(f"{CONTACTS}/{PHONE}")
    again = (await wire.post(CONTACTS, json={"number": PHONE})).json()["contact"]
    assert (again["verified"], again["opt_out"]) == (False, True)
    assert (await wire.post(VERIFY, json={"number": PHONE})).status_code == 409
    assert await service.relay.turn() == 0
    statuses = [message["status"] for message in (await wire.get(MESSAGES)).json()]
    assert statuses == ["received", "received", "logged"]


async def test_a_stop_before_the_message_is_sent_cancels_it(service: Service, wire: httpx2.AsyncClient) -> None:
    """An opt-out cancels pending messages in the outbox."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
    assert await service.relay.turn() == 0
    assert [message["status"] for message in (await wire.get(MESSAGES)).json()] == ["received", "canceled"]


async def test_a_late_reply_does_not_verify(service: Service, wire: httpx2.AsyncClient) -> None:
    """After the time limit the relay records `verification.expired`; a new request can be replied to."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    await service.relay.turn()
    async with listening(service.application, FIRST) as listener:
        service.clock.pass_seconds(24 * 3600 - 1)
        await service.relay.turn()
        service.clock.pass_seconds(2)
        await service.relay.turn()
        (event,) = await listener.events(1)
    assert (event.type, event.data["data"]["number"]) == ("verification.expired", PHONE)
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is False
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["verified"] is False
    await wire.post(VERIFY, json={"number": PHONE})
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is True


async def test_a_late_reply_expires_a_verification_that_the_relay_has_not(
    service: Service, wire: httpx2.AsyncClient
) -> None:
    """Whichever comes first, the late reply does not verify."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(VERIFY, json={"number": PHONE})
    service.clock.pass_seconds(24 * 3600 + 1)
    assert (await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})).json()["verified"] is False
    async with listening(service.application, FIRST, "after=0&type=verification.expired") as listener:
        await listener.events(1)
