"""Responses with server-sent events, for `client.get` and `client.post`."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, get_args

import httpx2
from pydantic_core import from_json

from ._errors import APIResponseValidationError, reading
from ._exchange import Exchange
from ._fitting import lenient
from ._operation import Call
from ._senders import AsyncSender, Sender

T = TypeVar("T")


class _Events(Generic[T]):
    """Iterates over the server-sent events of a response, each with its JSON as `cast_to`.

    May raise `APIConnectionError`, `APITimeoutError` or `APIResponseValidationError`. Used in a `with` block, it closes
    the response at the end.

    Args:
        cast_to: a model, or another type that pydantic knows.
        response: a response of type `text/event-stream`, such as the `http_response` of a streaming response.
    """

    def __init__(self, *, cast_to: type[T], response: httpx2.Response) -> None:
        self.response = response
        self._cast_to = cast_to
        self._events: Any = self._begun(httpx2.EventSource(response))

    def _begun(self, source: httpx2.EventSource) -> Any:
        raise NotImplementedError

    def _read(self, event: httpx2.ServerSentEvent) -> T:
        try:
            data: T = lenient(self._cast_to, from_json(event.data))
        except ValueError as error:
            raise APIResponseValidationError(self.response, event.data, message="An event is not JSON.") from error
        return data

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with reading(self.response.request):
            try:
                yield
            except httpx2.SSEError as error:  # another content type, or an event without an end
                raise APIResponseValidationError(self.response, None, message=str(error)) from error


class Stream(_Events[T]):
    __doc__ = _Events.__doc__

    def _begun(self, source: httpx2.EventSource) -> Any:
        return iter(source)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._reading():
            # A block without data only keeps the connection alive (HTML standard, 9.2.6).
            return self._read(next(event for event in self._events if event.data))

    def close(self) -> None:
        """Close the connection."""
        self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncStream(_Events[T]):
    __doc__ = _Events.__doc__

    def _begun(self, source: httpx2.EventSource) -> Any:
        return aiter(source)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        with self._reading():
            event = await anext(self._events)
            while not event.data:
                event = await anext(self._events)
            return self._read(event)

    async def close(self) -> None:
        """Close the connection."""
        await self.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()


def open_stream(sender: Sender, call: Call[Any], kind: type[Any] | None) -> Any:
    """Send a call and return its events as `kind`, or as a `Stream` of the type that the call is cast to."""
    response = sender.fetch(Exchange(call, sender.settings), stream=True)
    return (kind or Stream)(cast_to=_model(kind, call), response=response)


async def open_async_stream(sender: AsyncSender, call: Call[Any], kind: type[Any] | None) -> Any:
    """Send a call and return its events. See `open_stream`."""
    response = await sender.fetch(Exchange(call, sender.settings), stream=True)
    return (kind or AsyncStream)(cast_to=_model(kind, call), response=response)


def _model(kind: type[Any] | None, call: Call[Any]) -> Any:
    for each in (kind, *getattr(kind, "__orig_bases__", ())):
        for model in get_args(each):
            if not isinstance(model, TypeVar):
                return model
    return call.operation.response_type()
