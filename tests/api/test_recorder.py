"""Recording a session of our client with our own service, and comparing the recording with numberkeep."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio import to_thread

from numberkeep.domain.identity import KeyPair
from numberkeep.recording.drift.difference import Difference, Outcome
from numberkeep.recording.drift.sending import drift_in_memory
from numberkeep.recording.file import read
from sendblue_api import APIStatusError, AsyncSendblueAPI
from support.api import FIRST, Service, running_service
from support.recording import client_through, edited, exchanges_of, recording, text_and_mode, upstream_of, wire_through

ADA, BOB, EVE = "+14158675309", "+442079460958", "+13125558412"
PAIR = {"sb-api-key-id": FIRST.key_id, "sb-api-secret-key": FIRST.secret}
PLANTED = (
    *("Adalbertine", "Lovelacesson", "Analytical Engines", "adalbertine@corp.test", "vip-customer", "goldplanet"),
    *("Bobwinston", "likes tea at noon", "Zzyzxian"),
    *(number.removeprefix("+") for number in (ADA, BOB, EVE, "+14158675300")),
    *("867-5309", "7946 0958", "867 5300"),
    *(FIRST.key_id, FIRST.secret, "wrong-secret-of-somebody"),
)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """Return the service over an empty store in memory."""
    async with running_service() as running:
        yield running


async def nine_operations(client: AsyncSendblueAPI) -> None:
    """Call each operation of the specification."""
    created = await client.contacts.create(
        number="(415) 867-5309",
        assigned_to_email="adalbertine@corp.test",
        company_name="Analytical Engines",
        custom_variables={"goldplanet": "likes tea at noon"},
        first_name="Adalbertine",
        last_name="Lovelacesson",
        sendblue_number="+1 415 867 5300",
        tags=["vip-customer"],
    )
    await client.contacts.update("+1 415-867-5309", first_name="Zzyzxian", custom_variables={"goldplanet": ""})
    await client.contacts.retrieve(ADA)
    await client.contacts.bulk.create(
        contacts=[{"phone": "+44 20 7946 0958", "first_name": "Bobwinston"}, {"phone": EVE}]
    )
    await client.contacts.verify(number=ADA)
    assert await client.contacts.count() is not None
    assert len(await client.contacts.list(limit=2, order_by="created_at", order_direction="asc")) == 2
    assert len(await client.contacts.list(cid=created.contact.contact_id or "")) == 1
    await client.contacts.delete(EVE)
    await client.contacts.bulk.delete(contact_ids=[BOB, "+13125550199"])
    await client.contacts.list()


async def plain_errors(transport: httpx2.AsyncBaseTransport, client: AsyncSendblueAPI) -> None:
    """Get each error that a program gets in its life."""
    for call in (
        client.contacts.create(number=ADA),  # exists
        client.contacts.create(number="867 5300"),  # no number
        client.contacts.retrieve(BOB),
        client.contacts.delete("+1 312 555 8412"),
        client.contacts.verify(number=ADA),  # too soon
        client.contacts.list(order_by="Zzyzxian"),
    ):
        with pytest.raises(APIStatusError):
            await call
    async with client_through(transport, KeyPair(FIRST.key_id, "wrong-secret-of-somebody")) as stranger:
        with pytest.raises(APIStatusError):
            await stranger.contacts.count()
    async with wire_through(transport, {}) as nobody:
        assert (await nobody.get("/api/v2/contacts")).status_code == 403
        assert (await nobody.get("/api/v2/nowhere/Zzyzxian")).status_code == 404
    async with wire_through(transport, PAIR) as wire:
        body = {"Zzyzxian": ADA, "frist_name": "Adalbertine"}
        assert (await wire.post("/api/v2/contacts", json=body)).status_code == 400
        assert (await wire.post("/api/v2/contacts", json={})).status_code == 400
        assert (await wire.patch("/api/v2/contacts")).status_code == 405
        assert (await wire.post("/api/v2/contacts", content=b'{"first_name": "Adalbertine"')).status_code == 400
        keyed = {"idempotency-key": "Zzyzxian-1"}
        for _ in range(2):
            again = await wire.post("/api/v2/contacts", json={"number": BOB}, headers=keyed)
            assert again.status_code == 200
        page = await wire.get("/api/v2/contacts", params={"limit": "1"})
        second = await wire.get(page.links["next"]["url"])
        assert second.json()[0]["contact_id"] != page.json()[0]["contact_id"]
        since = {"created_at_gte": page.json()[0]["created_at"]}
        assert len((await wire.get("/api/v2/contacts", params=since)).json()) == 1


async def other_operations(wire: httpx2.AsyncClient) -> None:
    """Use what the hosted service has beside contacts."""
    assert (await wire.post("/api/v2/contacts/opt-out", json={"number": ADA})).status_code == 200
    assert (await wire.get(f"/api/v2/contacts/{ADA}")).json()["contact"]["opt_out"] is True
    hooks = "/api/account/webhooks"
    hook = {"url": "http://127.0.0.1:9/Zzyzxian", "secret": "vip-customer-secret"}
    assert (await wire.post(hooks, json={"webhooks": [hook], "type": "receive"})).status_code == 200
    assert len((await wire.get(hooks)).json()["webhooks"]["receive"]) == 1
    assert (await wire.request("DELETE", hooks, json={"webhooks": [hook["url"]]})).status_code == 200


@pytest.fixture
async def recorded(service: Service, tmp_path: Path) -> Path:
    """Return the recording of a session."""
    path = tmp_path / "recording.jsonl"
    async with (
        recording(upstream_of(service.application), path) as transport,
        client_through(transport, FIRST) as client,
    ):
        await nine_operations(client)
        await plain_errors(transport, client)
        async with wire_through(transport, PAIR) as wire:
            await other_operations(wire)
    return path


async def drift_of(path: Path) -> list[Outcome]:
    """Return what comes of a recording, in a thread: it has an event loop of its own."""
    return await to_thread.run_sync(lambda: [each for one in read(path) for each in drift_in_memory(one)])


async def differences_of(path: Path) -> list[tuple[int, Difference]]:
    """Return the differences, each with its line."""
    return [(each.line, difference) for each in await drift_of(path) for difference in each.differences]


async def test_nothing_that_was_said_is_in_the_file(recorded: Path) -> None:
    """No number in any form, no name, no text, no secret, no id and no request id; and only its user can read it."""
    text, mode = text_and_mode(recorded)
    for planted in PLANTED:
        assert planted.lower() not in text.lower(), planted
    assert "request_id" not in text
    assert "x-request-id" not in text
    assert mode == 0o600


async def test_a_number_is_the_same_fictitious_one_everywhere(recorded: Path) -> None:
    """However it was written, in bodies and paths; and it is written in the same form."""
    exchanges = exchanges_of(recorded)
    created, updated, retrieved = (exchange["request"] for exchange in exchanges[:3])
    phone = exchanges[0]["answer"]["body"]["contact"]["phone"]
    area, local = phone[2:5], phone[8:]
    assert created["body"]["number"] == f"({area}) 555-{local}"
    assert updated["target"].endswith((f"/%2B1%20{area}-555-{local}", f"/+1%20{area}-555-{local}"))
    assert retrieved["target"].replace("%2B", "+").endswith(f"/{phone}")
    assert exchanges[2]["answer"]["body"]["contact"]["phone"] == phone


async def test_our_own_service_has_no_drift(recorded: Path) -> None:
    """Every exchange but the one whose body is no JSON is repeated, and nothing is left to judge."""
    outcomes = await drift_of(recorded)
    assert [each for each in outcomes if each.differences or each.unsettled] == []
    assert [each.skipped for each in outcomes if each.skipped] == [
        "the body of the request is not recorded: it is not JSON"
    ]
    assert {row for each in outcomes for row, _ in each.documented} == {"`errors`, `request_id`"}


async def test_doctored_answers_are_exactly_the_differences(recorded: Path) -> None:
    """Each kind of difference, at its place."""

    def contact(change: dict[str, Any]) -> Any:
        return lambda exchange: exchange["answer"]["body"]["contact"].update(change)

    phone = exchanges_of(recorded)[0]["answer"]["body"]["contact"]["phone"]
    edited(recorded, 2, contact({"first_name": "Other"}))
    edited(recorded, 3, contact({"tags": "vip"}))
    edited(recorded, 4, lambda exchange: exchange["answer"]["body"]["contact"].pop("opt_out"))
    edited(recorded, 6, lambda exchange: exchange["answer"].update(status=404))
    edited(recorded, 7, lambda exchange: exchange["answer"]["body"].update(count=1, total=1))
    edited(recorded, 8, lambda exchange: exchange["answer"]["body"].reverse())
    edited(recorded, 9, lambda exchange: exchange["answer"]["body"][0].update(contact_id="0" * 16))
    edited(recorded, 13, lambda exchange: exchange["answer"]["body"].update(message="Contact already there"))
    edited(recorded, 15, lambda exchange: exchange["answer"]["headers"].update({"retry-after": "9"}))
    found = [(line, each.what.value, each.where) for line, each in await differences_of(recorded)]
    assert found == [
        (2, "value", "body.contact.first_name"),
        (3, "type", "body.contact.tags"),
        (4, "extra", "body.contact.opt_out"),
        (6, "status", "status"),
        (7, "value", "body.count"),
        (7, "missing", "body.total"),
        (8, "order", "body"),
        (9, "identity", f"body[{phone}].contact_id"),
        (13, "value", "body.message"),
        (15, "missing", "headers.retry-after"),
    ]
