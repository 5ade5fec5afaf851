"""Bodies that are too large, refused unread or incomplete."""

from typing import Any

import httpx2
import pytest

from numberkeep.domain import limits
from support.api import CONTACTS, FIRST, Service


@pytest.mark.parametrize(
    ("path", "limit"),
    [(CONTACTS, limits.MAX_BODY_BYTES), (f"{CONTACTS}/bulk", limits.MAX_BULK_BODY_BYTES)],
)
async def test_a_body_over_the_limit_is_refused(wire: httpx2.AsyncClient, path: str, limit: int) -> None:
    """413, by its declared length or while it arrives; a body at the limit is accepted."""

    async def chunks() -> Any:
        for _ in range(limit // 65_536 + 1):
            yield b" " * 65_536

    declared = await wire.post(path, content=b" " * (limit + 1))
    streamed = await wire.post(path, content=chunks())
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert str(limit) in answer.json()["message"]
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (await wire.post(path, content=b" " * limit)).status_code == 400


async def test_a_declared_length_over_the_limit_is_answered_before_it_is_read(service: Service) -> None:
    """413 first; then the body is read and discarded, because the client may send all of it before it reads."""
    length = str(limits.MAX_BODY_BYTES + 1).encode()
    last = {"type": "http.request", "body": b"x", "more_body": False}
    assert await trace(service, [(b"content-length", length)], [{**last, "more_body": True}, last]) == [
        "send 413",
        "receive",
        "receive",
    ]


async def test_a_client_that_waits_with_its_body_is_not_waited_for(service: Service) -> None:
    """After `Expect: 100-continue` and an error it sends no body."""
    length = str(limits.MAX_BODY_BYTES + 1).encode()
    headers = [(b"content-length", length), (b"expect", b"100-continue")]
    assert await trace(service, headers, []) == ["send 413"]


async def test_an_incomplete_body_changes_nothing(service: Service, wire: httpx2.AsyncClient) -> None:
    """The client has disconnected, or its chunks are broken: the server reports both alike, so the answer is 400."""
    body = {"type": "http.request", "body": b'{"number": "+14155552671"', "more_body": True}
    chunked = [(b"transfer-encoding", b"chunked")]
    seen = await trace(service, chunked, [body, {"type": "http.disconnect"}, {"type": "http.disconnect"}])
    assert seen == ["receive", "receive", "send 400", "receive"]
    assert (await wire.get(f"{CONTACTS}/count")).json() == {"count": 0}


async def trace(service: Service, headers: list[tuple[bytes, bytes]], messages: list[dict[str, Any]]) -> list[str]:
    """Post a body of these messages to the application, and return what it received and sent, in order."""
    seen: list[str] = []

    async def receive() -> dict[str, Any]:
        seen.append("receive")
        return messages.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen.append(f"send {message['status']}")

    pair = [(b"sb-api-key-id", FIRST.key_id.encode()), (b"sb-api-secret-key", FIRST.secret.encode())]
    scope = {"type": "http", "method": "POST", "path": CONTACTS, "query_string": b"", "headers": pair + headers}
    await service.application(scope, receive, send)
    return seen
