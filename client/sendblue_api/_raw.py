"""The HTTP responses that `with_raw_response` and `with_streaming_response` return."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

import httpx2
from pydantic_core import from_json

from ._decode import decode
from ._errors import APIResponseValidationError, reading
from ._exchange import Exchange
from ._json_content import json_content
from ._operation import Call
from ._senders import AsyncSender, Sender

T = TypeVar("T")
U = TypeVar("U")


def _part(path: str, doc: str) -> Any:
    return property(attrgetter(path), doc=doc)


class _Response(Generic[T]):
    """The response of a call.

    Attributes:
        http_response: the response as an httpx2 object.
        retries_taken: the number of retries before it.
    """

    def __init__(self, response: httpx2.Response, exchange: Exchange, call: Call[T], *, strict: bool) -> None:
        self.http_response = response
        self.retries_taken = exchange.retries_taken
        self._kind = call.operation.response_type
        self._strict = strict

    headers: httpx2.Headers = _part("http_response.headers", "The headers of the response.")
    http_request: httpx2.Request = _part("http_response.request", "The request.")
    status_code: int = _part("http_response.status_code", "The HTTP status.")
    url: httpx2.URL = _part("http_response.url", "The URL that responded.")
    method: str = _part("http_request.method", "The HTTP method of the request.")
    http_version: str = _part("http_response.http_version", "The HTTP version, such as `HTTP/1.1`.")
    elapsed: timedelta = _part("http_response.elapsed", "The time that the response took, once it is closed.")
    is_closed: bool = _part("http_response.is_closed", "Whether the response is closed, and its connection free again.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"

    def _parse(self, to: Any) -> Any:
        return decode(self._kind() if to is None else to, self.http_response, strict=self._strict)

    def _json(self) -> object:
        try:
            value: object = from_json(json_content(self.http_response))
        except ValueError as error:
            raise APIResponseValidationError(self.http_response, self.http_response.text) from error
        return value


class APIResponse(_Response[T]):
    """A response of the sync client. Its body is read at first use and kept.

    Methods that read the body may raise `APIConnectionError` or `APITimeoutError`.
    """

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Return the decoded body.

        Args:
            to: a model, `list[...]`, `dict`, `str`, or any other type that pydantic knows. Default: the type that the
                method returns without `with_raw_response`.

        Raises:
            APIResponseValidationError: the body is not JSON.
            APIStatusError: the body says `"status": "ERROR"`.
        """
        self.read()
        return self._parse(to)

    def read(self) -> bytes:
        """Read and return the body."""
        with reading(self.http_request):
            return self.http_response.read()

    def text(self) -> str:
        """Return the body as text."""
        self.read()
        return self.http_response.text

    def json(self) -> object:
        """Return the body as JSON, without a model."""
        self.read()
        return self._json()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the body in chunks of `chunk_size` bytes. Default: as they arrive."""
        with reading(self.http_request):
            yield from self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Yield the body as text, in chunks of `chunk_size` characters. Default: as they arrive."""
        with reading(self.http_request):
            yield from self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """Yield the lines of the body."""
        with reading(self.http_request):
            yield from self.http_response.iter_lines()

    def close(self) -> None:
        """Close the response; a body that was not read is lost."""
        self.http_response.close()


class AsyncAPIResponse(_Response[T]):
    """A response of the async client. See `APIResponse`."""

    @overload
    async def parse(self) -> T: ...
    @overload
    async def parse(self, *, to: type[U]) -> U: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Return the decoded body. See `APIResponse.parse`."""
        await self.read()
        return self._parse(to)

    async def read(self) -> bytes:
        """Read and return the body."""
        with reading(self.http_request):
            return await self.http_response.aread()

    async def text(self) -> str:
        """Return the body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> object:
        """Return the body as JSON, without a model."""
        await self.read()
        return self._json()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the body in chunks of `chunk_size` bytes. Default: as they arrive."""
        with reading(self.http_request):
            async for chunk in self.http_response.aiter_bytes(chunk_size):
                yield chunk

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Yield the body as text, in chunks of `chunk_size` characters. Default: as they arrive."""
        with reading(self.http_request):
            async for chunk in self.http_response.aiter_text(chunk_size):
                yield chunk

    async def iter_lines(self) -> AsyncIterator[str]:
        """Yield the lines of the body."""
        with reading(self.http_request):
            async for line in self.http_response.aiter_lines():
                yield line

    async def close(self) -> None:
        """Close the response; a body that was not read is lost."""
        await self.http_response.aclose()


class RawSender:
    """A sender that returns HTTP responses."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, call: Call[T], *, stream: bool = False) -> APIResponse[T]:
        """Send a call and return its response."""
        exchange = Exchange(call, self._sender.settings)
        response = self._sender.fetch(exchange, stream=stream)
        return APIResponse(response, exchange, call, strict=self._sender.settings.strict)


class AsyncRawSender:
    """An async sender that returns HTTP responses."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def send(self, call: Call[T], *, stream: bool = False) -> AsyncAPIResponse[T]:
        """Send a call and return its response."""
        exchange = Exchange(call, self._sender.settings)
        response = await self._sender.fetch(exchange, stream=stream)
        return AsyncAPIResponse(response, exchange, call, strict=self._sender.settings.strict)


class StreamingSender(RawSender):
    """A sender that returns context managers with HTTP responses whose bodies are not read yet."""

    @contextmanager
    def send(self, call: Call[T]) -> Iterator[APIResponse[T]]:  # type: ignore[override]
        """Send a call when a `with` block begins, and close the response when it ends."""
        with closing(super().send(call, stream=True)) as response:
            yield response


class AsyncStreamingSender(AsyncRawSender):
    """An async sender that returns context managers with HTTP responses whose bodies are not read yet."""

    @asynccontextmanager
    async def send(self, call: Call[T]) -> AsyncIterator[AsyncAPIResponse[T]]:  # type: ignore[override]
        """Send a call when an `async with` block begins, and close the response when it ends."""
        response = await super().send(call, stream=True)
        try:
            yield response
        finally:
            await response.close()
