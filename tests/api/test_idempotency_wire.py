"""The `Idempotency-Key` header, over HTTP."""

import asyncio
from typing import Any

import httpx2
import pytest

from support.api import CONTACTS, Service

PHONE = "+14155552671"
POSTS: list[tuple[str, dict[str, Any]]] = [
    (CONTACTS, {"number": PHONE, "first_name": "Ada"}),
    (f"{CONTACTS}/bulk", {"contacts": [{"phone": PHONE}, {"phone": "+14155550001"}]}),
    (f"{CONTACTS}/bulk?on_error=skip", {"contacts": [{"phone": PHONE}, {"phone": "no number"}]}),
    (f"{CONTACTS}/verify", {"number": PHONE}),
    (f"{CONTACTS}/opt-out", {"number": PHONE}),
    ("/api/send-message", {"number": PHONE, "content": "Hello"}),
    ("/_numberkeep/tags", {"tag": "vip", "numbers": [PHONE]}),
    ("/_numberkeep/inbound", {"from": PHONE, "content": "Hello"}),
    ("/_numberkeep/webhooks", {"url": "http://127.0.0.1:9/"}),
    ("/_numberkeep/deliveries/replay", {}),
]


def keyed(key: str = "a-key") -> dict[str, str]:
    """Return the header."""
    return {"Idempotency-Key": key}


@pytest.mark.parametrize(("path", "body"), POSTS, ids=[path.removeprefix(CONTACTS) or "/" for path, _ in POSTS])
async def test_a_post_with_a_key_is_done_once(wire: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> None:
    """A repetition of any POST gets the first response, byte for byte, and a header that marks it."""
    if path.endswith("/verify"):
        await wire.post(CONTACTS, json={"number": PHONE})
    first = await wire.post(path, json=body, headers=keyed())
    assert first.status_code == 200
    assert "idempotency-replayed" not in first.headers
    await wire.delete(f"{CONTACTS}/{PHONE}")
    again = await wire.post(path, json=body, headers=keyed())
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert (await wire.get(f"{CONTACTS}/{PHONE}")).status_code == 404


async def test_another_body_path_or_query_with_the_key_is_a_conflict(wire: httpx2.AsyncClient) -> None:
    """409 without retries, and nothing is changed."""
    bulk = {"contacts": [{"phone": PHONE}]}
    await wire.post(f"{CONTACTS}/bulk", json=bulk, headers=keyed())
    for path, body in (
        (f"{CONTACTS}/bulk", {"contacts": [{"phone": "+14155550001"}]}),
        (f"{CONTACTS}/bulk?on_error=skip", bulk),
        (CONTACTS, {"number": "+14155550001"}),
    ):
        answer = await wire.post(path, json=body, headers=keyed())
        assert answer.status_code == 409
        assert answer.headers["x-should-retry"] == "false"
        assert "Idempotency-Key" in answer.json()["message"]
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 1}


@pytest.mark.parametrize(
    ("path", "first", "again"),
    [
        (
            CONTACTS,
            b'{"number":"+14155552671","tags":["a"]}',
            b' {\n"tags": [ "a" ], "number": "\\u002b14155552671"\r\n}',
        ),
        (CONTACTS, b'{"number":"+14155552671"}', b'\xef\xbb\xbf{"number":"+14155552671"}'),
        (CONTACTS, b'{"number":"+14155552671","first_name":"A"}', b'{"phoneNumber":"+14155552671","firstName":"A"}'),
        (CONTACTS, b'{"number":"+14155552671"}', b'{"number":"+14155552671","phone_number":"+14155550001"}'),
        (
            CONTACTS,
            b'{"number":"+14155552671","custom_variables":{"a":"1","b":"2"}}',
            b'{"custom_variables":{"b":"2","a":"1"},"number":"+14155552671"}',
        ),
        (
            f"{CONTACTS}/bulk?on_error=skip",
            b'{"contacts":[{"phone":"+14155552671","first_name":"A"},{"phone":1}]}',
            b'{"contacts": [{"firstName": "A", "phone": "+14155552671"}, {"phone": 1}]}',
        ),
        ("/_numberkeep/inbound", b'{"from":"+14155552671","content":"x"}', b'{"content":"x", "from":"+14155552671"}'),
    ],
)
async def test_the_same_request_may_be_written_differently(
    wire: httpx2.AsyncClient, path: str, first: bytes, again: bytes
) -> None:
    """White space, escapes, the order of fields, a byte order mark and older names make no difference."""
    done = await wire.post(path, content=first, headers=keyed())
    repeated = await wire.post(path, content=again, headers=keyed())
    assert (done.status_code, repeated.status_code, repeated.content) == (200, 200, done.content)
    assert repeated.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "first", "again"),
    [
        (CONTACTS, {"number": PHONE, "tags": ["a", "b"]}, {"number": PHONE, "tags": ["b", "a"]}),
        (CONTACTS, {"number": PHONE, "first_name": "A"}, {"number": PHONE, "last_name": "A"}),
        (CONTACTS, {"number": PHONE, "firstName": "A"}, {"number": PHONE, "first_name": "B"}),
        (CONTACTS, {"number": PHONE}, {"number": PHONE, "update_if_exists": True}),
        (f"{CONTACTS}/opt-out", {"number": PHONE}, {"number": PHONE, "opted_out": False}),
        (
            f"{CONTACTS}/bulk",
            {"contacts": [{"phone": PHONE}, {"phone": "+14155550001"}]},
            {"contacts": [{"phone": "+14155550001"}, {"phone": PHONE}]},
        ),
        (f"{CONTACTS}/bulk", {"contacts": [{"phone": PHONE, "tags": []}]}, {"contacts": [{"phone": PHONE}]}),
        ("/_numberkeep/inbound", {"from": PHONE, "content": "a"}, {"from": PHONE, "content": "A"}),
    ],
)
async def test_another_value_with_the_key_is_a_conflict(
    wire: httpx2.AsyncClient, path: str, first: dict[str, Any], again: dict[str, Any]
) -> None:
    """409 for any difference in the decoded request, including the order of a list."""
    assert (await wire.post(path, json=first, headers=keyed())).status_code == 200
    refused = await wire.post(path, json=again, headers=keyed())
    assert (refused.status_code, refused.headers["x-should-retry"]) == (409, "false")


async def test_an_error_is_not_stored(wire: httpx2.AsyncClient) -> None:
    """A refused request can be repeated with the same key, corrected or not."""
    assert (await wire.post(CONTACTS, json={"number": "12"}, headers=keyed())).status_code == 400
    await wire.post(CONTACTS, json={"number": PHONE})
    body = {"number": PHONE}
    assert (await wire.post(CONTACTS, json=body, headers=keyed())).status_code == 409
    await wire.delete(f"{CONTACTS}/{PHONE}")
    assert (await wire.post(CONTACTS, json=body, headers=keyed())).status_code == 200


async def test_parallel_posts_with_one_key_are_done_once(wire: httpx2.AsyncClient) -> None:
    """The first is applied; all get the same response."""
    answers = await asyncio.gather(*[wire.post(CONTACTS, json={"number": PHONE}, headers=keyed()) for _ in range(32)])
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1


async def test_a_verify_with_one_key_sends_once_even_after_the_resend_interval(
    service: Service, wire: httpx2.AsyncClient
) -> None:
    """A late retry is still the same request."""
    await wire.post(CONTACTS, json={"number": PHONE})
    for _ in range(3):
        answer = await wire.post(f"{CONTACTS}/verify", json={"number": PHONE}, headers=keyed())
        assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
        service.clock.pass_seconds(3600)
    assert len((await wire.get("/_numberkeep/messages")).json()) == 1


async def test_a_key_expires_after_a_day(service: Service, wire: httpx2.AsyncClient) -> None:
    """24 hours after the first request the key can be used for another."""
    await wire.post(CONTACTS, json={"number": PHONE}, headers=keyed())
    service.clock.pass_seconds(24 * 3600 + 1)
    answer = await wire.post(CONTACTS, json={"number": "+14155550001"}, headers=keyed())
    assert answer.status_code == 200
    assert "idempotency-replayed" not in answer.headers


async def test_a_large_response_is_replayed_completely(wire: httpx2.AsyncClient) -> None:
    """The response to a bulk request of thousands of rows is repeated byte for byte."""
    body = {"contacts": [{"phone": f"+1415600{n:04d}", "first_name": "\u00c5da"} for n in range(3000)]}
    first = await wire.post(f"{CONTACTS}/bulk", json=body, headers=keyed())
    again = await wire.post(f"{CONTACTS}/bulk", json=body, headers=keyed())
    assert len(first.json()["contacts"]) == 3000
    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", [b"", b"two words", b"x" * 256, "sch\u00f6n".encode()])
async def test_an_invalid_key_is_named(wire: httpx2.AsyncClient, key: bytes) -> None:
    """400 that names the header, before anything is changed."""
    answer = await wire.post(CONTACTS, json={"number": PHONE}, headers=[(b"Idempotency-Key", key)])
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}


async def test_two_accounts_may_use_one_key(service: Service, wire: httpx2.AsyncClient) -> None:
    """A key belongs to the account."""
    await wire.post(CONTACTS, json={"number": PHONE}, headers=keyed())
    async with service.wire(await service.new_account("another")) as other:
        answer = await other.post(CONTACTS, json={"number": PHONE}, headers=keyed())
        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers
