"""What the recorder forwards, and what it does when that fails. The upstream service is a receiver on a local port."""

import ssl
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message

from numberkeep.recording import proxy
from numberkeep.recording.proxy import READY, make_client
from support.certificates import OPENSSL, new_certificate
from support.receiver import Trick, answer, receiving
from support.recording import exchanges_of, recording, wire_through

SECRET = {"sb-api-key-id": "key", "sb-api-secret-key": "secret-of-the-caller"}


async def test_a_request_arrives_as_it_was_sent(tmp_path: Path) -> None:
    """Method, path, query, body and the caller's headers, but the upstream's host; the base URL may have a path."""
    async with receiving(answer(200, b"{}")) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}/base/")
        async with recording(upstream, tmp_path / "r") as transport, wire_through(transport, SECRET) as wire:
            headers = {"x-custom": "1", "accept-encoding": "gzip", "te": "trailers"}
            headers |= {"connection": "x-hop", "x-hop": "1"}
            await wire.request("PUT", "/api/%2B1/+1?a=%2B+b&c", content=b'{"a":1}', headers=headers)
            await wire.get("/\u00e9")
    first, second = receiver.requests
    assert first.line == "PUT /base/api/%2B1/+1?a=%2B+b&c HTTP/1.1"
    assert first.body == b'{"a":1}'
    assert first.headers.items() >= {**SECRET, "x-custom": "1", "accept-encoding": "identity"}.items()
    assert first.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert not {"te", "x-hop"} & set(first.headers)
    assert second.line == "GET /base/%C3%A9 HTTP/1.1"
    assert not {"content-length", "transfer-encoding"} & set(second.headers)


async def test_an_answer_arrives_as_it_was_given(tmp_path: Path) -> None:
    """A redirect is not followed, and a cookie is kept by nobody but the caller."""
    moved = answer(307, b'{"a":1}', location="/elsewhere", set_cookie="a=b", x_request_id="theirs", connection="close")
    async with receiving(moved) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        async with recording(upstream, tmp_path / "r") as transport:
            async with wire_through(transport, {}) as wire:
                got = await wire.get("/api/v2/contacts")
            async with wire_through(transport, {}) as wire:
                await wire.get("/api/v2/contacts")
    assert (got.status_code, got.json()) == (307, {"a": 1})
    assert [got.headers[name] for name in ("location", "set-cookie", "x-request-id")] == ["/elsewhere", "a=b", "theirs"]
    assert "connection" not in got.headers
    assert [request.headers.get("cookie") for request in receiver.requests] == [None, None]


async def test_large_bodies_are_forwarded_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording says so."""
    monkeypatch.setattr(proxy, "KEPT_BYTES", 100_000)
    body = b'"' + b"x" * 300_000 + b'"'
    async with receiving(answer(200, body)) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        async with recording(upstream, tmp_path / "r") as transport, wire_through(transport, {}) as wire:
            got = await wire.post("/api/v2/contacts", content=body)
    assert got.content == body
    assert receiver.requests[0].body == body
    [exchange] = exchanges_of(tmp_path / "r")
    assert {exchange["request"]["left_out"], exchange["answer"]["left_out"]} == {"it is too large"}


async def test_an_event_stream_is_forwarded_and_not_recorded(tmp_path: Path) -> None:
    """It has no end."""
    async with receiving(answer(200, b"data: {}\n\n", content_type="text/event-stream; charset=utf-8")) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        async with recording(upstream, tmp_path / "r") as transport, wire_through(transport, {}) as wire:
            assert (await wire.get("/api/v2/events")).content == b"data: {}\n\n"
    assert exchanges_of(tmp_path / "r") == []


async def test_its_own_path_is_not_forwarded(tmp_path: Path) -> None:
    """By it the command finds out that the recorder listens."""
    async with receiving() as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        async with recording(upstream, tmp_path / "r") as transport, wire_through(transport, {}) as wire:
            assert (await wire.get(READY)).json() == {"status": "OK"}
    assert receiver.requests == []


async def failed(upstream: httpx2.AsyncClient, path: Path) -> tuple[int, str]:
    """Return status and message of an answer that is the recorder's own, and check its shape."""
    async with recording(upstream, path) as transport, wire_through(transport, SECRET) as wire:
        got = await wire.get("/api/v2/contacts", headers={"x-request-id": "mine"})
    body = got.json()
    assert (set(body), body["status"]) == ({"status", "message", "request_id"}, "ERROR")
    assert (got.headers["x-request-id"], body["request_id"]) == ("mine", "mine")
    assert exchanges_of(path) == []
    return got.status_code, body["message"]


async def test_a_service_that_cannot_be_reached_is_a_502(tmp_path: Path) -> None:
    """In the one shape of errors; nothing was answered, so nothing is recorded."""
    async with receiving() as receiver:
        port = receiver.port
    status, message = await failed(make_client(f"http://127.0.0.1:{port}"), tmp_path / "r")
    assert (status, "ConnectError" in message, "--upstream" in message) == (502, True, True)


async def test_a_broken_connection_is_a_502(tmp_path: Path) -> None:
    """The request may have been carried out, so it is not repeated."""
    async with receiving(Trick.CLOSE) as receiver:
        assert (await failed(make_client(f"http://127.0.0.1:{receiver.port}"), tmp_path / "r"))[0] == 502
    assert len(receiver.requests) == 1


async def test_a_silent_service_is_a_504(tmp_path: Path) -> None:
    """After a minute; here sooner."""
    async with receiving(Trick.STALL) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        upstream.timeout = httpx2.Timeout(0.2)
        assert (await failed(upstream, tmp_path / "r"))[0] == 504


@pytest.mark.skipif(OPENSSL is None, reason="needs the program openssl")
async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    """The key is not sent to a host that cannot prove its name."""
    certificate: ssl.SSLContext = new_certificate(tmp_path, "localhost").server()
    async with receiving(tls=certificate) as receiver:
        assert (await failed(make_client(f"https://localhost:{receiver.port}"), tmp_path / "r"))[0] == 502
    assert receiver.requests == []


async def test_an_answer_that_breaks_off_is_not_recorded(tmp_path: Path) -> None:
    """It does not end for the caller either, so that the server cuts the connection."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    async with receiving(Trick.HALF) as receiver:
        upstream = make_client(f"http://127.0.0.1:{receiver.port}")
        upstream.timeout = httpx2.Timeout(0.2)
        async with recording(upstream, tmp_path / "r") as transport:
            scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
            await transport.app(scope, receive, send)
    assert [(message["type"], message.get("more_body")) for message in sent] == [
        ("http.response.start", None),
        ("http.response.body", True),
    ]
    assert exchanges_of(tmp_path / "r") == []
