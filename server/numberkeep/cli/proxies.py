"""An HTTP client that works without SOCKS support as long as its requests need none.

httpx2 raises ImportError for a SOCKS proxy in the environment when a client is created, also if NO_PROXY excludes the
host that is called.
"""

from typing import Any

import httpx2

from numberkeep.cli.exit_codes import Failure


class Client(httpx2.Client):
    """An `httpx2.Client` that reports missing SOCKS support at the first request that needs it."""

    def _init_proxy_transport(self, proxy: httpx2.Proxy, *args: Any, **settings: Any) -> httpx2.BaseTransport:
        try:
            return super()._init_proxy_transport(proxy, *args, **settings)
        except ImportError:
            return _WithoutSocks(proxy)


class _WithoutSocks(httpx2.BaseTransport):
    def __init__(self, proxy: httpx2.Proxy) -> None:
        self._proxy = f"{proxy.url.scheme}://{proxy.url.netloc.decode('ascii')}"  # without a user name and a password

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise Failure(
            f"the proxy {self._proxy} needs SOCKS support: run pip install 'httpx2[socks]', or add {request.url.host} "
            "to NO_PROXY to connect without the proxy"
        )
