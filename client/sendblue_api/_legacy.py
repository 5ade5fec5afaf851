"""Lets a client or a transport of httpx (0.28), the predecessor of httpx2, send for an httpx2 client."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from ._log import hide_contacts


def adopted(legacy: Any, family: Any) -> Any:
    """Return an httpx2 client of class `family` that sends through `legacy`, and closes it at its end."""
    kind = type(family.__name__, (family,), {"is_closed": property(lambda _: legacy.is_closed)})
    return kind(
        transport=_Bridge(legacy),
        headers=legacy.headers.raw,
        params=list(legacy.params.multi_items()),
        timeout=httpx2.Timeout(**legacy.timeout.as_dict()),
    )


def bridged(transport: Any, family: str) -> httpx2.BaseTransport | httpx2.AsyncBaseTransport:
    """Return an httpx2 transport that sends through one of httpx; `family` is `Client` or `AsyncClient`."""
    httpx = sys.modules.get("httpx")
    if httpx is None or not isinstance(transport, (httpx.BaseTransport, httpx.AsyncBaseTransport)):
        raise TypeError(f"transport must be an httpx2 transport, not {type(transport).__name__}.")
    return _Bridge(getattr(httpx, family)(transport=transport))


class _Bridge(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    def __init__(self, legacy: Any) -> None:
        self._legacy = legacy
        hide_contacts("httpx")

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with _translated(request):
            return _answer(request, self._legacy.send(_old(request), stream=True, follow_redirects=False))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        with _translated(request):
            return _answer(request, await self._legacy.send(_old(request), stream=True, follow_redirects=False))

    def close(self) -> None:
        self._legacy.close()

    async def aclose(self) -> None:
        await self._legacy.aclose()


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, request: httpx2.Request, response: Any) -> None:
        self._request = request
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _translated(self._request):
            yield from self._response.stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated(self._request):
            async for chunk in self._response.stream:
                yield chunk

    def close(self) -> None:
        self._response.close()

    async def aclose(self) -> None:
        await self._response.aclose()


def _old(request: httpx2.Request) -> Any:
    return sys.modules["httpx"].Request(
        request.method,
        str(request.url),
        headers=request.headers.raw,
        content=request.content,
        extensions=request.extensions,
    )


def _answer(request: httpx2.Request, response: Any) -> httpx2.Response:
    return httpx2.Response(
        response.status_code,
        headers=response.headers.raw,
        stream=_Body(request, response),
        extensions=response.extensions,
    )


@contextmanager
def _translated(request: httpx2.Request) -> Iterator[None]:
    try:
        yield
    except sys.modules["httpx"].RequestError as error:
        kind = getattr(httpx2, type(error).__name__, httpx2.TransportError)
        raise kind(str(error), request=request) from error
