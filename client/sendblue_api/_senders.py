"""The two senders. What they do is written twice, because it waits; what they decide is not theirs."""

import time
from typing import Any, TypeVar

import httpx2

from ._connections import AsyncConnections, Connections
from ._exchange import Exchange
from ._operation import Call, Operation, describe
from ._settings import Settings

T = TypeVar("T")


class Sender:
    """Sends calls and waits for their answers."""

    def __init__(self, settings: Settings, connections: Connections) -> None:
        self.settings = settings
        self.connections = connections
        self.sleep = time.sleep

    def send(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a call and decode its answer; `arguments` are those of `describe`."""
        from ._decode import decode  # noqa: PLC0415 - pydantic loads at the first answer

        return decode(operation, self.fetch(describe(operation, arguments)))

    def fetch(self, call: Call) -> httpx2.Response:
        """Send a call and give its good answer, with retries and redirects."""
        exchange = Exchange(call, self.settings)
        while True:
            http = self.connections.http()
            try:
                response = http.send(exchange.request, follow_redirects=False)
            except httpx2.RequestError as error:
                pause: float | None = exchange.failed(error)
            else:
                pause = exchange.answered(response)
                if pause is None:
                    return response
            if pause:
                self.sleep(pause)


class AsyncSender:
    """Sends calls and awaits their answers."""

    def __init__(self, settings: Settings, connections: AsyncConnections) -> None:
        self.settings = settings
        self.connections = connections
        self.sleep = _sleep

    async def send(self, operation: Operation[T], arguments: dict[str, Any]) -> T:
        """Send a call and decode its answer; `arguments` are those of `describe`."""
        from ._decode import decode  # noqa: PLC0415 - pydantic loads at the first answer

        return decode(operation, await self.fetch(describe(operation, arguments)))

    async def fetch(self, call: Call) -> httpx2.Response:
        """Send a call and give its good answer, with retries and redirects."""
        exchange = Exchange(call, self.settings)
        while True:
            http = self.connections.http()
            try:
                response = await http.send(exchange.request, follow_redirects=False)
            except httpx2.RequestError as error:
                pause: float | None = exchange.failed(error)
            else:
                pause = exchange.answered(response)
                if pause is None:
                    return response
            if pause:
                await self.sleep(pause)


async def _sleep(seconds: float) -> None:
    import anyio  # noqa: PLC0415 - httpx2's own, for asyncio and trio alike, and only retries sleep

    await anyio.sleep(seconds)
