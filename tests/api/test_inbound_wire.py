"""POST /_numberkeep/inbound with an account's own credentials."""

import asyncio
from typing import Any

import httpx2
import pytest

from numberkeep.domain.identity import KeyPair
from numberkeep.domain.limits import MAX_BODY_BYTES, MAX_CONTENT, MAX_HANDLE
from numberkeep.service import keys
from support.api import CONTACTS, FIRST, Service
from support.inbound import INBOUND

PHONE = "+14155552671"
MESSAGES = "/_numberkeep/messages"


async def written(wire: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """Return the account's incoming messages, oldest first."""
    messages = (await wire.get(MESSAGES)).json()
    return [message for message in reversed(messages) if message["direction"] == "inbound"]


async def test_a_message_is_stored_and_answered(wire: httpx2.AsyncClient) -> None:
    """The response has its effects; the message is listed with both numbers, its text and its handle."""
    body = {"from": PHONE, "to": "+15122164639", "content": "Hello \u2764\ufe0f", "handle": "h-1"}
    answer = await wire.post(INBOUND, json=body)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "number": PHONE,
            "duplicate": False,
            "verified": False,
            "opted_out": None,
            "meaning": "ordinary",
            "review": None,
            "status": "OK",
        },
    )
    (message,) = await written(wire)
    assert {name: message[name] for name in ("from", "to", "content", "handle", "status", "error")} == {
        "from": PHONE,
        "to": "+15122164639",
        "content": "Hello \u2764\ufe0f",
        "handle": "h-1",
        "status": "received",
        "error": None,
    }


@pytest.mark.parametrize(
    "number", [PHONE, "(415) 555-2671", "415-555-2671", "1 415 555 2671", " +14155552671 ", "+1 (415) 555-2671"]
)
async def test_any_spelling_of_a_number_matches_the_contact(wire: httpx2.AsyncClient, number: str) -> None:
    """Whichever the carrier uses, the contact is verified."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    answer = (await wire.post(INBOUND, json={"from": number, "content": "yes"})).json()
    assert (answer["number"], answer["verified"]) == (PHONE, True)
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]["verified"] is True


@pytest.mark.parametrize(
    "said", [{}, {"content": ""}, {"content": None}, {"content": None, "to": None, "handle": None}]
)
async def test_a_picture_alone_is_a_message(wire: httpx2.AsyncClient, said: dict[str, Any]) -> None:
    """Empty, null and missing content is accepted, does not change consent, and verifies."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    answer = (await wire.post(INBOUND, json={"from": PHONE, **said})).json()
    assert (answer["verified"], answer["opted_out"]) == (True, None)
    assert [(message["content"], message["to"]) for message in await written(wire)] == [("", None)]


@pytest.mark.parametrize(("field", "limit"), [("content", MAX_CONTENT), ("handle", MAX_HANDLE)])
async def test_a_text_has_a_maximum_length(wire: httpx2.AsyncClient, field: str, limit: int) -> None:
    """At the limit it is stored completely; beyond it 400 with the field and the limit."""
    assert (await wire.post(INBOUND, json={"from": PHONE, field: "\u00e4" * limit})).status_code == 200
    refused = await wire.post(INBOUND, json={"from": PHONE, field: "\u00e4" * (limit + 1)})
    assert refused.status_code == 400
    assert refused.json()["errors"] == [{"field": field, "message": f"must have at most {limit} characters"}]
    assert [message[field] for message in await written(wire)] == ["\u00e4" * limit]


@pytest.mark.parametrize(
    ("body", "field", "fix"),
    [
        ({}, "from", "is required"),
        ({"from": " "}, "from", "is required"),
        ({"from": None, "content": "x"}, "from", "is required"),
        ({"from": "nobody at all"}, "from", "E.164"),
        ({"from": "12"}, "from", "E.164"),
        ({"from": 14155552671}, "from", "must be a string"),
        ({"from": {"number": PHONE}}, "from", "must be a string"),
        ({"from": PHONE, "content": ["x"]}, "content", "must be a string"),
        ({"from": PHONE, "handle": 7}, "handle", "must be a string"),
        ({"from": "+1415\x005552671"}, "from", "NUL"),
        ({"from": PHONE, "to": "+1512\x00"}, "to", "NUL"),
        ({"from": PHONE, "content": "a\0b"}, "content", "NUL"),
        ({"from": PHONE, "handle": "\0"}, "handle", "NUL"),
        ({"from_": PHONE}, "from_", "did you mean from?"),
        ({"from": PHONE, "text": "x"}, "text", "is not a field of the API"),
    ],
)
async def test_an_invalid_field_is_named_with_the_fix(
    wire: httpx2.AsyncClient, body: dict[str, Any], field: str, fix: str
) -> None:
    """400, with the field as the request wrote it; nothing is stored."""
    answer = await wire.post(INBOUND, json=body)
    assert answer.status_code == 400, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert fix in error["message"]
    assert await written(wire) == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"From=%2B14155552671&Body=yes", b'{"from": "\\ud800"}', b'{"a":' * 5000]
)
async def test_a_body_that_is_not_a_json_object_is_refused(wire: httpx2.AsyncClient, content: bytes) -> None:
    """400 in the common shape, for any content type."""
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        answer = await wire.post(INBOUND, content=content, headers={"content-type": kind})
        assert answer.status_code == 400
        assert answer.json()["status"] == "ERROR"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_large_body_is_refused(wire: httpx2.AsyncClient) -> None:
    """413, in the common shape."""
    answer = await wire.post(INBOUND, json={"from": PHONE, "content": "x" * MAX_BODY_BYTES})
    assert (answer.status_code, answer.json()["status"]) == (413, "ERROR")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_only_post_is_allowed(wire: httpx2.AsyncClient, method: str) -> None:
    """Other methods are 405, which names POST."""
    answer = await wire.request(method, INBOUND)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 403, "Did not get inputs for authorization"),
        ({"sb-api-key-id": FIRST.key_id}, 403, "Did not get inputs for authorization"),
        ({"sb-api-secret-key": FIRST.secret}, 403, "Did not get inputs for authorization"),
        ({"sb-api-key-id": FIRST.key_id, "sb-api-secret-key": "wrong"}, 401, "Invalid Credentials"),
        ({"sb-api-key-id": "nobody", "sb-api-secret-key": FIRST.secret}, 401, "Invalid Credentials"),
    ],
)
async def test_an_unauthenticated_message_is_refused(
    service: Service, wire: httpx2.AsyncClient, headers: dict[str, str], status: int, message: str
) -> None:
    """With missing or wrong credentials, before the body is read."""
    async with service.wire(None) as stranger:
        for content in (b'{"from": "+14155552671"}', b"{"):
            answer = await stranger.post(INBOUND, content=content, headers=headers)
            assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert await written(wire) == []


async def test_a_revoked_key_is_refused(service: Service) -> None:
    """401, as for a wrong key."""
    pair = await service.new_account("other")
    await keys.revoke(service.context, pair.key_id)
    async with service.wire(pair) as revoked:
        assert (await revoked.post(INBOUND, json={"from": PHONE})).status_code == 401


async def test_a_message_belongs_to_its_account(service: Service, wire: httpx2.AsyncClient) -> None:
    """It does not change another's contact; a query that names another account is refused."""
    pair: KeyPair = await service.new_account("other")
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    async with service.wire(pair) as other:
        for path in (INBOUND, f"{INBOUND}?account=other"):
            answer = (await other.post(path, json={"from": PHONE, "content": "STOP", "handle": path})).json()
            assert (answer["verified"], answer["opted_out"]) == (False, True)
        refused = await other.post(f"{INBOUND}?account=default", json={"from": PHONE, "content": "STOP"})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "account")
        assert len(await written(other)) == 2
    assert await written(wire) == []
    contact = (await wire.get(f"{CONTACTS}/{PHONE}")).json()["contact"]
    assert (contact["verified"], contact["opt_out"]) == (False, False)


async def test_a_repeated_handle_changes_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """The response reports a duplicate; another account's message may have the same handle."""
    first = await wire.post(INBOUND, json={"from": PHONE, "content": "STOP", "handle": "h"})
    await wire.post(INBOUND, json={"from": PHONE, "content": "START", "handle": "i"})
    again = await wire.post(INBOUND, json={"from": PHONE, "content": "STOP", "handle": "h"})
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert (first.json()["opted_out"], again.json()["opted_out"]) == (True, None)
    assert (await wire.post(CONTACTS, json={"number": PHONE})).json()["contact"]["opt_out"] is False
    assert [message["handle"] for message in await written(wire)] == ["h", "i"]
    async with service.wire(await service.new_account("other")) as other:
        assert (await other.post(INBOUND, json={"from": PHONE, "handle": "h"})).json()["duplicate"] is False


async def test_equal_concurrent_posts_are_one_message(wire: httpx2.AsyncClient) -> None:
    """Of twenty exactly one is stored, and only it verifies."""
    await wire.post(CONTACTS, json={"number": PHONE})
    await wire.post(f"{CONTACTS}/verify", json={"number": PHONE})
    body = {"from": PHONE, "content": "yes", "handle": "h"}
    answers = await asyncio.gather(*[wire.post(INBOUND, json=body) for _ in range(20)])
    assert {answer.status_code for answer in answers} == {200}
    assert sorted((answer.json()["duplicate"], answer.json()["verified"]) for answer in answers) == [
        (False, True),
        *[(True, False)] * 19,
    ]
    assert len(await written(wire)) == 1


async def test_a_message_without_a_handle_is_identified_by_an_idempotency_key(wire: httpx2.AsyncClient) -> None:
    """Without either, two equal messages are two; with one key they are one."""
    body = {"from": PHONE, "content": "Hello"}
    for _ in range(2):
        assert (await wire.post(INBOUND, json=body)).json()["duplicate"] is False
    assert len(await written(wire)) == 2
    answers = [await wire.post(INBOUND, json=body, headers={"Idempotency-Key": "k"}) for _ in range(3)]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true", "true"]
    assert len(await written(wire)) == 3
    other = await wire.post(INBOUND, json={**body, "content": "Bye"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 409
