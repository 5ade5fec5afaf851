"""The hosted service's route for webhooks: `/api/account/webhooks`."""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from numberkeep.domain.limits import MAX_URL, MAX_WEBHOOKS
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import keys
from numberkeep.store.queries import GetBacklog, ListWebhooks
from support.api import CONTACTS, Service
from support.receiver import receiving

PHONE = "+14155552671"
HOSTED = "/api/account/webhooks"
OURS = "/_numberkeep/webhooks"
ONE, TWO, THREE = [f"http://127.0.0.1:9/{name}" for name in ("one", "two", "three")]
NONE: dict[str, list[str]] = {"receive": [], "outbound": [], "contact_created": []}


async def remove(wire: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    """Send a DELETE with a body, for which httpx has no method."""
    return await wire.request("DELETE", HOSTED, json=body)


async def stored(service: Service) -> Sequence[Webhook]:
    """Return the first account's webhooks, with their secrets."""
    [key] = await keys.list_all(service.context)
    return await service.context.store.read(ListWebhooks(key.account.account_id))


async def secrets_of(service: Service) -> dict[str, str]:
    """Return the stored secret of each URL."""
    return {each.url: each.secret for each in await stored(service)}


async def test_webhooks_are_added_and_listed(wire: httpx2.AsyncClient) -> None:
    """As URLs alone or with secrets, under `receive` by default; no response contains a secret."""
    answer = await wire.post(HOSTED, json={"webhooks": [ONE, {"url": TWO, "secret": "x" * 16}]})
    there = NONE | {"receive": [ONE, TWO]}
    assert answer.json() == {"webhooks": there, "message": "Webhooks added successfully", "status": "OK"}
    answer = await wire.post(HOSTED, json={"webhooks": [ONE], "type": "contact_created", "globalSecret": "x" * 16})
    there |= {"contact_created": [ONE]}
    assert answer.json()["webhooks"] == there
    assert (await wire.get(HOSTED)).json() == {"webhooks": there, "status": "OK"}
    assert [(each["url"], each["types"]) for each in (await wire.get(OURS)).json()] == [
        (ONE, ["receive"]),
        (TWO, ["receive"]),
        (ONE, ["contact_created"]),
    ]


async def test_events_are_signed_with_the_webhook_s_secret(service: Service, wire: httpx2.AsyncClient) -> None:
    """`globalSecret` is for webhooks without their own; without either, events are unsigned."""
    async with receiving() as receiver:
        url = f"http://127.0.0.1:{receiver.port}/"
        body = {"webhooks": [f"{url}a", {"url": f"{url}b", "secret": "own"}], "type": "contact_created"}
        await wire.post(HOSTED, json=body | {"globalSecret": "all"})
        await wire.post(HOSTED, json={"webhooks": [f"{url}c"], "type": "contact_created"})
        await wire.post(HOSTED, json={"webhooks": [f"{url}d"], "type": "receive"})
        await wire.post(CONTACTS, json={"number": PHONE})
        await service.relay.turn()
        got = {each.line.split()[1]: each.headers.get("sb-signing-secret") for each in receiver.requests}
        assert got == {"/a": "all", "/b": "own", "/c": None}


async def test_a_short_secret_is_warned_about(service: Service, wire: httpx2.AsyncClient) -> None:
    """The hosted service accepts one, so it is stored; the message says which webhook has it."""
    warning = ". The secret of {} has fewer than 16 characters, so it can be guessed: use a longer one."
    answer = await wire.post(HOSTED, json={"webhooks": [ONE, {"url": TWO, "secret": "x" * 15}]})
    assert answer.json()["message"] == "Webhooks added successfully" + warning.format("webhooks[1]")
    assert (await secrets_of(service))[TWO] == "x" * 15
    answer = await wire.put(HOSTED, json={"webhooks": {"receive": [TWO], "globalSecret": "short"}})
    assert answer.json()["message"] == "Webhooks updated successfully" + warning.format("webhooks.receive[0]")
    assert await secrets_of(service) == {TWO: "short"}
    answer = await wire.put(HOSTED, json={"webhooks": {"receive": [TWO]}})
    assert answer.json()["message"] == "Webhooks updated successfully"


async def test_adding_an_existing_url_updates_it(service: Service, wire: httpx2.AsyncClient) -> None:
    """A given secret replaces the old one, which is otherwise kept."""
    for item, secret in (
        ({"url": ONE, "secret": "a"}, "a"),
        (ONE, "a"),
        ({"url": ONE, "secret": "b"}, "b"),
    ):
        answer = await wire.post(HOSTED, json={"webhooks": [item, item]})
        assert answer.json()["webhooks"] == NONE | {"receive": [ONE]}
        assert await secrets_of(service) == {ONE: secret}


async def test_all_are_replaced(service: Service, wire: httpx2.AsyncClient) -> None:
    """Webhooks that remain keep their pending deliveries; those without a hosted name are unchanged."""
    await wire.post(OURS, json={"url": THREE, "types": ["contact.deleted"], "secret": "of-sixteen-chars"})
    await wire.post(
        OURS,
        json={"url": ONE, "types": ["receive", "contact.deleted", "contact_created"], "secret": "of-sixteen-chars"},
    )
    await wire.post(HOSTED, json={"webhooks": [TWO], "type": "outbound"})
    await wire.post(CONTACTS, json={"number": PHONE})
    lists = {"receive": [TWO], "contact_created": [ONE], "call_log": [], "line_blocked": None}
    answer = await wire.put(HOSTED, json={"webhooks": lists})
    there = NONE | {"receive": [TWO], "contact_created": [ONE]}
    assert answer.json() == {"webhooks": there, "message": "Webhooks updated successfully", "status": "OK"}
    assert [(each["id"], each["url"], each["types"]) for each in (await wire.get(OURS)).json()] == [
        (1, THREE, ["contact.deleted"]),
        (2, ONE, ["contact.deleted", "contact_created"]),
        (4, TWO, ["receive"]),
    ]
    assert (await service.context.store.read(GetBacklog())).waiting == 1
    assert (await secrets_of(service))[ONE] == "of-sixteen-chars"
    assert (await wire.put(HOSTED, json={"webhooks": {}})).json()["webhooks"] == NONE
    assert [each["types"] for each in (await wire.get(OURS)).json()] == [["contact.deleted"]] * 2


async def test_a_listing_can_be_sent_back(service: Service, wire: httpx2.AsyncClient) -> None:
    """Replacing webhooks by their own listing changes nothing, including secrets."""
    await wire.post(HOSTED, json={"webhooks": [{"url": ONE, "secret": "a"}, TWO]})
    there = (await wire.get(HOSTED)).json()["webhooks"]
    before = await stored(service)
    assert (await wire.put(HOSTED, json={"webhooks": there})).json()["webhooks"] == there
    assert await stored(service) == before


async def test_webhooks_are_removed_by_url(wire: httpx2.AsyncClient) -> None:
    """Under one name or, without a type, under all; a missing one is not an error."""
    for type_ in NONE:
        await wire.post(HOSTED, json={"webhooks": [ONE, TWO], "type": type_})
    answer = await remove(wire, webhooks=[ONE, THREE], type="outbound")
    assert answer.json() == {"message": "Webhooks deleted successfully", "status": "OK"}
    assert (await wire.get(HOSTED)).json()["webhooks"] == {key: [ONE, TWO] for key in NONE} | {"outbound": [TWO]}
    await remove(wire, webhooks=[TWO])
    assert (await wire.get(HOSTED)).json()["webhooks"] == {key: [ONE] for key in NONE} | {"outbound": []}
    await remove(wire, webhooks=[ONE])
    assert (await wire.get(OURS)).json() == []


async def test_a_webhook_for_all_events_has_no_hosted_name(wire: httpx2.AsyncClient) -> None:
    """It is neither listed, nor replaced, nor removed here."""
    await wire.post(OURS, json={"url": ONE})
    assert (await wire.get(HOSTED)).json()["webhooks"] == NONE
    await remove(wire, webhooks=[ONE])
    await wire.put(HOSTED, json={"webhooks": {}})
    assert len((await wire.get(OURS)).json()) == 1


async def test_an_addition_with_an_idempotency_key_is_done_once(wire: httpx2.AsyncClient) -> None:
    """A repetition returns the first response, whatever changed since."""
    body, headers = {"webhooks": [ONE]}, {"Idempotency-Key": "k"}
    first = await wire.post(HOSTED, json=body, headers=headers)
    await remove(wire, webhooks=[ONE])
    again = await wire.post(HOSTED, json=body, headers=headers)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert (await wire.get(HOSTED)).json()["webhooks"] == NONE


async def test_another_account_s_webhooks_are_not_found(service: Service, wire: httpx2.AsyncClient) -> None:
    """They are neither listed, nor replaced, nor removed."""
    async with service.wire(await service.new_account("other")) as other:
        await other.post(HOSTED, json={"webhooks": [ONE]})
        assert (await wire.get(HOSTED)).json()["webhooks"] == NONE
        await wire.put(HOSTED, json={"webhooks": {}})
        await remove(wire, webhooks=[ONE])
        assert (await other.get(HOSTED)).json()["webhooks"] == NONE | {"receive": [ONE]}


@pytest.mark.parametrize(
    ("method", "body", "field", "fix"),
    [
        ("POST", {}, "webhooks", "is required"),
        ("POST", {"webhooks": []}, "webhooks", "is required"),
        ("POST", {"webhooks": ONE}, "webhooks", "must be an array or null, not a string"),
        ("POST", {"webhooks": [1]}, "webhooks[0]", "must be a string or an object, not a whole number"),
        ("POST", {"webhooks": [ONE, {}]}, "webhooks[1]", "must have url"),
        ("POST", {"webhooks": [ONE, {"url": 1}]}, "webhooks[1].url", "must be a string, not a whole number"),
        ("POST", {"webhooks": [{"url": ONE, "sendblue_numbers": []}]}, "webhooks[0]", "has sendblue_numbers, which is"),
        ("POST", {"webhooks": [{"url": ONE, "secret": "a b "}]}, "webhooks[0].secret", "printable ASCII"),
        ("POST", {"webhooks": [{"url": ONE, "secret": ""}]}, "webhooks[0].secret", "must not be empty"),
        (
            "PUT",
            {"webhooks": {"receive": [ONE], "globalSecret": ""}},
            "webhooks.receive[0].secret",
            "must not be empty",
        ),
        ("POST", {"webhooks": [ONE, "ftp://example.com/"]}, "webhooks[1].url", "http"),
        ("POST", {"webhooks": [ONE, "http://10.0.0.1/"]}, "webhooks[1].url", "NUMBERKEEP_ALLOWED_NETWORKS"),
        ("POST", {"webhooks": [ONE + "a" * MAX_URL]}, "webhooks[0]", f"at most {MAX_URL} characters"),
        ("POST", {"webhooks": [ONE], "type": "call_log"}, "type", "must be one of receive, outbound, contact_created"),
        ("POST", {"webhooks": [ONE], "global_secret": "a"}, "global_secret", "did you mean globalSecret?"),
        ("PUT", {}, "webhooks", "is required"),
        ("PUT", {"webhooks": [ONE]}, "webhooks", "must be an object or null, not an array"),
        ("PUT", {"webhooks": {"recieve": [ONE]}}, "webhooks", "has recieve, which is not a field of the API"),
        ("PUT", {"webhooks": {"call_log": [ONE]}}, "webhooks.call_log", "must be empty, or left out"),
        ("PUT", {"webhooks": {"receive": [ONE, "x"]}}, "webhooks.receive[1].url", "http"),
        ("PUT", {"webhooks": {"receive": [ONE, {"url": 1}]}}, "webhooks.receive[1].url", "must be a string"),
        ("DELETE", {"webhooks": []}, "webhooks", "is required"),
        ("DELETE", {"webhooks": [ONE], "type": "x"}, "type", "must be one of receive, outbound, contact_created"),
    ],
)
async def test_an_invalid_request_is_refused(
    wire: httpx2.AsyncClient, method: str, body: Any, field: str, fix: str
) -> None:
    """400 with the place and the fix, and nothing is changed."""
    await wire.post(HOSTED, json={"webhooks": [ONE]})
    answer = await wire.request(method, HOSTED, json=body)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert fix in fault["message"]
    assert (await wire.get(HOSTED)).json()["webhooks"] == NONE | {"receive": [ONE]}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_the_number_of_webhooks_is_limited(wire: httpx2.AsyncClient, method: str) -> None:
    """Beyond MAX_WEBHOOKS, including those of our own route, the whole request is refused."""
    await wire.post(OURS, json={"url": THREE})
    urls = [f"{ONE}/{number}" for number in range(MAX_WEBHOOKS)]
    for body in ({"receive": urls}, {"receive": urls[:10], "outbound": urls[:11]}):
        given = {"webhooks": body} if method == "PUT" else {"webhooks": urls}
        answer = await wire.request(method, HOSTED, json=given)
        assert (answer.status_code, "at most 20 webhooks" in answer.json()["message"]) == (400, True)
        assert (await wire.get(HOSTED)).json()["webhooks"] == NONE
    fits = urls[:-1]
    assert (await wire.put(HOSTED, json={"webhooks": {"receive": fits}})).json()["webhooks"]["receive"] == fits
