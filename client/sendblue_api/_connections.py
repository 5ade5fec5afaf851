"""The httpx2 clients of a client and its copies. They open at the first call, because that reads the CA files."""

import threading
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import httpx2

from ._errors import SendblueAPIError
from ._proxies import AsyncClient, Client
from ._settings import DEFAULT_CONNECTION_LIMITS

HttpT = TypeVar("HttpT", httpx2.Client, httpx2.AsyncClient)


class _Pools(Generic[HttpT]):
    def __init__(self, http_client: HttpT | None) -> None:
        self._given: HttpT | None = http_client
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """Whether calls are refused."""
        return self._closed or (self._given is not None and self._given.is_closed)

    def http(self) -> HttpT:
        """Return the httpx2 client to send with, which belongs to the running event loop if there is one.

        Raises:
            SendblueAPIError: the client is closed.
        """
        if self.is_closed:
            raise SendblueAPIError("This client is closed: create a new one.")
        return self._given or self._pool()

    def _pool(self) -> HttpT:
        raise NotImplementedError


class Connections(_Pools[httpx2.Client]):
    """One connection pool: the caller's, or one of our own."""

    _own: httpx2.Client | None = None

    def __init__(self, http_client: httpx2.Client | None) -> None:
        super().__init__(http_client)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the pool, also if it is the caller's."""
        self._closed = True
        for http in (self._given, self._own):
            if http is not None:
                http.close()

    def _pool(self) -> httpx2.Client:
        return self._own or self._open()

    def _open(self) -> httpx2.Client:
        with self._lock:
            if self._own is None:
                self._own = Client(limits=DEFAULT_CONNECTION_LIMITS)
            return self._own

    def __del__(self) -> None:
        # Dropping a client without closing it must not warn of unclosed sockets. The caller's pool stays open.
        if self._own is not None:
            self._own.close()


class AsyncConnections(_Pools[httpx2.AsyncClient]):
    """One connection pool per event loop, or the caller's client.

    A connection only works in the loop that it was opened in. With a pool per loop a client survives `asyncio.run`.
    """

    def __init__(self, http_client: httpx2.AsyncClient | None) -> None:
        super().__init__(http_client)
        self._own: WeakKeyDictionary[Any, httpx2.AsyncClient] = WeakKeyDictionary()

    def _pool(self) -> httpx2.AsyncClient:
        loop = _loop(self)
        http = self._own.get(loop)
        if http is None:
            http = self._own[loop] = AsyncClient(limits=DEFAULT_CONNECTION_LIMITS)
        return http

    async def close(self) -> None:
        """Close the pool of the running loop, or the caller's client, and drop the pools of other loops."""
        self._closed = True
        for http in (self._given, self._own.pop(_loop(self), None)):
            if http is not None:
                await http.aclose()
        self._own.clear()


def _loop(default: object) -> object:
    import asyncio  # noqa: PLC0415 - a fifth of the import time, and the sync client needs none of it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # trio, which has one loop per program
        return default
