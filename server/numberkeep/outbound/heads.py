"""Limits what a receiver may send before its answer begins.

A receiver can send interim responses (status 103, for example) without end, and HTTP clients parse and drop them. So
the bytes and the reads until the final status line and its headers are counted below the HTTP client, on the connection
itself. The count is per request: it begins with `limited_head` and ends when that block does.
"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpcore2
import httpx2

from numberkeep.domain.outbox.errors import DeliveryFailed

MAX_HEAD_BYTES: Final = 32 * 1024
"""The most bytes of an answer's status and headers, including those of interim responses."""

MAX_HEAD_READS: Final = 256
"""The most reads for them: each costs more than the bytes that it returns."""


class _Head:
    """What has been read of the head of one answer."""

    def __init__(self) -> None:
        self._bytes = 0
        self._reads = 0

    @property
    def room(self) -> int:
        """How many more bytes may be read.

        Raises:
            DeliveryFailed: none, or the reads are used up.
        """
        room = MAX_HEAD_BYTES - self._bytes
        if room <= 0 or self._reads >= MAX_HEAD_READS:
            raise DeliveryFailed("sent too many interim responses or headers, or sent them in too small pieces")
        return room

    def count(self, read: int) -> None:
        self._bytes += read
        self._reads += 1


_head: ContextVar[_Head | None] = ContextVar("_head", default=None)


@contextmanager
def limited_head() -> Iterator[None]:
    """Limit what is read within the block, in which one request is sent and the head of its answer is received."""
    token = _head.set(_Head())
    try:
        yield
    finally:
        _head.reset(token)


class LimitedTransport(httpx2.AsyncHTTPTransport):
    """An HTTP transport whose connections obey `limited_head`.

    Args:
        tls: the trusted certificates.
        limits: of the connections.
    """

    def __init__(self, tls: ssl.SSLContext, limits: httpx2.Limits) -> None:
        super().__init__(verify=tls, limits=limits, trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(  # httpx2 has no parameter for the network
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_Network(),
        )


class _Network(httpcore2.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's name
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return _Stream(await super().connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore2.AsyncNetworkStream):
    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        head = _head.get()
        if head is None:
            return await self._stream.read(max_bytes, timeout)
        read = await self._stream.read(min(max_bytes, head.room), timeout)
        head.count(len(read))
        return read

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        return _Stream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
