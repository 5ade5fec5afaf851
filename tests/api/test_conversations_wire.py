"""Conversations, simulated replies and the overview over HTTP."""

from typing import Any

import httpx2
import pytest

from numberkeep.service import conversations
from support.api import CONTACTS
from support.inbound import INBOUND

PHONE = "+14155552671"
CONVERSATIONS = "/_numberkeep/conversations"


async def got(wire: httpx2.AsyncClient, path: str = CONVERSATIONS, **params: Any) -> Any:
    """Return the JSON of an answer 200."""
    answer = await wire.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_conversations_are_listed_by_their_last_message(wire: httpx2.AsyncClient) -> None:
    """In pages, which the `Link` header connects."""
    await wire.post(CONTACTS, json={"number": PHONE, "first_name": "Ada"})
    for number in (PHONE, "+14155550102", "12345"):
        await wire.post(INBOUND, json={"from": number, "content": f"from {number}"})
    assert [(each["number"], each["name"]) for each in await got(wire)] == [
        ("12345", None),
        ("+14155550102", None),
        (PHONE, "Ada"),
    ]
    answer = await wire.get(CONVERSATIONS, params={"limit": 2})
    rest = await wire.get(answer.links["next"]["url"])
    assert [each["number"] for each in (*answer.json(), *rest.json())] == ["12345", "+14155550102", PHONE]
    assert "next" not in rest.links


async def test_a_conversation_has_what_was_concluded(wire: httpx2.AsyncClient) -> None:
    """And what is known of the person."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    await wire.post(INBOUND, json={"from": PHONE, "content": "please stop"})
    shown = await got(wire, f"{CONVERSATIONS}/{PHONE}")
    assert shown["number"] == PHONE
    assert shown["contact"]["phone"] == PHONE
    assert (shown["opted_out"], shown["before"]) == (False, None)
    assert (shown["verification"]["id"], shown["verification"]["pending"]) == (1, True)
    assert [each["wording"] for each in shown["reviews"]] == ["please stop"]
    reply, question = shown["messages"]
    assert (question["asks"], question["conclusion"]) == (1, None)
    assert reply["conclusion"] == {
        "meaning": "unclear",
        "reason": "contains_word",
        "consent_entry": None,
        "verification": None,
        "review": 1,
        "decision": "open",
        "simulated": False,
    }
    earlier = await got(wire, f"{CONVERSATIONS}/{PHONE}", limit=1)
    assert earlier["before"] == int(earlier["messages"][0]["message"]["id"])
    [first] = (await got(wire, f"{CONVERSATIONS}/{PHONE}", cursor=earlier["before"]))["messages"]
    assert first == question


async def test_a_reply_is_simulated(wire: httpx2.AsyncClient) -> None:
    """It has the consequences of a real one, and the ledger says what it was."""
    answer = await wire.post(f"{CONVERSATIONS}/{PHONE}", json={"content": "STOP"})
    assert answer.status_code == 200
    assert (answer.json()["meaning"], answer.json()["opted_out"]) == ("opt_out", True)
    [entry] = await got(wire, "/_numberkeep/consent", number=PHONE)
    assert entry["source"] == "simulated"


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [(PHONE, {}, 400), (PHONE, {"content": ""}, 400), ("12345", {"content": "yes"}, 404), ("0", {"content": "x"}, 404)],
)
async def test_a_reply_needs_a_phone_and_a_text(
    wire: httpx2.AsyncClient, number: str, body: dict[str, str], status: int
) -> None:
    """Otherwise nothing is stored."""
    assert (await wire.post(f"{CONVERSATIONS}/{number}", json=body)).status_code == status
    assert await got(wire) == []


async def test_with_a_carrier_nobody_else_replies(wire: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says why; test_conversations.py in tests/unit says when."""
    monkeypatch.setattr(conversations, "why_not_simulated", lambda _: "Messages are sent through a carrier.")
    answer = await wire.post(f"{CONVERSATIONS}/{PHONE}", json={"content": "START"})
    assert (answer.status_code, answer.json()["message"]) == (409, "Messages are sent through a carrier.")
    assert await got(wire) == []


async def test_the_overview_counts_what_happened(wire: httpx2.AsyncClient) -> None:
    """On each of the last days."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    await wire.post(INBOUND, json={"from": PHONE, "content": "yes"})
    shown = await got(wire, "/_numberkeep/overview", days=7)
    assert (shown["contacts"], shown["open_reviews"], len(shown["days"])) == (1, 0, 7)
    today = shown["days"][-1]
    assert {name: today[name] for name in ("contacts", "created", "asked", "verified", "sent", "received")} == {
        "contacts": 1,
        "created": 1,
        "asked": 1,
        "verified": 1,
        "sent": 1,
        "received": 1,
    }
    assert [each["target"] for each in shown["deliveries"]] == ["sender", "callbacks"]
    assert len((await got(wire, "/_numberkeep/overview"))["days"]) == 30
    assert (await wire.get("/_numberkeep/overview", params={"days": 367})).status_code == 400
