"""The journal of a real process."""

from typing import Any

import httpx2
import pytest

from support.process import PATIENCE, Serving
from support.test_mode import CONTROL, add_fault, new_account

CONTACTS = "/api/v2/contacts"
NUMBER = "+14155552671"


def calls(wire: httpx2.Client, **params: Any) -> list[dict[str, Any]]:
    """Return the calls of the account."""
    answer = wire.get(f"{CONTROL}/calls", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["calls"]
    return found


def test_a_call_is_recorded_with_its_answer(wire: httpx2.Client) -> None:
    """Everything that a test may ask about; the number in one form."""
    given = {"number": "(415) 555-2671", "first_name": "Ada"}
    answer = wire.post(CONTACTS, params={"x": "1"}, json=given)
    answer = wire.post(CONTACTS, json=given)
    refused, call = calls(wire)
    assert refused["query"] == {"x": "1"}
    assert refused["status"] == 400
    assert (call["operation"], call["method"], call["path"]) == ("contacts.create", "POST", CONTACTS)
    assert (call["body"], call["phone"], call["query"]) == (given, NUMBER, {})
    assert (call["status"], call["answer"]) == (200, answer.json())
    assert call["headers"]["sb-api-key-id"] == wire.headers["sb-api-key-id"]
    assert call["call_id"] > refused["call_id"]
    assert 0 < call["seconds"] < 30
    assert call["at"].endswith("Z")
    assert {"fault_id", "omitted"}.isdisjoint(call)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"{CONTACTS}/%2B14155552671"), ("GET", f"{CONTACTS}?phone_number=4155552671"), ("POST", "inbound")],
)
def test_the_number_is_found_wherever_it_is(wire: httpx2.Client, method: str, path: str) -> None:
    """In the path, the query and the body."""
    if path == "inbound":
        wire.post("/_numberkeep/inbound", json={"from": NUMBER, "content": "hi"})
    else:
        wire.request(method, path)
    [call] = calls(wire)
    assert call["phone"] == NUMBER


def test_secrets_are_not_shown(wire: httpx2.Client) -> None:
    """Neither the key's, nor a webhook's in its request and in its answer."""
    wire.headers["authorization"] = "Bearer abc-token"
    made = wire.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/x"}).json()
    wire.post("/_numberkeep/webhooks", json={"url": "http://127.0.0.1:9/y", "secret": "my-own-webhook-secret-24"})
    shown = wire.get(f"{CONTROL}/calls").text
    for secret in (made["webhook"]["secret"], "my-own-webhook-secret-24", wire.headers["sb-api-secret-key"], "abc-tok"):
        assert secret not in shown
    assert [call["answer"]["webhook"]["url"] for call in calls(wire)] == [
        "http://127.0.0.1:9/x",
        "http://127.0.0.1:9/y",
    ]


def test_calls_are_found_by_operation_and_position(wire: httpx2.Client) -> None:
    """The control API itself is not recorded."""
    wire.post(CONTACTS, json={"number": NUMBER})
    wire.get(CONTACTS)
    wire.get("/api/v2/nothing")
    first, second, third = calls(wire)
    assert [each["operation"] for each in (first, second, third)] == ["contacts.create", "contacts.list", "none"]
    assert calls(wire, operation="none") == [third]
    assert calls(wire, operation="contacts.list") == [second]
    assert calls(wire, after=first["call_id"]) == [second, third]
    assert calls(wire, limit=1) == [first]
    misspelled = wire.get(f"{CONTROL}/calls", params={"operation": "contact.list"})
    assert "contacts.list" in misspelled.json()["message"]
    wire.delete(f"{CONTROL}/calls")
    assert calls(wire) == []


def test_calls_belong_to_the_account_of_their_key(wire: httpx2.Client, test_mode: Serving) -> None:
    """A wrong secret proves no account, so such a call is in no journal."""
    with new_account(test_mode.url) as other:
        other.get(CONTACTS)
        key = other.headers["sb-api-key-id"]
        wrong = httpx2.get(
            test_mode.url + CONTACTS, headers={"sb-api-key-id": key, "sb-api-secret-key": "x"}, timeout=PATIENCE
        )
        assert wrong.status_code == 401
        assert len(calls(other)) == 1
    assert calls(wire) == []


def test_a_fault_is_named(wire: httpx2.Client) -> None:
    """The status is the one that was sent, and the body is there although nothing else read it."""
    fault_id = add_fault(wire, "contacts.create", "status", status=503)
    wire.post(CONTACTS, json={"number": NUMBER})
    [call] = calls(wire)
    assert (call["status"], call["fault_id"], call["phone"]) == (503, fault_id, NUMBER)


def test_what_a_cut_connection_would_have_said_is_recorded(wire: httpx2.Client) -> None:
    """The change was made: its answer explains the state that follows."""
    add_fault(wire, "contacts.create", "cut_after")
    with pytest.raises(httpx2.RemoteProtocolError):
        wire.post(CONTACTS, json={"number": NUMBER})
    [call] = calls(wire)
    assert call["answer"]["contact"]["phone"] == NUMBER


def test_large_bodies_are_left_out_and_marked(wire: httpx2.Client) -> None:
    """In requests and in answers."""
    rows = [{"phone": f"+1415555{row:04d}", "first_name": "x" * 50} for row in range(1500)]
    assert wire.post(f"{CONTACTS}/bulk", json={"contacts": rows}).status_code == 200
    [call] = calls(wire)
    assert (call["body"], call["answer"], call["omitted"]) == (None, None, ["body", "answer"])


@pytest.mark.parametrize("depth", [100, 490, 700, 990, 5000])
def test_a_body_may_be_nested_deep(wire: httpx2.Client, depth: int) -> None:
    """What cannot be shown is left out, and the rest of the journal can be read."""
    wire.post(CONTACTS, content=b"[" * depth + b"]" * depth)
    [call] = calls(wire)
    assert call["status"] == 400


def test_a_stream_is_recorded_when_it_begins(wire: httpx2.Client) -> None:
    """It may have no end."""
    with wire.stream("GET", "/api/v2/events") as stream:
        assert next(stream.iter_lines()).startswith("retry")
        [call] = calls(wire)
    assert (call["operation"], call["status"], call["answer"]) == ("events.stream", 200, None)


def test_a_file_is_recorded_without_its_content(wire: httpx2.Client) -> None:
    """Uploads and downloads pass through."""
    uploaded = wire.post("/_numberkeep/imports", content=f"phone\n{NUMBER}\n", headers={"content-type": "text/csv"})
    assert uploaded.status_code == 200, uploaded.text
    assert wire.get("/_numberkeep/export?format=csv").status_code == 200
    assert [(call["operation"], call["body"]) for call in calls(wire)] == [
        ("imports.create", None),
        ("contacts.export", None),
    ]
