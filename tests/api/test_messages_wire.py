"""The hosted service's routes on messages, over HTTP: sending, status, listing and retrieving."""

from typing import Any

import httpx2
import pytest

from numberkeep.domain.limits import MAX_CONTENT
from numberkeep.service import accounts
from support.api import CONTACTS, Service
from support.inbound import INBOUND

PHONE, LINE = "+14155552671", "+14155550100"
SEND, STATUS, MESSAGES = "/api/send-message", "/api/status", "/api/v2/messages"
NEWEST = "/_numberkeep/messages"
TIME = "2026-09-21T14:13:20"


async def send(wire: httpx2.AsyncClient, number: str = PHONE, content: str = "Hello", **more: Any) -> dict[str, Any]:
    """Send a message, and return the answer."""
    answer = await wire.post(SEND, json={"number": number, "content": content, **more})
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = answer.json()
    return sent


async def test_a_message_is_sent(service: Service, wire: httpx2.AsyncClient) -> None:
    """The answer says that it is queued; when the sender has taken it, its status does, by any of its routes."""
    queued = await send(wire)
    handle = queued["message_handle"]
    assert queued.pop("date_created").startswith(TIME)
    assert queued.pop("date_updated").startswith(TIME)
    assert queued == {
        "account_email": "default",
        "content": "Hello",
        "error_code": None,
        "error_key": None,
        "error_message": None,
        "from_number": None,
        "is_outbound": True,
        "media_url": None,
        "message_handle": handle,
        "message_type": "message",
        "number": PHONE,
        "reply_to": None,
        "seat_id": None,
        "send_style": None,
        "status": "QUEUED",
    }
    service.clock.pass_seconds(1)
    assert await service.relay.turn() == 1
    status = (await wire.get(STATUS, params={"handle": handle})).json()
    assert (status["status"], status["message_handle"]) == ("SENT", handle)
    assert status["date_updated"] > status["date_created"]
    [row] = (await wire.get(MESSAGES)).json()["data"]
    assert (await wire.get(f"{MESSAGES}/{handle}")).json() == {"status": "OK", "data": row}
    assert row.pop("date_sent") == row.pop("date_updated") == status["date_updated"]
    assert row == {
        "accountEmail": "default",
        "content": "Hello",
        "error_code": None,
        "error_key": None,
        "error_message": None,
        "from_number": None,
        "is_outbound": True,
        "media_url": None,
        "message_handle": handle,
        "message_type": "message",
        "number": PHONE,
        "opted_out": False,
        "reply_to": None,
        "seat_id": None,
        "send_style": None,
        "sendblue_number": None,
        "service": None,
        "status": "SENT",
        "to_number": PHONE,
    }
    [shown] = (await wire.get(NEWEST)).json()
    assert (shown["to"], shown["content"], shown["status"]) == (PHONE, "Hello", "logged")


async def test_everything_that_was_said_is_kept(wire: httpx2.AsyncClient) -> None:
    """A file alone, the line, the style, the seat and the message that it answers."""
    said = {
        "media_url": "https://example.com/a.png",
        "send_style": "slam",
        "seat_id": "seat-1",
        "reply_to": {"message_handle": "h-1", "part_index": 0},
    }
    answer = await wire.post(SEND, json={"number": PHONE, "from_number": "(415) 555-0100", **said})
    sent = answer.json()
    assert {name: sent[name] for name in said} == said
    assert (sent["content"], sent["from_number"]) == (None, LINE)
    row = (await wire.get(f"{MESSAGES}/{sent['message_handle']}")).json()["data"]
    assert {name: row[name] for name in said} == said
    assert (row["from_number"], row["sendblue_number"], row["to_number"]) == (LINE, LINE, PHONE)
    assert (await wire.get(NEWEST)).json()[0]["media_url"] == said["media_url"]


async def test_a_number_is_read_as_everywhere(service: Service, wire: httpx2.AsyncClient) -> None:
    """In the account's region; it need not be a contact's, and a contact's own line is used."""
    await accounts.change(service.context, "default", accounts.Changes(region="GB"))
    service.clock.pass_seconds(2)
    assert (await send(wire, "020 7183 8750"))["number"] == "+442071838750"
    await wire.post(CONTACTS, json={"number": "+442071838751", "sendblue_number": LINE})
    assert (await send(wire, "020 7183 8751"))["from_number"] == LINE
    listed = (await wire.get(MESSAGES, params={"number": "020 7183 8750"})).json()
    assert [row["number"] for row in listed["data"]] == ["+442071838750"]
    assert (await wire.get(f"{CONTACTS}/+442071838750")).status_code == 404


async def test_a_recipient_who_has_opted_out_gets_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """The answer says why, and so do the message's other routes; after an opt-in it may be sent again."""
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE})
    refused = await send(wire)
    assert (refused["status"], refused["error_key"]) == ("ERROR", "OPTED_OUT")
    assert refused["error_message"]
    assert await service.relay.turn() == 0
    assert (await wire.get(STATUS, params={"handle": refused["message_handle"]})).json() == refused
    [row] = (await wire.get(MESSAGES, params={"status": "ERROR"})).json()["data"]
    assert (row["status"], row["error_key"], row["opted_out"], row["date_sent"]) == ("ERROR", "OPTED_OUT", True, None)
    await wire.post(f"{CONTACTS}/opt-out", json={"number": PHONE, "opted_out": False})
    assert (await send(wire))["status"] == "QUEUED"


async def test_an_opt_out_that_comes_first_stops_a_message(service: Service, wire: httpx2.AsyncClient) -> None:
    """What waits in the outbox is not sent either."""
    handle = (await send(wire))["message_handle"]
    await wire.post(INBOUND, json={"from": PHONE, "content": "STOP"})
    assert await service.relay.turn() == 0
    status = (await wire.get(STATUS, params={"handle": handle})).json()
    assert (status["status"], status["error_key"]) == ("ERROR", "OPTED_OUT")


@pytest.mark.parametrize("body", [{}, {"number": " ", "content": ""}, {"number": None, "media_url": ""}])
async def test_all_missing_fields_are_named_at_once(wire: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    """A caller that adds one is not refused for the next."""
    errors = (await wire.post(SEND, json=body)).json()["errors"]
    assert [error["field"] for error in errors] == ["number", "content"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing fields"),
        ({"number": PHONE}, "Missing fields"),
        ({"number": PHONE, "content": "", "media_url": None}, "Missing fields"),
        ({"content": "Hi"}, "Missing fields"),
        ({"number": "no number", "content": "Hi"}, "Invalid phone number"),
        ({"number": PHONE, "content": "Hi", "from_number": "nobody"}, "Invalid phone number"),
        ({"number": PHONE, "content": "x" * (MAX_CONTENT + 1)}, "`content` must have at most 20000 characters."),
        ({"number": PHONE, "content": "a\0b"}, "`content` must not contain a NUL character."),
        (
            {"number": PHONE, "content": "Hi", "app_card": {"appName": "x"}},
            "`app_card` is not supported: numberkeep sends texts and files; leave it out.",
        ),
        (
            {"number": PHONE, "content": "Hi", "pre_reply_override": True},
            "`pre_reply_override` is not supported: numberkeep waits for no reply before it sends; leave it out.",
        ),
        ({"number": PHONE, "contents": "Hi"}, "`contents` is not a field of the API: did you mean content?"),
        (
            {"number": PHONE, "content": "Hi", "reply_to": {"handle": "h"}},
            "`reply_to` has handle, which is not a field of the API.",
        ),
    ],
)
async def test_what_cannot_be_sent_is_refused(wire: httpx2.AsyncClient, body: dict[str, Any], message: str) -> None:
    """With the field, and nothing is stored."""
    answer = await wire.post(SEND, json=body)
    assert (answer.status_code, answer.json()["message"]) == (400, message)
    assert answer.json()["errors"]
    assert (await wire.get(MESSAGES)).json()["pagination"]["total"] == 0


async def test_an_unknown_style_is_refused_by_name(wire: httpx2.AsyncClient) -> None:
    """The error lists those that there are."""
    answer = await wire.post(SEND, json={"number": PHONE, "content": "Hi", "send_style": "sparkles"})
    assert answer.status_code == 400
    assert "fireworks" in answer.json()["errors"][0]["message"]


async def test_a_message_that_does_not_exist_is_not_found(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither another account's, nor a handle that was made up from one; a missing handle is 400."""
    handle = (await send(wire))["message_handle"]
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.get(STATUS, params={"handle": handle})).status_code == 404
    for wrong in ("h-1", "nk-1-1", "nk-99-65c0fcaa29bcd", f"{handle}0", handle.upper(), "nk-" + "9" * 30 + "-1", "%20"):
        for answer in (await wire.get(STATUS, params={"handle": wrong}), await wire.get(f"{MESSAGES}/{wrong}")):
            assert (answer.status_code, answer.json()["message"]) == (404, "Message not found"), wrong
    for query in ("", "?handle="):
        answer = await wire.get(f"{STATUS}{query}")
        assert (answer.status_code, answer.json()["message"]) == (400, "Missing fields")


async def test_received_messages_are_listed_too(wire: httpx2.AsyncClient) -> None:
    """With who wrote them and whether they opt out, by the carrier's handle or one that they get."""
    picture = "https://example.com/a.png"
    await wire.post(INBOUND, json={"from": PHONE, "to": LINE, "handle": "h-1", "media_url": picture})
    await wire.post(INBOUND, json={"from": PHONE, "content": "Stop"})
    stop, first = (await wire.get(MESSAGES)).json()["data"]
    assert (first["from_number"], first["to_number"], first["number"], first["sendblue_number"]) == (
        PHONE,
        LINE,
        PHONE,
        LINE,
    )
    assert (first["is_outbound"], first["status"], first["content"], first["media_url"]) == (
        False,
        "RECEIVED",
        None,
        picture,
    )
    assert (first["message_handle"], first["opted_out"], stop["opted_out"]) == ("h-1", False, True)
    assert first["date_sent"]
    for row in (stop, first):
        assert (await wire.get(f"{MESSAGES}/{row['message_handle']}")).json()["data"] == row
        assert (await wire.get(STATUS, params={"handle": row["message_handle"]})).json()["status"] == "RECEIVED"


async def test_verification_messages_are_listed_too(wire: httpx2.AsyncClient) -> None:
    """They are messages of the account as any."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    [row] = (await wire.get(MESSAGES)).json()["data"]
    assert (row["is_outbound"], row["status"], row["number"]) == (True, "QUEUED", PHONE)
    assert (await wire.get(STATUS, params={"handle": row["message_handle"]})).status_code == 200


async def test_pages(service: Service, wire: httpx2.AsyncClient) -> None:
    """Newest first by default, with how many there are on all pages."""
    for n in range(5):
        await send(wire, content=str(n))
        service.clock.pass_seconds(1)

    async def page(**params: Any) -> tuple[list[str], dict[str, Any]]:
        answer = (await wire.get(MESSAGES, params=params)).json()
        return [row["content"] for row in answer["data"]], answer["pagination"]

    whole = {"hasMore": False, "limit": 100, "offset": 0, "total": 5}
    assert await page() == (["4", "3", "2", "1", "0"], whole)
    assert await page(order_direction="asc", order_by="createdAt") == (["0", "1", "2", "3", "4"], whole)
    assert await page(limit=2) == (["4", "3"], whole | {"hasMore": True, "limit": 2})
    assert await page(limit=2, offset=4) == (["0"], whole | {"limit": 2, "offset": 4})
    assert await page(offset=9, number=PHONE) == ([], whole | {"offset": 9})
    assert await page(limit=5000) == (["4", "3", "2", "1", "0"], whole | {"limit": 1000})


async def test_filters(service: Service, wire: httpx2.AsyncClient) -> None:
    """Each parameter of the hosted service, alone and together; a `+` may be a space."""
    await send(wire, PHONE, "a", from_number=LINE)
    await service.relay.turn()
    service.clock.pass_seconds(10)
    await send(wire, "+14155550002", "b")
    await wire.post(INBOUND, json={"from": PHONE, "to": LINE, "content": "c"})
    await wire.post(INBOUND, json={"from": "12345", "content": "d"})
    before, after = f"{TIME}.500Z", "2026-09-21T14:13:35Z"
    for query, contents in {
        f"number={PHONE}": "ca",
        "number=%2B14155552671": "ca",
        "number=415-555-2671": "ca",
        f"number={LINE}": "ca",
        "number=12345": "d",
        "number=nobody+knows+them": "",
        f"from_number={LINE}": "a",
        f"from_number={PHONE}": "c",
        f"to_number={PHONE}": "a",
        f"to_number={LINE}": "c",
        f"sendblue_number={LINE}": "ca",
        f"from_number={PHONE}&to_number={LINE}&sendblue_number={LINE}&number={PHONE}&is_outbound=false": "c",
        f"from_number={PHONE}&is_outbound=true": "",
        "is_outbound=true": "ba",
        "is_outbound=false": "dc",
        "status=SENT": "a",
        "status=QUEUED": "b",
        "status=RECEIVED": "dc",
        "status=DECLINED": "",
        "service=SMS": "",
        f"created_at_gte={before}": "dcb",
        f"created_at_lte={before}": "a",
        f"created_at_gte={before}&created_at_lte={after}&is_outbound=true": "b",
        "created_at_lte=2026-09-21T16:13:20.500+02:00": "a",
        f"sent_at_lte={before}": "a",
        f"sent_at_gte={before}": "dc",
        f"updated_at_gte={before}": "dcb",
        f"updated_at_lte={before}": "a",
        "order_by=sentAt&order_direction=asc&limit=1": "b",
        "order_by=updatedAt&order_direction=asc": "abcd",
        "message_type=message": "dcba",
        "message_type=group": "",
        "group_id=g": "",
        "account_email=default": "dcba",
        "account_email=ada@example.com": "",
    }.items():
        answer = (await wire.get(f"{MESSAGES}?{query}")).json()
        assert "".join(row["content"] for row in answer["data"]) == contents, query
        if "limit" not in query:
            assert answer["pagination"]["total"] == len(contents), query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("offset=-1", "offset"),
        ("order_by=created_at", "order_by"),
        ("order_direction=up", "order_direction"),
        ("status=sent", "status"),
        ("is_outbound=yes", "is_outbound"),
        ("created_at_gte=yesterday", "created_at_gte"),
        ("worker_id=1", "worker_id"),
        ("numbr=1", "numbr"),
    ],
)
async def test_a_bad_parameter_is_refused_by_name(wire: httpx2.AsyncClient, query: str, field: str) -> None:
    """A filter without effect would go unnoticed."""
    answer = await wire.get(f"{MESSAGES}?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_another_account_s_messages_are_not_listed(service: Service, wire: httpx2.AsyncClient) -> None:
    """Neither listed nor counted, whatever they are filtered by."""
    await send(wire)
    async with service.wire(await service.new_account("other")) as other:
        for query in ("", f"?number={PHONE}", "?is_outbound=true"):
            assert (await other.get(f"{MESSAGES}{query}")).json()["pagination"]["total"] == 0


@pytest.mark.parametrize("path", [STATUS, MESSAGES, f"{MESSAGES}/h"])
async def test_a_key_is_needed(service: Service, path: str) -> None:
    """As for every route of an account."""
    async with service.wire(None) as stranger:
        assert (await stranger.get(path)).status_code == 403
        assert (await stranger.post(SEND, json={"number": PHONE, "content": "Hi"})).status_code == 403
