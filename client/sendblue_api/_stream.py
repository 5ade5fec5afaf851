"""Answers that go on and on, as server-sent events. No call on contacts has one; other paths of a service may."""

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

import httpx2

from ._models import lenient

T = TypeVar("T")


class _Events(Generic[T]):
    """The events of an answer, each with its JSON read as `cast_to`.

    Args:
        cast_to: a model, or another type that pydantic knows.
        response: an answer of type `text/event-stream`, as `http_response` of a streaming response is. Leaving the
            `with` block closes it.
    """

    def __init__(self, *, cast_to: type[T], response: httpx2.Response) -> None:
        self.response = response
        self._cast_to = cast_to

    def _read(self, event: httpx2.ServerSentEvent) -> T:
        data: T = lenient(self._cast_to, event.json())
        return data


class Stream(_Events[T]):
    __doc__ = _Events.__doc__

    def __iter__(self) -> Iterator[T]:
        return map(self._read, httpx2.EventSource(self.response))

    def close(self) -> None:
        """Close the connection."""
        self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncStream(_Events[T]):
    __doc__ = _Events.__doc__

    async def __aiter__(self) -> AsyncIterator[T]:
        async for event in httpx2.EventSource(self.response):
            yield self._read(event)

    async def close(self) -> None:
        """Close the connection."""
        await self.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()
