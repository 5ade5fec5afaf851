"""Answers that go on and on, as server-sent events. No call on contacts has one; other paths of a service may."""

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
    """The events of an answer, each with its JSON read as `cast_to`.

    Reading them may raise `APIConnectionError`, `APITimeoutError` or `APIResponseValidationError`.

    Args:
        cast_to: a model, or another type that pydantic knows.
        response: an answer of type `text/event-stream`, as `http_response` of a streaming response is. Leaving the
            `with` block closes it.
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
            except httpx2.SSEError as error:  # not of this type, or an event without end
                raise APIResponseValidationError(self.response, None, message=str(error)) from error


class Stream(_Events[T]):
    __doc__ = _Events.__doc__

    def _begun(self, source: httpx2.EventSource) -> Any:
        return iter(source)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._reading():
            # A block without data is for the connection alone (HTML standard, 9.2.6).
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


class EventSender:
    """Stands for a sender where the events of an answer are wanted.

    Args:
        sender: what sends.
        kind: `Stream[Model]`, or a class made of it; None for `Stream` of what the call is cast to.
    """

    def __init__(self, sender: Sender, kind: type[Any] | None) -> None:
        self._sender = sender
        self._kind = kind

    def send(self, call: Call[Any]) -> Any:
        """Send a call."""
        response = self._sender.fetch(Exchange(call, self._sender.settings), stream=True)
        return (self._kind or Stream)(cast_to=_model(self._kind, call), response=response)


class AsyncEventSender:
    """The same for the async client."""

    def __init__(self, sender: AsyncSender, kind: type[Any] | None) -> None:
        self._sender = sender
        self._kind = kind

    async def send(self, call: Call[Any]) -> Any:
        """Send a call."""
        response = await self._sender.fetch(Exchange(call, self._sender.settings), stream=True)
        return (self._kind or AsyncStream)(cast_to=_model(self._kind, call), response=response)


def _model(kind: type[Any] | None, call: Call[Any]) -> Any:
    for each in (kind, *getattr(kind, "__orig_bases__", ())):
        for model in get_args(each):
            if not isinstance(model, TypeVar):
                return model
    return call.operation.answer()
