"""Answers as HTTP has them, with `parse()` for what they mean: what `with_raw_response` and its like give."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

import httpx2
from pydantic_core import from_json

from ._decode import decode
from ._errors import APIResponseValidationError, reading
from ._exchange import Exchange
from ._operation import Call
from ._senders import AsyncSender, Sender

T = TypeVar("T")
U = TypeVar("U")


class _Answer(Generic[T]):
    """An answer of a call.

    Attributes:
        http_response: httpx2's object for the answer.
        retries_taken: how often an attempt was repeated before it.
    """

    def __init__(self, response: httpx2.Response, exchange: Exchange, call: Call[T], *, strict: bool) -> None:
        self.http_response = response
        self.retries_taken = exchange.retries_taken
        self._kind = call.operation.answer
        self._strict = strict

    @property
    def headers(self) -> httpx2.Headers:
        """The answer's headers."""
        return self.http_response.headers

    @property
    def http_request(self) -> httpx2.Request:
        """The request that was answered."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.http_response.status_code

    @property
    def url(self) -> httpx2.URL:
        """The address that answered."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """The request's HTTP method."""
        return self.http_request.method

    @property
    def http_version(self) -> str:
        """Such as `HTTP/1.1`."""
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """How long the answer took, once it was read or closed."""
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        """Whether the connection is free again."""
        return self.http_response.is_closed

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self.status_code}]>"

    def _parse(self, to: Any) -> Any:
        return decode(self._kind() if to is None else to, self.http_response, strict=self._strict)

    def _json(self) -> object:
        try:
            value: object = from_json(self.http_response.content)
        except ValueError as error:
            raise APIResponseValidationError(self.http_response, self.http_response.text) from error
        return value


class APIResponse(_Answer[T]):
    """An answer of the sync client. The body is read when it is first asked for, and can then be had again.

    What reads the body may raise `APIConnectionError` and `APITimeoutError`.
    """

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Decode the body: what the method without `with_raw_response` returns, or as another type.

        Args:
            to: a model, `list[...]`, `dict`, `str`, or any other type that pydantic knows.

        Raises:
            APIResponseValidationError: the body is not JSON.
            APIStatusError: it says `"status": "ERROR"`.
        """
        self.read()
        return self._parse(to)

    def read(self) -> bytes:
        """The body."""
        with reading(self.http_request):
            return self.http_response.read()

    def text(self) -> str:
        """The body as text."""
        self.read()
        return self.http_response.text

    def json(self) -> object:
        """The body as JSON, not fitted to a model."""
        self.read()
        return self._json()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces of `chunk_size` bytes, or as they arrive."""
        with reading(self.http_request):
            yield from self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text in pieces of `chunk_size` characters, or as they arrive."""
        with reading(self.http_request):
            yield from self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body's lines."""
        with reading(self.http_request):
            yield from self.http_response.iter_lines()

    def close(self) -> None:
        """Free the connection; what was not read is lost."""
        self.http_response.close()


class AsyncAPIResponse(_Answer[T]):
    """An answer of the async client. See `APIResponse`."""

    @overload
    async def parse(self) -> T: ...
    @overload
    async def parse(self, *, to: type[U]) -> U: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Decode the body. See `APIResponse.parse`."""
        await self.read()
        return self._parse(to)

    async def read(self) -> bytes:
        """The body."""
        with reading(self.http_request):
            return await self.http_response.aread()

    async def text(self) -> str:
        """The body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> object:
        """The body as JSON, not fitted to a model."""
        await self.read()
        return self._json()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body in pieces of `chunk_size` bytes, or as they arrive."""
        with reading(self.http_request):
            async for chunk in self.http_response.aiter_bytes(chunk_size):
                yield chunk

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text in pieces of `chunk_size` characters, or as they arrive."""
        with reading(self.http_request):
            async for chunk in self.http_response.aiter_text(chunk_size):
                yield chunk

    async def iter_lines(self) -> AsyncIterator[str]:
        """The body's lines."""
        with reading(self.http_request):
            async for line in self.http_response.aiter_lines():
                yield line

    async def close(self) -> None:
        """Free the connection; what was not read is lost."""
        await self.http_response.aclose()


class ResponseContext(Generic[T]):
    """`with client.contacts.with_streaming_response.list() as response:` sends the call, and closes after it."""

    def __init__(self, send: Callable[[], APIResponse[T]]) -> None:
        self._send = send

    def __enter__(self) -> APIResponse[T]:
        self._response = self._send()
        return self._response

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._response.close()


class AsyncResponseContext(Generic[T]):
    """The same for `async with`."""

    def __init__(self, send: Callable[[], Awaitable[AsyncAPIResponse[T]]]) -> None:
        self._send = send

    async def __aenter__(self) -> AsyncAPIResponse[T]:
        self._response = await self._send()
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._response.close()


class RawSender:
    """Stands for a sender where an answer is wanted as HTTP has it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, call: Call[T], *, stream: bool = False) -> APIResponse[T]:
        """Send a call."""
        exchange = Exchange(call, self._sender.settings)
        response = self._sender.fetch(exchange, stream=stream)
        return APIResponse(response, exchange, call, strict=self._sender.settings.strict)


class AsyncRawSender:
    """Stands for an async sender where an answer is wanted as HTTP has it."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def send(self, call: Call[T], *, stream: bool = False) -> AsyncAPIResponse[T]:
        """Send a call."""
        exchange = Exchange(call, self._sender.settings)
        response = await self._sender.fetch(exchange, stream=stream)
        return AsyncAPIResponse(response, exchange, call, strict=self._sender.settings.strict)


class StreamingSender(RawSender):
    """Stands for a sender where an answer's body is not to be read yet."""

    def send(self, call: Call[T]) -> ResponseContext[T]:  # type: ignore[override]
        """Have a call sent by the `with` statement."""
        return ResponseContext(lambda: RawSender.send(self, call, stream=True))


class AsyncStreamingSender(AsyncRawSender):
    """Stands for an async sender where an answer's body is not to be read yet."""

    def send(self, call: Call[T]) -> AsyncResponseContext[T]:  # type: ignore[override]
        """Have a call sent by the `async with` statement."""
        return AsyncResponseContext(lambda: AsyncRawSender.send(self, call, stream=True))
