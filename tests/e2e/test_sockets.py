"""Requests that no client library would send, on plain sockets."""

import contextlib
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from numberkeep.domain import limits
from support.held_sockets import cpu_seconds
from support.process import Serving, serving

CONTACTS = b"/api/v2/contacts"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Run one service for all tests: no request may damage it."""
    folder: Path = tmp_path_factory.mktemp("sockets")
    with serving(folder, "--database", "sqlite://:memory:") as service:
        service.read_export()
        yield service
        with service.wire() as wire:
            assert wire.get("/api/v2/contacts/count").json() == {"count": 0}
        assert service.stop() == 0
        assert service.process.stderr
        logged = service.process.stderr.read()
        assert not re.search("WARNING|ERROR|Traceback", logged), "no unexpected error was logged"


def send_raw(running: Serving, line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Send one raw request, and return the status of the response."""
    return raw_response(running, line, *headers, body=body).split(b" ", 2)[1]


def raw_response(running: Serving, line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Send one raw request, and return the raw response."""
    with contextlib.closing(running.connect()) as connection:
        keys = [f"{name}: {value}".encode() for name, value in running.headers.items()]
        connection.sendall(b"\r\n".join([line, b"host: x", *keys, *headers]) + b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):  # it may respond and close before the whole body is sent
            connection.sendall(body)
        return whole_response(connection)


def whole_response(connection: socket.socket) -> bytes:
    """Return a response, which may arrive in pieces."""
    response = connection.recv(65_536)
    while (length := re.match(rb".*?content-length: (\d+).*?\r\n\r\n", response, re.DOTALL)) is None or (
        len(response) < length.end() + int(length[1])
    ):
        more = connection.recv(65_536)
        if not more:
            break
        response += more
    return response


@pytest.mark.parametrize(
    "path",
    [b"/%FF", b"/%ED%A0%80", b"/%", b"/%zz", b"/%00", b"/a%2Fb", b"//", b"/" + b"9" * 7000, b"/%F0%9F%98%80"],
)
def test_an_invalid_path_is_not_found(running: Serving, path: bytes) -> None:
    """However a path is encoded, it is 404 at worst."""
    assert send_raw(running, b"GET " + CONTACTS + path + b" HTTP/1.1") == b"404"


@pytest.mark.parametrize("query", [b"limit=%", b"limit=%FF", b"cursor=" + b"A" * 20_000, b"a=1&" * 300])
def test_an_invalid_query_is_refused(running: Serving, query: bytes) -> None:
    """However a query is encoded, it is 400."""
    assert send_raw(running, b"GET " + CONTACTS + b"?" + query + b" HTTP/1.1") == b"400"


def test_a_query_in_plain_utf8_is_accepted(running: Serving) -> None:
    """Programs such as curl do not escape a query: an unescaped tag finds its contacts."""
    with running.wire() as wire:
        wire.post(CONTACTS.decode(), json={"number": "+14155550001", "tags": ["é"]})
        found = raw_response(running, b"GET " + CONTACTS + "?tag=é".encode() + b" HTTP/1.1")
        assert wire.delete(CONTACTS.decode() + "/+14155550001").status_code == 200
    assert b'"phone":"+14155550001"' in found


@pytest.mark.parametrize("line", [b"GET " + CONTACTS + b"/\xff HTTP/1.1", b"nonsense", b"GET  HTTP/1.1"])
def test_input_that_is_not_http_is_refused(running: Serving, line: bytes) -> None:
    """The HTTP server refuses it before the application."""
    assert send_raw(running, line) == b"400"


def test_a_large_body_is_refused_before_it_is_sent(running: Serving) -> None:
    """413 on the declared length alone: a client that waits for 100 Continue never sends the body."""
    length = b"content-length: %d" % (limits.MAX_BODY_BYTES + 1)
    assert send_raw(running, b"POST " + CONTACTS + b" HTTP/1.1", length, b"expect: 100-continue") == b"413"


def test_a_large_body_without_declared_length_is_cut_off(running: Serving) -> None:
    """413 as soon as the limit is exceeded."""
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    chunks = chunk * (limits.MAX_BODY_BYTES // 65_536 + 2) + b"0\r\n\r\n"
    assert send_raw(running, b"POST " + CONTACTS + b" HTTP/1.1", b"transfer-encoding: chunked", body=chunks) == b"413"


@pytest.mark.parametrize("chunk", [b"zz\r\nx\r\n", b"5\r\nabcdefgh\r\n", b"-1\r\n", b"f" * 17 + b"\r\n"])
def test_broken_chunks_are_a_bad_request(running: Serving, chunk: bytes) -> None:
    """Answered in the one shape of all errors."""
    answer = raw_response(
        running, b"POST " + CONTACTS + b" HTTP/1.1", b"transfer-encoding: chunked", body=b"1\r\n{\r\n" + chunk
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert "chunked encoding" in json.loads(body)["message"]


def test_a_million_chunks_are_cut_off(running: Serving) -> None:
    """They cost a fraction of a second, and the answer says what to do; ten thousand are accepted."""
    line, chunked = b"POST " + CONTACTS + b" HTTP/1.1", b"transfer-encoding: chunked"
    assert send_raw(running, line, chunked, body=b"1\r\n \r\n" * 10_000 + b"0\r\n\r\n") == b"400"
    before = cpu_seconds(running.worker)
    assert send_raw(running, line, chunked, body=b"1\r\n \r\n" * 1_000_000) == b"413"
    assert cpu_seconds(running.worker) - before < 1


def test_a_disconnected_client_changes_nothing(running: Serving) -> None:
    """Half a request changes nothing; the fixture checks the service's count at the end."""
    with contextlib.closing(running.connect()) as connection:
        keys = [f"{name}: {value}".encode() for name, value in running.headers.items()]
        head = b"\r\n".join([b"POST " + CONTACTS + b" HTTP/1.1", b"host: x", *keys, b"content-length: 100"])
        connection.sendall(head + b'\r\n\r\n{"number": "+14155552671"')


def test_a_key_in_other_bytes_is_refused(running: Serving) -> None:
    """Keys that are not text are wrong keys."""
    with contextlib.closing(running.connect()) as connection:
        connection.sendall(
            b"GET " + CONTACTS + b" HTTP/1.1\r\nhost: x\r\nsb-api-key-id: \xff\xfe\r\nsb-api-secret-key: \xff\r\n\r\n"
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")
