"""Delivery of events to webhooks: real receivers on local ports, and a relay run one turn at a time."""

import json
from typing import Any

import httpx2
import pytest

from numberkeep.service import accounts
from numberkeep.service.delivering import ATTEMPTS
from support.api import CONTACTS, FIRST, Service
from support.inbound import INBOUND
from support.receiver import OK, Receiver, Trick, answer, receiving
from support.stream import listening
from support.webhooks import opened

PHONE = "+14155552671"
OTHER = "+14155550002"
WEBHOOKS = "/_numberkeep/webhooks"
DEAD = "/_numberkeep/deliveries"
REPLAY = f"{DEAD}/replay"
LATER = 4000
"""Seconds, longer than any wait before a retry."""


async def register(wire: httpx2.AsyncClient, receiver: Receiver, *types: str, path: str = "/", **more: Any) -> Any:
    """Register a receiver."""
    body = {"url": f"http://127.0.0.1:{receiver.port}{path}", "types": types, **more}
    return (await wire.post(WEBHOOKS, json=body)).json()["webhook"]


async def run_relay(service: Service, times: int = 1) -> None:
    """Run the relay so many times, each time when everything is due again."""
    for _ in range(times):
        await service.relay.turn()
        service.clock.pass_seconds(LATER)


async def test_a_delivery_is_signed_and_complete(service: Service, wire: httpx2.AsyncClient) -> None:
    """By Standard Webhooks, with a given and a random secret, which is not sent itself; the body is the event."""
    async with receiving() as receiver:
        secrets = {
            path: (await register(wire, receiver, path=path, **more))["secret"]
            for path, more in (("/given?x=%20", {"secret": "a-long-hush-secret"}), ("/random", {}))
        }
        await wire.post(CONTACTS, json={"number": PHONE})
        assert await service.relay.turn() == 2
        assert await service.relay.turn() == 0
    async with listening(service.application, FIRST, "after=0") as listener:
        (event,) = await listener.events(1)
    by_path = {request.line.split(" ")[1]: request for request in receiver.requests}
    for path, secret in secrets.items():
        request = by_path[path]
        assert request.line == f"POST {path} HTTP/1.1"
        assert opened(request, secret) == event.data
        assert "sb-signing-secret" not in request.headers
        assert request.headers["content-type"] == "application/json"
        with pytest.raises(AssertionError):
            opened(request, "another")


async def test_a_failed_delivery_is_retried(service: Service, wire: httpx2.AsyncClient) -> None:
    """Not before the wait; with the same id and body and a new signature; after a success not again."""
    async with receiving(answer(500), answer(404), Trick.CLOSE, OK) as receiver:
        secret = (await register(wire, receiver))["secret"]
        await wire.post(CONTACTS, json={"number": PHONE})
        assert await service.relay.turn() == 1
        service.clock.pass_seconds(4.9)
        assert await service.relay.turn() == 0, "the first wait is five seconds or more"
        await run_relay(service, 6)
    assert len(receiver.requests) == 4
    assert {request.headers["webhook-id"].rpartition("-")[0] for request in receiver.requests} == {"default-1"}
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert {request.body for request in receiver.requests} == {receiver.requests[0].body}
    assert [opened(request, secret)["type"] for request in receiver.requests] == ["contact.created"] * 4
    assert (await wire.get(DEAD)).json() == []


@pytest.mark.parametrize("minutes", [1, 30])
async def test_retry_after_is_respected(service: Service, wire: httpx2.AsyncClient, minutes: int) -> None:
    """The next attempt is not before."""
    async with receiving(answer(503, Retry_After=str(60 * minutes)), OK) as receiver:
        await register(wire, receiver)
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        service.clock.pass_seconds(60 * minutes - 1)
        assert await service.relay.turn() == 0
        service.clock.pass_seconds(2)
        assert await service.relay.turn() == 1
        assert len(receiver.requests) == 2


async def test_a_stalled_receiver_times_out(service: Service, wire: httpx2.AsyncClient) -> None:
    """After the poster's time limit, and the delivery is retried."""
    async with receiving(Trick.STALL, OK) as receiver:
        await register(wire, receiver)
        await wire.post(CONTACTS, json={"number": PHONE})
        await run_relay(service)
        assert (await wire.get("/health/ready")).json()["outbox"]["waiting"] == 1
        await run_relay(service)
        assert (await wire.get("/health/ready")).json()["outbox"]["waiting"] == 0
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1 < len(receiver.requests)


@pytest.mark.parametrize(
    ("how", "attempts", "error"),
    [
        (answer(302, Location="http://127.0.0.1:9/"), ATTEMPTS, "redirect (302)"),
        (answer(500), ATTEMPTS, "answered 500"),
    ],
)
async def test_a_dead_delivery_can_be_replayed(
    service: Service, wire: httpx2.AsyncClient, how: bytes, attempts: int, error: str
) -> None:
    """It is listed with its event and error, not retried, and delivered after a replay."""
    async with receiving(*[how] * attempts, OK) as receiver:
        webhook = await register(wire, receiver)
        await wire.post(CONTACTS, json={"number": PHONE})
        await run_relay(service, attempts + 2)
        assert len(receiver.requests) == attempts, "a redirect is not followed, and nothing dead is tried"
        (dead,) = (await wire.get(DEAD)).json()
        assert dead.pop("created_at").endswith("Z")
        assert error in dead.pop("error")
        assert dead == {"webhook": webhook["id"], "event": "1", "message": None, "attempts": attempts}
        assert (await wire.get("/health/ready")).json()["outbox"] == {"waiting": 0, "oldest_seconds": 0.0, "dead": 1}
        for number in (webhook["id"] + 1, 2**63 - 1, 2**63, 10**30):
            assert (await wire.post(REPLAY, json={"webhook": number})).status_code == 404
        assert (await wire.post(REPLAY, json={})).json() == {"amount": 1, "status": "OK"}
        assert (await wire.post(REPLAY, json={"webhook": webhook["id"]})).json()["amount"] == 0
        await run_relay(service)
        assert receiver.requests[-1].headers["webhook-id"].startswith("default-1-")
    assert len(receiver.requests) == attempts + 1
    assert (await wire.get(DEAD)).json() == []


async def test_410_disables_the_webhook(service: Service, wire: httpx2.AsyncClient) -> None:
    """Five events cause one event about it, no dead delivery, and no further request."""
    async with receiving(answer(410)) as receiver, receiving() as watcher:
        webhook = await register(wire, receiver, "contact.created", secret="the-first-secret")
        assert webhook["disabled_at"] is None
        secret = (await register(wire, watcher, "webhook.disabled"))["secret"]
        for n in range(5):
            await wire.post(CONTACTS, json={"number": f"+1415555000{n}"})
        await run_relay(service)
        seen = len(receiver.requests)
        await wire.post(CONTACTS, json={"number": "+14155550009"})
        await run_relay(service, 3)
        assert (len(receiver.requests), (await wire.get(DEAD)).json()) == (seen, [])
        assert (await wire.get("/health/ready")).json()["outbox"] == {"waiting": 0, "oldest_seconds": 0.0, "dead": 0}
        [reported] = [opened(request, secret) for request in watcher.requests]
        assert (reported["type"], reported["actor"], reported["cause"]) == (
            "webhook.disabled",
            {"type": "system", "id": ""},
            None,
        )
        assert reported["data"] == {"webhook": webhook["id"], "url": webhook["url"], "reason": "answered 410"}
        [listed, _] = (await wire.get(WEBHOOKS)).json()
        assert listed["disabled_at"] == reported["occurred_at"]
        refused = await wire.post(REPLAY, json={"webhook": webhook["id"]})
        assert (refused.status_code, "is disabled: enable it" in refused.json()["message"]) == (400, True)


async def test_registering_a_url_again_enables_it(service: Service, wire: httpx2.AsyncClient) -> None:
    """Pending deliveries keep their ids and use the new secret; events from meanwhile are not delivered."""
    async with receiving(answer(410), OK) as receiver:
        first = await register(wire, receiver, "contact.created", secret="the-first-secret")
        await wire.post(CONTACTS, json={"number": PHONE})
        await run_relay(service)
        await wire.post(CONTACTS, json={"number": OTHER})
        again = await register(wire, receiver, "contact.created", "contact.deleted", secret="the-second-secret")
        assert again == {**first, "types": ["contact.created", "contact.deleted"], "secret": "the-second-secret"}
        assert (await wire.get(WEBHOOKS)).json() == [{name: again[name] for name in again if name != "secret"}]
        await run_relay(service)
        gone, came = receiver.requests
        assert gone.headers["webhook-id"] == came.headers["webhook-id"]
        assert opened(came, "the-second-secret")["data"]["contact"]["phone"] == PHONE
        await wire.delete(f"{CONTACTS}/{OTHER}")
        await run_relay(service)
        assert opened(receiver.requests[-1], "the-second-secret")["type"] == "contact.deleted"
    assert len(receiver.requests) == 3


async def test_a_webhook_is_enabled_by_its_id(service: Service, wire: httpx2.AsyncClient) -> None:
    """Once or repeatedly: it keeps its types and its secret, which is not shown, and gets what is pending."""
    async with receiving(answer(410), OK) as receiver:
        first = await register(wire, receiver, "contact.created", secret="the-first-secret")
        await wire.post(CONTACTS, json={"number": PHONE})
        await run_relay(service)
        assert (await wire.get(WEBHOOKS)).json()[0]["disabled_at"] is not None
        for _ in range(2):
            enabled = await wire.post(f"{WEBHOOKS}/{first['id']}", json={"state": "enabled"})
            shown = {name: first[name] for name in first if name != "secret"}
            assert (enabled.status_code, enabled.json()) == (200, {"webhook": shown, "status": "OK"})
        await run_relay(service)
        gone, came = receiver.requests
        assert gone.headers["webhook-id"] == came.headers["webhook-id"]
        assert opened(came, "the-first-secret")["data"]["contact"]["phone"] == PHONE


@pytest.mark.parametrize(
    ("webhook", "body", "expected"),
    [
        ("2", {"state": "enabled"}, (404, "There is no webhook of this number")),
        ("x", {"state": "enabled"}, (404, "There is no webhook of this number")),
        ("1", {}, (400, "Missing fields")),
        ("1", {"state": "off"}, (400, "`state`")),
        ("1", {"enabled": True}, (400, "`enabled`")),
    ],
)
async def test_only_an_existing_webhook_is_enabled(
    service: Service, wire: httpx2.AsyncClient, webhook: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    """And only with a state that there is; that of another account does not exist."""
    async with service.wire(await service.new_account("other")) as other:
        await other.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/"})
        await other.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/"})
    await wire.post(WEBHOOKS, json={"url": "http://127.0.0.1:9/"})
    refused = await wire.post(f"{WEBHOOKS}/{webhook}", json=body)
    assert (refused.status_code, expected[1] in refused.json()["message"]) == (expected[0], True), refused.text


async def test_dead_deliveries_belong_to_their_account(service: Service, wire: httpx2.AsyncClient) -> None:
    """Others neither list nor replay them; a limit shortens the list, and an invalid one is 400."""
    async with receiving(answer(500)) as receiver, service.wire(await service.new_account("other")) as other:
        await register(wire, receiver)
        for number in (PHONE, OTHER):
            await wire.post(CONTACTS, json={"number": number})
        await run_relay(service, ATTEMPTS)
        assert (await other.get(DEAD)).json() == []
        assert (await other.post(REPLAY, json={})).json()["amount"] == 0
        assert len((await wire.get(DEAD)).json()) == 2
        assert len((await wire.get(DEAD, params={"limit": 1})).json()) == 1
        for limit in ("0", "x", "-1"):
            assert (await wire.get(DEAD, params={"limit": limit})).status_code == 400
        for webhook in (0, "1", -1, True):
            refused = await wire.post(REPLAY, json={"webhook": webhook})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "webhook")


async def test_events_of_one_contact_are_in_order(service: Service, wire: httpx2.AsyncClient) -> None:
    """A later one waits for a failing earlier one, but not for a dead one or another contact's."""
    async with receiving(answer(500), *[OK] * 9) as receiver:
        secret = (await register(wire, receiver))["secret"]
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        await wire.put(f"{CONTACTS}/{PHONE}", json={"last_name": "x"})
        await wire.post(CONTACTS, json={"number": OTHER})
        assert await service.relay.turn() == 1
        await run_relay(service, 4)
        reported = [opened(request, secret) for request in receiver.requests]
    assert [(event["id"], event["data"]["contact"]["phone"]) for event in reported] == [
        ("1", PHONE),
        ("3", OTHER),
        ("1", PHONE),
        ("2", PHONE),
    ]


async def test_a_failing_receiver_does_not_delay_another(service: Service, wire: httpx2.AsyncClient) -> None:
    """Each webhook has its own order and its own attempts."""
    async with receiving(answer(500)) as bad, receiving() as good:
        await register(wire, bad)
        await register(wire, good)
        for name in ("x", "y"):
            await wire.post(CONTACTS, json={"number": PHONE, "last_name": name, "update_if_exists": True})
        for _ in range(3):
            await service.relay.turn()
    assert (len(bad.requests), len(good.requests)) == (1, 2)


async def test_a_removed_webhook_gets_nothing_more(service: Service, wire: httpx2.AsyncClient) -> None:
    """Its pending and dead deliveries are removed too."""
    async with receiving(answer(500)) as receiver:
        webhook = await register(wire, receiver)
        await wire.post(CONTACTS, json={"number": PHONE})
        await run_relay(service)
        assert (await wire.delete(f"{WEBHOOKS}/{webhook['id']}")).status_code == 200
        await wire.post(CONTACTS, json={"number": OTHER})
        await run_relay(service, 2)
    assert len(receiver.requests) == 1
    assert (await wire.get("/health/ready")).json()["outbox"] == {"waiting": 0, "oldest_seconds": 0.0, "dead": 0}


async def test_a_webhook_gets_only_its_types(service: Service, wire: httpx2.AsyncClient) -> None:
    """By our names and by hosted ones, each in its format."""
    async with receiving() as ours, receiving() as hosted:
        await register(wire, ours, "contact.created", "message.received")
        await register(wire, hosted, "receive", "contact_created", secret="a-long-hush-secret")
        await wire.post(CONTACTS, json={"number": PHONE})
        await wire.put(f"{CONTACTS}/{PHONE}", json={"last_name": "x"})
        body = {"from": PHONE, "to": "+15122164639", "content": "Hello", "handle": "h-1"}
        await wire.post(INBOUND, json=body)
        await run_relay(service, 3)
    assert [json.loads(request.body)["type"] for request in ours.requests] == ["contact.created", "message.received"]
    created, received = [opened(request, "a-long-hush-secret") for request in hosted.requests]
    assert (created["type"], created["data"]["contact"]["phone"]) == ("contact_created", PHONE)
    assert received.pop("date_sent").endswith("Z")
    assert received == {
        "accountEmail": "default",
        "content": "Hello",
        "is_outbound": False,
        "status": "RECEIVED",
        "message_handle": "h-1",
        "from_number": PHONE,
        "number": PHONE,
        "to_number": "+15122164639",
        "sendblue_number": "+15122164639",
        "service": None,
        "media_url": "",
        "group_id": "",
        "participants": [PHONE, "+15122164639"],
        "opted_out": False,
    }
    assert hosted.requests[1].headers["sb-signing-secret"] == "a-long-hush-secret"


async def test_one_service_can_forward_to_another(service: Service, wire: httpx2.AsyncClient) -> None:
    """A webhook's `receive` payload is valid hosted input for inbound."""
    async with receiving() as receiver:
        await register(wire, receiver, "receive", secret="a-long-hush-secret")
        await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
        await run_relay(service)
    (request,) = receiver.requests
    assert json.loads(request.body)["opted_out"] is True
    pair = await service.new_account("next")
    await accounts.change(service.context, "next", accounts.Changes(signing_secret="a-long-hush-secret"))
    async with service.wire(None) as carrier, service.wire(pair) as following:
        headers = {"sb-signing-secret": request.headers["sb-signing-secret"]}
        for duplicate in (False, True):
            handed = await carrier.post(INBOUND, content=request.body, headers=headers)
            assert handed.json()["duplicate"] is duplicate
        created = await following.post(CONTACTS, json={"number": PHONE})
        assert created.json()["contact"]["opt_out"] is True
