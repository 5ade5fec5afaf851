"""An httpx2 transport on aiohttp, with one session per event loop. Needs the extra `aiohttp`."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
from yarl import URL

from ._errors import SendblueAPIError
from ._settings import DEFAULT_CONNECTION_LIMITS

_ERRORS = (  # the first match counts
    (aiohttp.ConnectionTimeoutError, httpx2.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx2.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx2.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx2.RemoteProtocolError),
    ((aiohttp.ClientError, OSError), httpx2.NetworkError),
)


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """Sends the requests of an `httpx2.AsyncClient` with aiohttp. Arguments as for `httpx2.AsyncClient`."""

    def __init__(
        self,
        *,
        verify: ssl.SSLContext | bool = True,
        limits: httpx2.Limits = DEFAULT_CONNECTION_LIMITS,
        trust_env: bool = True,
    ) -> None:
        self._verify = verify
        self._limits = limits
        self._proxies = getproxies() if trust_env else {}
        self._sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its response, whose body is not read yet."""
        session = self._sessions.get(asyncio.get_running_loop()) or await self._open()
        limit = request.extensions.get("timeout", {})
        # aiohttp's own trust_env runs a thread for each request, and would also send credentials from a .netrc file.
        proxy = self._proxy_for(request.url)
        with _translated(request):
            response = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
                data=await request.aread() or None,
                allow_redirects=False,
                proxy=proxy,
                timeout=aiohttp.ClientTimeout(
                    connect=limit.get("pool"), sock_connect=limit.get("connect"), sock_read=limit.get("read")
                ),
            )
        return httpx2.Response(response.status, headers=list(response.raw_headers), stream=_Body(request, response))

    def _proxy_for(self, url: httpx2.URL) -> str | None:
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if proxy is None or proxy_bypass(url.host):
            return None
        scheme, separator, address = proxy.rpartition("://")
        if scheme.startswith("socks"):
            raise SendblueAPIError(
                f"DefaultAioHttpClient cannot use the proxy {scheme}://{address.rpartition('@')[2]}: leave http_client "
                f"out and run pip install 'sendblue-api[socks]', or add {url.host} to NO_PROXY to connect without it."
            )
        return proxy if separator else f"http://{proxy}"

    async def aclose(self) -> None:
        """Close the sessions of the running loop and of closed loops."""
        await self._drop(asyncio.get_running_loop())

    async def _drop(self, running: asyncio.AbstractEventLoop | None = None) -> None:
        for loop in [loop for loop in self._sessions if loop is running or loop.is_closed()]:
            await self._sessions.pop(loop).close()

    async def _open(self) -> aiohttp.ClientSession:
        limits = self._limits
        session = self._sessions[asyncio.get_running_loop()] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.max_connections or 0, keepalive_timeout=limits.keepalive_expiry, ssl=self._verify
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )
        await self._drop()  # a session would keep its closed loop alive
        return session


class _Body(httpx2.AsyncByteStream):
    def __init__(self, request: httpx2.Request, response: aiohttp.ClientResponse) -> None:
        self._request = request
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated(self._request):
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._response.close()


@contextmanager
def _translated(request: httpx2.Request) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        for kind, ours in _ERRORS:
            if isinstance(error, kind):
                raise ours(str(error) or type(error).__name__, request=request) from error
        raise
