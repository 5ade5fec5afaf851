"""The HTTP clients that the package makes, aiohttp's among them."""

import asyncio
import gc
import gzip
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from sendblue_api import (
    DEFAULT_TIMEOUT,
    APIConnectionError,
    APITimeoutError,
    AsyncSendblueAPI,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    NotFoundError,
    SendblueAPI,
    file_from_path,
)

PAIR: dict[str, Any] = {"api_key": "key-1", "api_secret": "secret-1", "max_retries": 0}


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        self.answer(self.rfile.read(int(self.headers["content-length"])))

    def answer(self, body: bytes) -> None:
        if "slow" in self.path:
            time.sleep(0.3)
        if "slow" in self.path or "cut" in self.path:
            self.close_connection = True
            return
        content = gzip.compress(b'{"path":"%s","body":"%s"}' % (self.path.encode(), body.replace(b'"', b"'")))
        self.send_response(404 if "gone" in self.path else 200)
        self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(content)))
        for name in ("sb-api-secret-key", "user-agent", "content-type", "cookie"):
            self.send_header(f"x-{name}", self.headers.get(name, ""))
        self.send_header("set-cookie", "a=1")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # of 5, the default, connections that come at once get lost


@pytest.fixture
def address() -> Iterator[str]:
    """A real HTTP server."""
    with _Server(("127.0.0.1", 0), _Echo) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_aiohttp_sends(address: str) -> None:
    """Paths, bodies, headers, compressed answers and error statuses, as with the default transport; no cookies."""
    async with AsyncSendblueAPI(**PAIR, base_url=address, http_client=DefaultAioHttpClient()) as client:
        assert await client.get("/+1%2B?a=%2B1", cast_to=dict) == {"path": "/+1%2B?a=%2B1", "body": ""}
        response = await client.contacts.with_raw_response.create(number="+1")
        assert await response.parse(to=dict) == {"path": "/api/v2/contacts", "body": "{'number':'+1'}"}
        assert response.headers["x-sb-api-secret-key"] == "secret-1"
        assert response.headers["x-user-agent"].startswith("AsyncSendblueAPI/Python")
        assert (response.headers["x-content-type"], response.headers["x-cookie"]) == ("application/json", "")
        async with client.contacts.with_streaming_response.count() as streamed:
            assert b"".join([chunk async for chunk in streamed.iter_bytes()]).startswith(b'{"path"')
        with pytest.raises(NotFoundError):
            await client.get("/gone", cast_to=dict)
        many = await asyncio.gather(*(client.get(f"/{n}", cast_to=dict) for n in range(50)))
        assert [each["path"] for each in many] == [f"/{n}" for n in range(50)]


async def test_failures_of_aiohttp_are_ours(address: str) -> None:
    """No connection, none in time, no answer in time, and an answer that breaks off."""
    async with AsyncSendblueAPI(**PAIR, base_url=address, http_client=DefaultAioHttpClient()) as client:
        with pytest.raises(APITimeoutError) as late:
            await client.get("/slow", cast_to=dict, options={"timeout": 0.05})
        assert isinstance(late.value.__cause__, httpx2.ReadTimeout)
        with pytest.raises(APIConnectionError) as cut:
            await client.get("/cut", cast_to=dict)
        assert isinstance(cut.value.__cause__, httpx2.RemoteProtocolError)
        client.base_url = httpx2.URL("http://127.0.0.1:1")
        with pytest.raises(APIConnectionError) as refused:
            await client.contacts.count()
        assert isinstance(refused.value.__cause__, httpx2.ConnectError)


def test_aiohttp_in_a_second_event_loop(address: str) -> None:
    """Each loop has its session."""
    client = AsyncSendblueAPI(**PAIR, base_url=address, http_client=DefaultAioHttpClient())

    async def ask() -> Any:
        return (await client.get("/x", cast_to=dict))["path"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the first loop ended with its connection open
        assert [asyncio.run(ask()), asyncio.run(ask())] == ["/x", "/x"]
        asyncio.run(client.close())
        gc.collect()


def test_without_aiohttp_the_extra_is_named() -> None:
    """The error says what to install."""
    program = "import sys; sys.modules['aiohttp'] = None; import sendblue_api; sendblue_api.DefaultAioHttpClient()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "ImportError: DefaultAioHttpClient needs aiohttp: run pip install 'sendblue-api[aiohttp]'." in done.stderr


async def test_our_defaults_can_be_had_with_a_change() -> None:
    """The timeout of 60 seconds, 5 to connect; what is given counts instead."""
    for kind in (DefaultHttpxClient, DefaultAsyncHttpxClient, DefaultAioHttpClient):
        http_client: Any = kind(headers={"X-A": "1"})
        assert (http_client.timeout, http_client.headers["x-a"]) == (DEFAULT_TIMEOUT, "1")
        assert kind(timeout=3).timeout == httpx2.Timeout(3)
        family: Any = SendblueAPI if kind is DefaultHttpxClient else AsyncSendblueAPI
        assert family(**PAIR, http_client=http_client).timeout == DEFAULT_TIMEOUT


def test_a_file_for_an_upload(tmp_path: Path) -> None:
    """Its name and its content."""
    (tmp_path / "a.txt").write_bytes(b"x")
    assert file_from_path(str(tmp_path / "a.txt")) == ("a.txt", b"x")
