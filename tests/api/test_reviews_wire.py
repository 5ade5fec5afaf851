"""Unclear replies over HTTP: the list, the decision, and what waits for it."""

from datetime import datetime
from typing import Any

import httpx2
import pytest

from numberkeep.domain.identity import KeyPair
from numberkeep.service import accounts, keys
from support.api import CONTACTS, Service
from support.inbound import INBOUND

PHONE = "+14155552671"
REVIEW = "/_numberkeep/consent/review"


async def reply(wire: httpx2.AsyncClient, content: str, number: str = PHONE) -> Any:
    """Return the answer to a message from a number."""
    answer = await wire.post(INBOUND, json={"from": number, "content": content})
    assert answer.status_code == 200
    return answer.json()


async def asked(wire: httpx2.AsyncClient) -> None:
    """Create a contact and ask it to confirm."""
    await wire.post(CONTACTS, json={"number": PHONE})
    assert (await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})).status_code == 200


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ("STOP", "opt_out"),
        ("START", "opt_in"),
        ("help", "help"),
        ("Please stop texting me", "unclear"),
        ("Hello", "ordinary"),
    ],
)
async def test_the_answer_says_what_a_message_means(wire: httpx2.AsyncClient, content: str, meaning: str) -> None:
    """And names the review of an unclear one; a sender without a number means nothing."""
    answer = await reply(wire, content)
    assert (answer["meaning"], answer["opted_out"]) == (meaning, {"opt_out": True, "opt_in": False}.get(meaning))
    assert answer["review"] == (1 if meaning == "unclear" else None)
    assert (await reply(wire, content, "MyBank"))["meaning"] is None


async def test_an_unclear_reply_is_listed_until_it_is_decided(service: Service, wire: httpx2.AsyncClient) -> None:
    """With number, wording, time and a deadline ten weekdays later; verify is 409 until then."""
    await asked(wire)
    await reply(wire, "Please stop texting me")
    [review] = (await wire.get(REVIEW)).json()
    assert {name: review[name] for name in ("id", "number", "wording", "decision")} == {
        "id": 1,
        "number": PHONE,
        "wording": "Please stop texting me",
        "decision": "open",
    }
    at, deadline = (datetime.fromisoformat(review[name]) for name in ("at", "deadline"))
    assert (deadline - at).days == 14
    service.clock.pass_seconds(61)
    refused = await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    assert (refused.status_code, refused.headers["x-should-retry"]) == (409, "false")
    assert "numberkeep consent decide 1 opt-out|keep" in refused.json()["message"]
    kept = await wire.post(f"{REVIEW}/1", json={"decision": "keep"})
    assert (kept.status_code, kept.json()) == (200, {"review": review | {"decision": "keep"}, "status": "OK"})
    assert (await wire.get(REVIEW)).json() == []
    assert (await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})).status_code == 200
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["opt_out"] is False


async def test_a_decision_opts_out(wire: httpx2.AsyncClient) -> None:
    """The contact shows it, and the ledger has the wording with the source `review`."""
    await asked(wire)
    await reply(wire, "No")
    decided = (await wire.post(f"{REVIEW}/1", json={"decision": "opt-out"})).json()
    assert decided["review"]["decision"] == "opt_out"
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["opt_out"] is True
    [entry] = (await wire.get("/_numberkeep/consent", params={"number": PHONE})).json()
    assert (entry["source"], entry["wording"], entry["opted_out"]) == ("review", "No", True)
    refused = await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    assert (refused.status_code, refused.json()["message"]) == (409, "Recipient has opted out")


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("1", {"decision": "keep"}, 409, "decided before, as opt_out"),
        ("2", {"decision": "keep"}, 404, "no review"),
        ("x", {"decision": "keep"}, 404, "no review"),
        ("9" * 30, {"decision": "keep"}, 404, "no review"),
        ("1", {}, 400, "decision is required"),
        ("1", {"decision": None}, 400, "decision is required"),
        ("1", {"decision": "opt_out"}, 400, "decision"),
        ("1", {"decision": "keep", "more": 1}, 400, "more"),
    ],
)
async def test_a_decision_that_cannot_be_made_says_why(
    wire: httpx2.AsyncClient, path: str, body: dict[str, Any], status: int, text: str
) -> None:
    """404 for a review that does not exist, 409 for one that was decided otherwise, 400 for a bad body."""
    await reply(wire, "No")
    await wire.post(f"{REVIEW}/1", json={"decision": "opt-out"})
    answer = await wire.post(f"{REVIEW}/{path}", json=body)
    named = " ".join(f"{each['field']} {each['message']}" for each in answer.json().get("errors", ()))
    assert (answer.status_code, text in f"{answer.json()['message']} {named}") == (status, True), answer.text


async def test_the_list_is_paged(wire: httpx2.AsyncClient) -> None:
    """Through the `Link` header, oldest first."""
    for n in range(3):
        await reply(wire, "No", f"+1415555000{n}")
    first = await wire.get(REVIEW, params={"limit": 2})
    assert [row["id"] for row in first.json()] == [1, 2]
    second = await wire.get(first.links["next"]["url"])
    assert ([row["id"] for row in second.json()], "link" in second.headers) == ([3], False)


async def test_another_account_neither_sees_nor_decides(service: Service, wire: httpx2.AsyncClient) -> None:
    """To it the review does not exist."""
    await reply(wire, "No")
    await keys.create(service.context, "other", KeyPair("other-key", "other-secret"))
    other = {"sb-api-key-id": "other-key", "sb-api-secret-key": "other-secret"}
    assert (await wire.get(REVIEW, headers=other)).json() == []
    assert (await wire.post(f"{REVIEW}/1", json={"decision": "opt-out"}, headers=other)).status_code == 404
    assert len((await wire.get(REVIEW)).json()) == 1


async def test_the_account_decides_how_replies_are_read(service: Service, wire: httpx2.AsyncClient) -> None:
    """Its own words opt out, and so does what is unclear, if it says so."""
    changes = accounts.Changes(opt_out_words=["Basta!"], unclear_opts_out=True, confirmation="You are opted out.")
    await accounts.change(service.context, "default", changes)
    service.clock.pass_seconds(2)  # settings are cached for a second
    assert (await reply(wire, "basta"))["opted_out"] is True
    assert (await reply(wire, "wrong number", "+14155550001"))["opted_out"] is True
    sent = [message for message in (await wire.get("/_numberkeep/messages")).json() if message["to"] == PHONE]
    assert [message["content"] for message in sent] == ["You are opted out."]


async def test_operators_see_how_many_wait(service: Service, wire: httpx2.AsyncClient) -> None:
    """As metrics, over all accounts, without their contents."""
    await reply(wire, "No")
    assert "numberkeep_reviews_open 1.0\nnumberkeep_reviews_overdue 0.0" in _values((await wire.get("/metrics")).text)
    service.clock.pass_seconds(15 * 24 * 3600)
    assert "numberkeep_reviews_open 1.0\nnumberkeep_reviews_overdue 1.0" in _values((await wire.get("/metrics")).text)


def _values(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))
