"""The sync and the async sender. They only do I/O; every decision is made elsewhere."""

import time
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

import httpx2

from ._connections import AsyncConnections, Connections
from ._errors import FAILURES, APIStatusError
from ._exchange import LAST_GOOD_STATUS, Exchange
from ._operation import Call
from ._settings import Settings

T = TypeVar("T")


class Take(NamedTuple):
    """A step that takes the next `size` items, or all that are left, from an iterator of the caller."""

    source: Any
    size: int


Step: TypeAlias = Call[Any] | Take | list[T]
Steps: TypeAlias = Generator[Step[T], Any, None]
"""A generator that yields calls, and is sent the decoded and the HTTP response of each, or thrown its APIStatusError;
items to take, and is sent a list; and results, in lists."""


class Sender:
    """Sends calls and waits for their responses."""

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self.settings = settings
        self.connections = connections
        self.sleep = time.sleep

    def send(self, call: Call[T]) -> T:
        """Send a call and return its decoded response."""
        return _decoded(call, self.fetch(Exchange(call, self.settings)), self.settings)

    def run(self, steps: Steps[T]) -> Iterator[T]:
        """Run the steps and yield their results."""
        result: Any = None
        while (step := _next(steps, result)) is not None:
            if isinstance(step, list):
                yield from step
                result = None
                continue
            if isinstance(step, Take):
                result = list(islice(step.source, step.size))
                continue
            try:
                response = self.fetch(Exchange(step, self.settings))
                result = _decoded(step, response, self.settings), response
            except APIStatusError as error:
                result = error

    def fetch(self, exchange: Exchange, *, stream: bool = False) -> httpx2.Response:
        """Return the successful response, after retries and redirects; with `stream`, before its body is read."""
        while True:
            http = self.connections.http()
            try:
                response = http.send(exchange.request, stream=stream, follow_redirects=False)
                if stream and response.status_code > LAST_GOOD_STATUS:
                    response.read()
            except FAILURES as error:
                pause: float | None = exchange.failed(error)
            else:
                pause = exchange.received(response)
                if pause is None:
                    return response
            if pause:
                self.sleep(pause)


class AsyncSender:
    """Sends calls and awaits their responses."""

    def __init__(self, settings: Settings, connections: AsyncConnections) -> None:
        self.settings = settings
        self.connections = connections
        self.sleep = _sleep

    async def send(self, call: Call[T]) -> T:
        """Send a call and return its decoded response."""
        return _decoded(call, await self.fetch(Exchange(call, self.settings)), self.settings)

    async def run(self, steps: Steps[T]) -> AsyncIterator[T]:
        """Run the steps and yield their results."""
        result: Any = None
        while (step := _next(steps, result)) is not None:
            if isinstance(step, list):
                for each in step:
                    yield each
                result = None
                continue
            if isinstance(step, Take):
                result = await _take(step)
                continue
            try:
                response = await self.fetch(Exchange(step, self.settings))
                result = _decoded(step, response, self.settings), response
            except APIStatusError as error:
                result = error

    async def fetch(self, exchange: Exchange, *, stream: bool = False) -> httpx2.Response:
        """Return the successful response, after retries and redirects; with `stream`, before its body is read."""
        while True:
            http = self.connections.http()
            try:
                response = await http.send(exchange.request, stream=stream, follow_redirects=False)
                if stream and response.status_code > LAST_GOOD_STATUS:
                    await response.aread()
            except FAILURES as error:
                pause: float | None = exchange.failed(error)
            else:
                pause = exchange.received(response)
                if pause is None:
                    return response
            if pause:
                await self.sleep(pause)


def _decoded(call: Call[T], response: httpx2.Response, settings: Settings) -> T:
    from ._decode import decode  # noqa: PLC0415 - pydantic loads at the first response

    return decode(call.operation.response_type(), response, strict=settings.strict)


def _next(steps: Steps[T], result: Any) -> Step[T] | None:
    try:
        return steps.throw(result) if isinstance(result, APIStatusError) else steps.send(result)
    except StopIteration:
        return None


async def _take(step: Take) -> list[Any]:
    if not hasattr(step.source, "__anext__"):
        return list(islice(step.source, step.size))
    items: list[Any] = []
    async for item in step.source:
        items.append(item)
        if len(items) == step.size:
            break
    return items


async def _sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415 - a dependency of httpx2, for asyncio and trio; only retries need it

    await anyio.sleep(seconds)
