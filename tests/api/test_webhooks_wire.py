"""The webhooks of an account: registering, listing and removing them over HTTP."""

import asyncio
from typing import Any

import httpx2
import pytest

from numberkeep.domain.limits import MAX_SECRET, MAX_URL, MAX_WEBHOOKS
from support.api import CONTACTS, Service, running_service
from support.receiver import receiving

PHONE = "+14155552671"
WEBHOOKS = "/_numberkeep/webhooks"
HOOK = "http://127.0.0.1:9/hook?a=b"


async def test_a_webhook_is_registered_with_its_own_secret(wire: httpx2.AsyncClient) -> None:
    """The response has all fields, and the listing all but the secret."""
    body = {"url": HOOK, "types": ["contact.created", "receive"], "secret": "sixteen letters!"}
    answer = await wire.post(WEBHOOKS, json=body)
    assert answer.status_code == 200
    webhook = answer.json()["webhook"]
    assert answer.json()["status"] == "OK"
    assert webhook.pop("created_at").endswith("Z")
    assert webhook == {"id": 1, "disabled_at": None, **body}
    (listed,) = (await wire.get(WEBHOOKS)).json()
    del webhook["secret"], listed["created_at"]
    assert listed == webhook


async def test_a_webhook_without_a_secret_gets_one(wire: httpx2.AsyncClient) -> None:
    """Random, 256 bits, in the Standard Webhooks format, shown once; the default types are all."""
    answers = [(await wire.post(WEBHOOKS, json={"url": HOOK} | more)).json() for more in ({}, {"secret": None})]
    one, two = [answer["webhook"]["secret"] for answer in answers]
    assert one != two
    assert one.startswith("whsec_")
    assert len(one) == len("whsec_") + 44
    assert [answer["webhook"]["types"] for answer in answers] == [[], []]
    assert "secret" not in (await wire.get(WEBHOOKS)).text


async def test_a_registration_with_an_idempotency_key_is_done_once(wire: httpx2.AsyncClient) -> None:
    """A repetition returns the same webhook with the same secret."""
    answers = [await wire.post(WEBHOOKS, json={"url": HOOK}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len((await wire.get(WEBHOOKS)).json()) == 1


async def test_a_webhook_is_removed(wire: httpx2.AsyncClient) -> None:
    """Once; after that it is 404 like an unknown one, and its number is not reused."""
    await wire.post(WEBHOOKS, json={"url": HOOK})
    await wire.post(WEBHOOKS, json={"url": HOOK})
    assert (await wire.delete(f"{WEBHOOKS}/2")).json() == {"status": "OK"}
    for number in ("2", "0", "-1", "x", "1.0", "9" * 30, "9" * 5000, "%2B1", "1%00", "\u0661\u0661", "%20"):
        answer = await wire.delete(f"{WEBHOOKS}/{number}")
        assert (answer.status_code, answer.json()["message"]) == (404, "There is no webhook of this number")
    assert (await wire.post(WEBHOOKS, json={"url": HOOK})).json()["webhook"]["id"] == 3
    assert [webhook["id"] for webhook in (await wire.get(WEBHOOKS)).json()] == [1, 3]


async def test_another_account_s_webhooks_are_not_found(service: Service, wire: httpx2.AsyncClient) -> None:
    """They are neither listed nor removed, and get no events of other accounts."""
    async with receiving() as receiver, service.wire(await service.new_account("other")) as other:
        await other.post(WEBHOOKS, json={"url": f"http://127.0.0.1:{receiver.port}/"})
        assert (await wire.get(WEBHOOKS)).json() == []
        assert (await wire.delete(f"{WEBHOOKS}/1")).status_code == 404
        await wire.post(CONTACTS, json={"number": PHONE})
        assert await service.relay.turn() == 0
        await other.post(CONTACTS, json={"number": PHONE})
        assert await service.relay.turn() == 1
        assert len(receiver.requests) == 1
        assert len((await other.get(WEBHOOKS)).json()) == 1


@pytest.mark.parametrize(
    ("body", "field", "fix"),
    [
        ({}, "url", "is required"),
        ({"url": " "}, "url", "is required"),
        ({"url": None}, "url", "is required"),
        ({"url": 5}, "url", "must be a string"),
        ({"url": "http://127.0.0.1/\0"}, "url", "NUL"),
        ({"url": "http://127.0.0.1/" + "x" * MAX_URL}, "url", f"at most {MAX_URL} characters"),
        ({"url": "ftp://127.0.0.1/"}, "url", "begin with http:// or https://"),
        ({"url": "127.0.0.1/hook"}, "url", "begin with http:// or https://"),
        ({"url": "http://user:pass@127.0.0.1/"}, "url", "leave it out"),
        ({"url": "http://127.0.0.1/#x"}, "url", "leave it out"),
        ({"url": "http://127.0.0.1/a b"}, "url", "%XX"),
        ({"url": "http://127.0.0.1:99999/"}, "url", "port"),
        ({"url": HOOK, "types": ["contact.create"]}, "types", "did you mean 'contact.created'?"),
        ({"url": HOOK, "types": ["CONTACT_CREATED"]}, "types", "did you mean 'contact"),
        ({"url": HOOK, "types": ["call_log"]}, "types", "there are "),
        ({"url": HOOK, "types": ["\0"]}, "types", "NUL"),
        ({"url": HOOK, "types": "receive"}, "types", "must be an array"),
        ({"url": HOOK, "types": [1]}, "types[0]", "must be a string"),
        ({"url": HOOK, "types": ["receive"] * 101}, "types", "at most 100 items"),
        ({"url": HOOK, "secret": " ends"}, "secret", "printable ASCII without spaces at either end"),
        ({"url": HOOK, "secret": ""}, "secret", "must not be empty: leave it out"),
        ({"url": HOOK, "secret": "x" * 15}, "secret", "at least 16 characters, because"),
        ({"url": HOOK, "secret": "line\n"}, "secret", "printable ASCII without spaces at either end"),
        ({"url": HOOK, "secret": "sch\u00f6n"}, "secret", "printable ASCII without spaces at either end"),
        ({"url": HOOK, "secret": "x" * (MAX_SECRET + 1)}, "secret", f"at most {MAX_SECRET} characters"),
        ({"url": HOOK, "type": ["receive"]}, "type", "did you mean types?"),
    ],
)
async def test_an_invalid_registration_is_refused(
    wire: httpx2.AsyncClient, body: dict[str, Any], field: str, fix: str
) -> None:
    """400 with the field and the fix, and nothing is registered."""
    answer = await wire.post(WEBHOOKS, json=body)
    assert (answer.status_code, answer.json()["status"]) == (400, "ERROR")
    (error,) = answer.json()["errors"]
    assert (error["field"], fix in error["message"]) == (field, True), error
    assert (await wire.get(WEBHOOKS)).json() == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "[fe80::1]",
        "[fd00::1]",
        "224.0.0.1",
        "2130706433",
        "0x7f.1",
        "127.1",
    ],
)
async def test_a_private_target_is_refused(host: str) -> None:
    """400 with the reason, in any notation, unless its network is allowed."""
    async with running_service(allowed="192.0.2.0/24") as service, service.wire() as wire:
        for scheme in ("http", "https"):
            answer = await wire.post(WEBHOOKS, json={"url": f"{scheme}://{host}:8080/hook"})
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["field"] == "url"
        assert (await wire.get(WEBHOOKS)).json() == []
        assert (await wire.post(WEBHOOKS, json={"url": "http://192.0.2.7/hook"})).status_code == 200


async def test_the_number_of_webhooks_is_limited(wire: httpx2.AsyncClient) -> None:
    """Beyond it 400 names the limit, also for concurrent requests; a removal makes room."""
    answers = await asyncio.gather(*[wire.post(WEBHOOKS, json={"url": HOOK}) for _ in range(MAX_WEBHOOKS + 10)])
    made, *_ = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {(answer.status_code, f"at most {MAX_WEBHOOKS}" in answer.json()["message"]) for answer in refused} == {
        (400, True)
    }
    assert len((await wire.get(WEBHOOKS)).json()) == MAX_WEBHOOKS
    await wire.delete(f"{WEBHOOKS}/{made.json()['webhook']['id']}")
    assert (await wire.post(WEBHOOKS, json={"url": HOOK})).status_code == 200


async def test_only_subscribed_events_are_enqueued(service: Service, wire: httpx2.AsyncClient) -> None:
    """None without webhooks or for other types; a new webhook gets only later events."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(WEBHOOKS, json={"url": HOOK, "types": ["message.received"]})
    await wire.put(f"{CONTACTS}/{PHONE}", json={"last_name": "x"})
    assert (await wire.get("/health/ready")).json()["outbox"] == {"waiting": 0, "oldest_seconds": 0.0, "dead": 0}
    assert await service.relay.turn() == 0
