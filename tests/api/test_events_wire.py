"""GET /api/v2/events: which events are sent, in which order, and where a listener starts."""

import asyncio
import json
from typing import Any

import httpx2
import pytest

from support.api import CONTACTS, FIRST, Service
from support.inbound import INBOUND
from support.stream import EVENTS, Heard, listening

PHONE = "+14155552671"
OTHER = "+14155550002"


async def first_events(service: Service, count: int, query: str = "after=0", **headers: str) -> list[Heard]:
    """Return the first events of a new listener."""
    async with listening(
        service.application, FIRST, query, {name.replace("_", "-"): value for name, value in headers.items()}
    ) as listener:
        return await listener.events(count)


async def cause_every_event(service: Service, wire: httpx2.AsyncClient) -> list[str]:
    """Cause every type of event; return the types."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "Ada"})
    await wire.put(f"{CONTACTS}/{PHONE}", json={"last_name": "Lovelace"})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    await service.relay.turn()
    await wire.post(INBOUND, json={"from": PHONE, "content": "yes", "handle": "h"})
    await wire.post(INBOUND, json={"from": OTHER, "content": "Stop"})
    await wire.post(f"{CONTACTS}/opt-out", json={"number": OTHER, "opted_out": False})
    await wire.delete(f"{CONTACTS}/{PHONE}")
    await wire.post(CONTACTS, json={"number": OTHER})
    await wire.post(f"{CONTACTS}/verify", json={"number": OTHER})
    await wire.delete(f"{CONTACTS}/{OTHER}")
    return [
        "contact.created",
        "contact.updated",
        "verification.requested",
        "message.created",
        "message.updated",
        "message.received",
        "verification.approved",
        "contact.updated",
        "message.received",
        "consent.opted_out",
        "consent.opted_in",
        "contact.deleted",
        "contact.created",
        "verification.requested",
        "message.created",
        "verification.canceled",
        "message.updated",
        "contact.deleted",
    ]


async def test_every_change_is_sent_in_order(service: Service, wire: httpx2.AsyncClient) -> None:
    """One event for each change, numbered without gaps; the frame repeats the envelope's id and type."""
    types = await cause_every_event(service, wire)
    events = await first_events(service, len(types))
    assert [event.type for event in events] == types
    assert [event.id for event in events] == [str(n) for n in range(1, len(types) + 1)]
    for event in events:
        assert set(event.data) == {"id", "type", "version", "occurred_at", "actor", "cause", "data"}
        assert (event.data["id"], event.data["type"], event.data["version"]) == (event.id, event.type, 1)
        assert event.data["occurred_at"].endswith("Z")


async def test_the_data_of_each_type(service: Service, wire: httpx2.AsyncClient) -> None:
    """Contacts and messages are encoded as in other operations; a deletion has the old contact."""
    await cause_every_event(service, wire)
    first: dict[str, Any] = {}
    for event in reversed(await first_events(service, 18)):
        first[event.type] = event.data["data"]
    assert first["contact.created"]["contact"]["phone"] == PHONE
    assert first["contact.created"]["contact"]["first_name"] == "Ada"
    assert first["contact.created"]["contact"]["firstName"] == "Ada"
    assert first["contact.updated"]["contact"]["last_name"] == "Lovelace"
    assert first["contact.deleted"]["contact"]["verified"] is True
    assert set(first["verification.requested"]) == {"number", "requested_at", "expires_at"}
    assert first["verification.requested"] == first["verification.approved"]
    assert first["verification.canceled"]["number"] == OTHER
    messages = {message["id"]: message for message in (await wire.get("/_numberkeep/messages")).json()}
    assert first["message.updated"]["message"] == messages["1"]
    assert first["message.created"]["message"] == messages["1"] | {"status": "queued"}
    assert first["message.received"]["message"] == messages["2"]
    opted = {"number": OTHER, "opted_out": True, "source": "message", "wording": "Stop", "entry": 1}
    assert first["consent.opted_out"] == opted
    assert first["consent.opted_in"] == opted | {"opted_out": False, "source": "api", "wording": "", "entry": 2}


async def test_the_response_is_an_event_stream(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither cached nor buffered; it begins with the reconnection time and the start position."""
    await wire.post(CONTACTS, json={"number": PHONE})
    async with listening(service.application, FIRST, headers={"x-request-id": "mine"}) as listener:
        assert listener.status == 200
        assert listener.headers == {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
            "x-request-id": "mine",
        }
        assert await listener.part() == b"retry: 1000\nid: 1\n\n"


async def test_a_frame_is_three_lines(service: Service, wire: httpx2.AsyncClient) -> None:
    """Whatever a text contains, even line breaks, its event is one line of data."""
    await wire.post(INBOUND, json={"from": PHONE, "content": "a\n\nid: 7\rdata: \u2028\U0001f600"})
    async with listening(service.application, FIRST, "after=0") as listener:
        await listener.part()
        frame = await listener.part()
    lines = frame.decode().split("\n")
    assert [line.partition(": ")[0] for line in lines] == ["id", "event", "data", "", ""]
    assert json.loads(lines[2][6:])["data"]["message"]["content"] == "a\n\nid: 7\rdata: \u2028\U0001f600"
    assert b"\r" not in frame


async def test_the_start_position_of_a_listener(service: Service, wire: httpx2.AsyncClient) -> None:
    """After Last-Event-ID, else after `after`, else at the end; a nonempty header takes precedence."""
    for n in range(4):
        await wire.post(CONTACTS, json={"number": f"+1415555000{n}"})
    assert [event.id for event in await first_events(service, 2, "after=2")] == ["3", "4"]
    assert [event.id for event in await first_events(service, 4)] == ["1", "2", "3", "4"]
    assert [event.id for event in await first_events(service, 1, "after=0", last_event_id="3")] == ["4"]
    assert [event.id for event in await first_events(service, 4, "", last_event_id="0")] == ["1", "2", "3", "4"]
    assert [event.id for event in await first_events(service, 1, "after=3", last_event_id="")] == ["4"]
    async with listening(service.application, FIRST) as listener:
        assert await listener.part() == b"retry: 1000\nid: 4\n\n"
        await wire.post(CONTACTS, json={"number": "+14155560000"})
        assert [event.id for event in await listener.events(1)] == ["5"]


@pytest.mark.parametrize(("query", "headers"), [("after=99", {}), ("after=0", {"last-event-id": "9" * 18})])
async def test_a_position_in_the_future_is_410(service: Service, query: str, headers: dict[str, str]) -> None:
    """It belongs to another log, or to this one before a restore: continuing would skip events."""
    async with listening(service.application, FIRST, query, headers) as listener:
        message = (await listener.body())["message"]
    expected = "The log ends with event 0, so it is not the one that you followed: begin after 0"
    assert (listener.status, message) == (410, expected)


async def test_a_reconnect_misses_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """With the last id, events of the meantime arrive once; also before the first event."""
    async with listening(service.application, FIRST) as listener:
        begun = (await listener.part()).decode().split("id: ")[1].strip()
    await wire.post(CONTACTS, json={"number": PHONE})
    async with listening(service.application, FIRST, headers={"last-event-id": begun}) as listener:
        (first,) = await listener.events(1)
    await wire.delete(f"{CONTACTS}/{PHONE}")
    (second,) = await first_events(service, 1, "", last_event_id=first.id)
    assert (first.type, second.type) == ("contact.created", "contact.deleted")


async def test_types_are_filtered(service: Service, wire: httpx2.AsyncClient) -> None:
    """Several types are accepted, hosted names expand to theirs, and ids stay those of the log."""
    await cause_every_event(service, wire)
    some = await first_events(service, 4, "after=0&type=contact.created&type=consent.opted_out&type=receive")
    assert [(event.id, event.type) for event in some] == [
        ("1", "contact.created"),
        ("6", "message.received"),
        ("9", "message.received"),
        ("10", "consent.opted_out"),
    ]


@pytest.mark.parametrize(
    ("query", "headers", "field", "fix"),
    [
        ("type=contact.creatd", {}, "type", "did you mean 'contact.created'?"),
        ("type=contact.created&type=", {}, "type", "there are contact.created"),
        ("after=-1", {}, "after", "at least 0"),
        ("after=x", {}, "after", "must be a whole number"),
        ("after=1000000000000000000", {}, "after", "must be"),
        ("since=1", {}, "since", "is not a field of the API"),
        ("", {"last-event-id": "x"}, "Last-Event-ID", "leave it out"),
        ("", {"last-event-id": "-1"}, "Last-Event-ID", "leave it out"),
        ("", {"last-event-id": "\u00b2"}, "Last-Event-ID", "leave it out"),
        ("", {"last-event-id": "9" * 19}, "Last-Event-ID", "leave it out"),
    ],
)
async def test_an_invalid_request_is_refused_before_the_stream(
    service: Service, query: str, headers: dict[str, str], field: str, fix: str
) -> None:
    """400 in the common shape, with the parameter or header and the fix."""
    async with listening(service.application, FIRST, query, headers) as listener:
        body = await listener.body()
    assert (listener.status, listener.headers["content-type"]) == (400, "application/json")
    assert body["status"] == "ERROR"
    assert body["errors"][0]["field"] == field
    assert fix in body["errors"][0]["message"]


async def test_a_position_before_the_retained_log_is_410(service: Service, wire: httpx2.AsyncClient) -> None:
    """The error has the earliest valid position, which is accepted."""
    rows = [{"phone": f"+1415600{n:04d}"} for n in range(300)]
    await wire.post(f"{CONTACTS}/bulk", json={"contacts": rows})
    service.clock.pass_seconds(31 * 24 * 3600)
    await wire.request("DELETE", CONTACTS, json={"contact_ids": [row["phone"] for row in rows]})
    await service.relay.turn()
    for query, headers in (("after=7", {}), ("after=299", {"last-event-id": "0"})):
        async with listening(service.application, FIRST, query, headers) as listener:
            message = (await listener.body())["message"]
        assert (listener.status, message) == (
            410,
            "Events up to 300 are no longer retained: begin after 300",
        )
    assert [event.id for event in await first_events(service, 1, "after=300")] == ["301"]
    assert [event.id for event in await first_events(service, 1, "after=0")] == ["301"], "all retained events"


async def test_a_thousand_events_of_one_request_are_in_order(service: Service, wire: httpx2.AsyncClient) -> None:
    """Complete, once, in the order of the rows, to two listeners."""
    rows = [{"phone": f"+1415600{n:04d}"} for n in range(1000)]
    async with (
        listening(service.application, FIRST) as one,
        listening(service.application, FIRST) as two,
    ):
        await wire.post(f"{CONTACTS}/bulk", json={"contacts": rows})
        heard = await asyncio.gather(one.events(1000), two.events(1000))
    for events in heard:
        assert [event.data["data"]["contact"]["phone"] for event in events] == [row["phone"] for row in rows]
        assert [event.id for event in events] == [str(n) for n in range(1, 1001)]


async def test_another_account_s_events_are_never_sent(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither old nor new ones, and each account's numbers begin with 1."""
    pair = await service.new_account("other")
    await wire.post(CONTACTS, json={"number": PHONE})
    async with service.wire(pair) as other, listening(service.application, pair, "after=0") as theirs:
        await wire.post(CONTACTS, json={"number": OTHER})
        await other.post(CONTACTS, json={"number": "+14155550009"})
        await wire.delete(f"{CONTACTS}/{PHONE}")
        await other.delete(f"{CONTACTS}/+14155550009")
        events = await theirs.events(2)
    assert [event.id for event in events] == ["1", "2"]
    assert {event.data["data"]["contact"]["phone"] for event in events} == {"+14155550009"}
    assert b"".join(theirs.sent).count(b"data: ") == 2


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE"])
async def test_only_get_is_allowed(wire: httpx2.AsyncClient, method: str) -> None:
    """Other methods are 405, which names GET."""
    answer = await wire.request(method, EVENTS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
