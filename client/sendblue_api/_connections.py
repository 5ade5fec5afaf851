"""The httpx2 clients behind a client and its copies, opened at the first call, for opening one reads the CA files."""

import threading
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import httpx2

from ._errors import SendblueAPIError
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
        """The httpx2 client to send with, in the running event loop if there is one.

        Raises:
            SendblueAPIError: it is closed.
        """
        if self.is_closed:
            raise SendblueAPIError("This client is closed: make a new one.")
        return self._given or self._pool()

    def _pool(self) -> HttpT:
        raise NotImplementedError


class Connections(_Pools[httpx2.Client]):
    """One connection pool, ours or the caller's."""

    _own: httpx2.Client | None = None

    def __init__(self, http_client: httpx2.Client | None) -> None:
        super().__init__(http_client)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the pool, which may be the caller's."""
        self._closed = True
        for http in (self._given, self._own):
            if http is not None:
                http.close()

    def _pool(self) -> httpx2.Client:
        return self._own or self._open()

    def _open(self) -> httpx2.Client:
        with self._lock:
            if self._own is None:
                self._own = httpx2.Client(limits=DEFAULT_CONNECTION_LIMITS)
            return self._own

    def __del__(self) -> None:
        # Whoever drops a client without closing it should not be told of unclosed sockets; a given one is not ours.
        if self._own is not None:
            self._own.close()


class AsyncConnections(_Pools[httpx2.AsyncClient]):
    """One connection pool for each event loop, or the caller's client.

    Connections belong to the loop they were opened in. With a pool for each, a client outlives `asyncio.run`.
    """

    def __init__(self, http_client: httpx2.AsyncClient | None) -> None:
        super().__init__(http_client)
        self._own: WeakKeyDictionary[Any, httpx2.AsyncClient] = WeakKeyDictionary()

    def _pool(self) -> httpx2.AsyncClient:
        loop = _loop(self)
        http = self._own.get(loop)
        if http is None:
            http = self._own[loop] = httpx2.AsyncClient(limits=DEFAULT_CONNECTION_LIMITS)
        return http

    async def close(self) -> None:
        """Close the running loop's pool, or the caller's client; the pools of other loops are dropped."""
        self._closed = True
        for http in (self._given, self._own.pop(_loop(self), None)):
            if http is not None:
                await http.aclose()
        self._own.clear()


def _loop(default: object) -> object:
    import asyncio  # noqa: PLC0415 - a fifth of the import's time, which the sync client can do without

    try:
        return asyncio.get_running_loop()
    except RuntimeError:  # trio, which has one loop a program
        return default
