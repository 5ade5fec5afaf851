"""Proxies of the environment, without SOCKS support, on real connections to this machine alone."""

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from sendblue_api import (
    AsyncSendblueAPI,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    SendblueAPI,
    SendblueAPIError,
)
from unit.sendblue_api.scripted_service import settled

PAIR: dict[str, Any] = {"api_key": "key-1", "api_secret": "secret-1", "max_retries": 2}
SOCKS = "socks5://ada:hush@127.0.0.1:9"
CLIENTS: dict[str, Any] = {
    "sync": lambda: SendblueAPI(**PAIR),
    "async": lambda: AsyncSendblueAPI(**PAIR),
    "sync default": lambda: SendblueAPI(**PAIR, http_client=DefaultHttpxClient()),
    "async default": lambda: AsyncSendblueAPI(**PAIR, http_client=DefaultAsyncHttpxClient()),
    "aiohttp": lambda: AsyncSendblueAPI(**PAIR, http_client=DefaultAioHttpClient()),
}


class _Counting(BaseHTTPRequestHandler):
    """Answers any request, as a service and as a proxy."""

    def do_GET(self) -> None:
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"count": 3}')

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    """A real HTTP server that keeps the targets of requests as `paths`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Counting) as server:
        server.paths = []  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_proxies_and_no_socks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setitem(sys.modules, "socksio", None)


@pytest.fixture(params=CLIENTS)
def make(request: pytest.FixtureRequest) -> Any:
    """Return a client when called, of each kind."""
    return CLIENTS[request.param]


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTP_PROXY"])
async def test_a_host_without_a_proxy_needs_no_socks(
    make: Any, server: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A service on this machine is reached although the environment has a SOCKS proxy for other hosts."""
    monkeypatch.setenv(variable.lower() if variable == "HTTP_PROXY" else variable, SOCKS)
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    monkeypatch.setenv("SENDBLUE_API_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    client = make()
    assert (await settled(client.contacts.count)).count == 3
    assert server.paths == ["/api/v2/contacts/count"]
    await settled(client.close)


async def test_a_host_behind_a_socks_proxy_names_the_extra(
    make: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install, and the other way out; without the proxy's password, at once, and never past the proxy."""
    monkeypatch.setenv("ALL_PROXY", SOCKS)
    monkeypatch.setenv("SENDBLUE_API_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    client = make()
    with pytest.raises(SendblueAPIError) as caught:
        await settled(client.contacts.count)
    assert "socks5://127.0.0.1:9" in str(caught.value)
    assert "pip install 'sendblue-api[socks]'" in str(caught.value)
    assert "add 127.0.0.1 to NO_PROXY" in str(caught.value)
    assert "hush" not in str(caught.value)
    assert server.paths == []
    await settled(client.close)


async def test_an_http_proxy_for_all_is_used(make: Any, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of client sends through the proxy of ALL_PROXY."""
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("SENDBLUE_API_BASE_URL", "http://127.0.0.1:9")
    client = make()
    assert (await settled(client.contacts.count)).count == 3
    assert server.paths == ["http://127.0.0.1:9/api/v2/contacts/count"]
    await settled(client.close)
