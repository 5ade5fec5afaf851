"""Status callbacks, and what carriers report of messages that were sent, over HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from numberkeep.carriers.settings import Carriers
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.service.delivering import ATTEMPTS
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetAccount, ListFailingDeliveries
from support.api import CONTACTS, FIRST, Service, running_service
from support.inbound import INBOUND, hosted, signed, signing
from support.receiver import Receiver, answer, receiving
from support.stream import listening

PHONE = "+14155552671"
SEND, STATUS = "/api/send-message", "/api/status"
SECRET, TOKEN = "the-deployments-secret", "twilios-token"


@pytest.fixture
async def service(engine: Store) -> AsyncIterator[Service]:
    """Return a service with the secrets of both carriers."""
    carriers = Carriers(signing_secret=SECRET, twilio_auth_token=TOKEN)
    async with running_service(store=engine, carriers=carriers) as running:
        yield running


async def send(wire: httpx2.AsyncClient, receiver: Receiver | None = None) -> dict[str, Any]:
    """Send a message, whose status goes to a receiver, and return the answer."""
    callback = {} if receiver is None else {"status_callback": f"http://127.0.0.1:{receiver.port}/status?x=1"}
    sent = await wire.post(SEND, json={"number": PHONE, "content": "Hello", **callback})
    assert sent.status_code == 200, sent.text
    body: dict[str, Any] = sent.json()
    return body


def statuses(receiver: Receiver) -> list[str]:
    """Return the statuses that a receiver got."""
    return [json.loads(request.body)["status"] for request in receiver.requests]


async def test_a_new_status_is_posted(service: Service, wire: httpx2.AsyncClient) -> None:
    """As the status route shows it, with an id, and without a signature, for there is no secret."""
    async with receiving() as receiver:
        handle = (await send(wire, receiver))["message_handle"]
        assert await service.relay.turn() == 1
        assert await service.relay.turn() == 1
        assert await service.relay.turn() == 0
    [request] = receiver.requests
    assert request.line == "POST /status?x=1 HTTP/1.1"
    assert json.loads(request.body) == (await wire.get(STATUS, params={"handle": handle})).json()
    assert statuses(receiver) == ["SENT"]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"].startswith("default-2-")
    assert not {"webhook-signature", "sb-signing-secret"} & request.headers.keys()


async def test_a_callback_is_retried_as_a_webhook_is(service: Service, wire: httpx2.AsyncClient) -> None:
    """With the same id, in order; after the last attempt it is among the dead deliveries, and can be replayed."""
    async with receiving(answer(500)) as receiver:
        await send(wire, receiver)
        await service.relay.turn()
        found: list[dict[str, Any]] = []
        for _ in range(ATTEMPTS):
            assert await service.relay.turn() == 1
            service.clock.pass_seconds(3700)
            found.append((await wire.get("/_numberkeep/doctor")).json()["callbacks"])
        assert found[0] == {"failing": 1, "dead": 0, "error": "answered 500"}
        assert found[-1] == {"failing": 0, "dead": 1, "error": "answered 500"}
        assert await service.relay.turn() == 0
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
        [dead] = (await wire.get("/_numberkeep/deliveries")).json()
        assert (dead["webhook"], dead["event"], dead["message"]) == (None, "2", None)
        assert (await wire.post("/_numberkeep/deliveries/replay", json={})).json()["amount"] == 1
        assert await service.relay.turn() == 1


async def test_410_ends_a_callback(service: Service, wire: httpx2.AsyncClient) -> None:
    """It is not retried, and the next message's callback is attempted nevertheless."""
    async with receiving(answer(410), answer(200)) as receiver:
        await send(wire, receiver)
        for _ in range(3):
            await service.relay.turn()
            service.clock.pass_seconds(3700)
        assert len(receiver.requests) == 1
        assert [dead["error"] for dead in (await wire.get("/_numberkeep/deliveries")).json()] == ["answered 410"]
        await send(wire, receiver)
        for _ in range(2):
            await service.relay.turn()
        assert statuses(receiver) == ["SENT", "SENT"]


async def test_who_opted_out_is_reported_too(service: Service, wire: httpx2.AsyncClient) -> None:
    """A program that only follows its callbacks must get the error."""
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE})
    async with receiving() as receiver:
        refused = await send(wire, receiver)
        await service.relay.turn()
    assert [json.loads(request.body) for request in receiver.requests] == [refused]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "does not begin with http"),
        ("http://10.0.0.1/", "10.0.0.1 is a private address"),
        ("http://user:pw@example.com/", "has a user or a password"),
    ],
)
async def test_the_url_is_checked_as_a_webhook_s(wire: httpx2.AsyncClient, url: str, reason: str) -> None:
    """It must not lead into the operator's network; nothing is sent."""
    refused = await wire.post(SEND, json={"number": PHONE, "content": "Hi", "status_callback": url})
    assert refused.status_code == 400
    [error] = refused.json()["errors"]
    assert error["field"] == "status_callback"
    assert reason in error["message"]
    assert (await wire.get("/api/v2/messages")).json()["pagination"]["total"] == 0


async def test_the_url_is_checked_again_at_delivery(service: Service, wire: httpx2.AsyncClient) -> None:
    """An address that was allowed when the message was sent gets nothing once it is not; it is retried."""
    async with receiving() as receiver:
        await send(wire, receiver)
        service.notifier._targets._allowed = ()
        for _ in range(2):
            assert await service.relay.turn() == 1
        assert receiver.requests == []
    account = await service.context.store.read(GetAccount("default"))
    assert account
    [failing] = await service.context.store.read(ListFailingDeliveries(account.account_id, 10))
    assert failing.error.startswith("127.0.0.1 is ")


async def test_a_file_by_url_is_not_fetched(service: Service, wire: httpx2.AsyncClient) -> None:
    """The carrier fetches it, so it may be anywhere."""
    sent = await wire.post(SEND, json={"number": PHONE, "media_url": "http://10.0.0.1/a.png"})
    assert sent.status_code == 200
    assert await service.relay.turn() == 1


class Carrying:
    """A sender that accepts every message, as a carrier with handles."""

    async def send(self, account: str, message: Message) -> Delivered:
        """Accept it."""
        del account
        return Delivered(handle=f"SM{message.message_id}")

    async def close(self) -> None:
        """Do nothing."""


async def sent_by_carrier(service: Service, wire: httpx2.AsyncClient, receiver: Receiver) -> str:
    """Send a message by a carrier that calls it `SM1`, deliver its first callback, and return its handle."""
    service.relay._deliverer._sender = Carrying()
    handle: str = (await send(wire, receiver))["message_handle"]
    await service.relay.turn()
    await service.relay.turn()
    return handle


async def test_twilio_reports_a_delivery(service: Service, wire: httpx2.AsyncClient) -> None:
    """The status is then DELIVERED, whatever it reports later; unknown messages and other statuses change nothing."""
    async with receiving() as receiver, service.wire(None) as twilio:
        handle = await sent_by_carrier(service, wire, receiver)
        for sid, reported in (
            ("SM1", "sending"),
            ("SM7", "delivered"),
            ("SM1", "delivered"),
            ("SM1", "read"),
            ("SM1", "failed"),
        ):
            form = {"MessageSid": sid, "MessageStatus": reported, "From": "+15122164639", "To": PHONE}
            posted = await twilio.post(INBOUND, data=form, headers=signed(INBOUND, form, TOKEN))
            assert (posted.status_code, posted.text) == (200, "<Response></Response>")
        await service.relay.turn()
        assert await service.relay.turn() == 0
    assert statuses(receiver) == ["SENT", "DELIVERED"]
    assert (await wire.get(STATUS, params={"handle": handle})).json()["status"] == "DELIVERED"


async def test_twilio_reports_an_opt_out(service: Service, wire: httpx2.AsyncClient) -> None:
    """Its error 21610: the message has failed, and the number is opted out."""
    async with receiving() as receiver, service.wire(None) as twilio:
        handle = await sent_by_carrier(service, wire, receiver)
        form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "21610", "To": PHONE}
        await twilio.post(INBOUND, data=form, headers=signed(INBOUND, form, TOKEN))
    status = (await wire.get(STATUS, params={"handle": handle})).json()
    assert (status["status"], status["error_code"], status["error_key"]) == ("ERROR", 21610, "OPTED_OUT")
    assert (await send(wire))["error_key"] == "OPTED_OUT"


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        ({"status": "DELIVERED", "service": "iMessage"}, ("DELIVERED", None, None, "iMessage")),
        ({"status": "ERROR", "error_code": 4002, "error_key": "INVALID"}, ("ERROR", 4002, "INVALID", None)),
        ({"status": "ERROR", "error_code": "odd", "error_key": ["x"], "service": 7}, ("ERROR", None, None, None)),
        ({"status": "SENT"}, ("SENT", None, None, None)),
        ({"status": {"odd": []}}, ("SENT", None, None, None)),
    ],
)
async def test_the_hosted_service_reports_a_status(
    service: Service, wire: httpx2.AsyncClient, reported: dict[str, Any], shown: tuple[Any, ...]
) -> None:
    """By its webhook `outbound`; whatever else it contains is ignored."""
    async with receiving() as receiver, service.wire(None) as carrier:
        handle = await sent_by_carrier(service, wire, receiver)
        payload = hosted(PHONE, "Hello", is_outbound=True, message_handle="SM1") | {"service": None} | reported
        posted = await carrier.post(INBOUND, json=payload, headers=signing(SECRET))
        assert (posted.status_code, posted.json()) == (200, {"status": "OK"})
    row = (await wire.get(f"/api/v2/messages/{handle}")).json()["data"]
    assert (row["status"], row["error_code"], row["error_key"], row["service"]) == shown


async def test_the_actor_of_a_receipt_is_the_carrier(service: Service, wire: httpx2.AsyncClient) -> None:
    """As of a message that a person wrote."""
    async with receiving() as receiver, service.wire(None) as carrier:
        await sent_by_carrier(service, wire, receiver)
        payload = hosted(PHONE, is_outbound=True, message_handle="SM1", status="DELIVERED")
        await carrier.post(INBOUND, json=payload, headers=signing(SECRET))
    async with listening(service.application, FIRST, "after=2") as stream:
        [event] = await stream.events(1)
    assert (event.type, event.data["actor"]) == ("message.updated", {"type": "carrier", "id": "hosted"})
    assert event.data["data"]["message"]["status"] == "delivered"
