"""httpx2 clients that work without SOCKS support for as long as no request needs it.

httpx2 raises ImportError for a SOCKS proxy in the environment when a client is created, also if NO_PROXY excludes every
host that the program calls.
"""

from typing import Any, NoReturn

import httpx2

from ._errors import SendblueAPIError


class Client(httpx2.Client):
    """An `httpx2.Client` that reports missing SOCKS support at the first request that needs it."""

    def _init_proxy_transport(self, proxy: httpx2.Proxy, *args: Any, **settings: Any) -> httpx2.BaseTransport:
        try:
            return super()._init_proxy_transport(proxy, *args, **settings)
        except ImportError:
            return _WithoutSocks(proxy)


class AsyncClient(httpx2.AsyncClient):
    """An `httpx2.AsyncClient` that does the same."""

    def _init_proxy_transport(self, proxy: httpx2.Proxy, *args: Any, **settings: Any) -> httpx2.AsyncBaseTransport:
        try:
            return super()._init_proxy_transport(proxy, *args, **settings)
        except ImportError:
            return _WithoutSocks(proxy)


class _WithoutSocks(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    def __init__(self, proxy: httpx2.Proxy) -> None:
        self._proxy = f"{proxy.url.scheme}://{proxy.url.netloc.decode('ascii')}"  # without a user name and a password

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._refuse(request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._refuse(request)

    def _refuse(self, request: httpx2.Request) -> NoReturn:
        raise SendblueAPIError(
            f"The proxy {self._proxy} needs SOCKS support: run pip install 'sendblue-api[socks]', or add "
            f"{request.url.host} to NO_PROXY to connect without the proxy."
        )
