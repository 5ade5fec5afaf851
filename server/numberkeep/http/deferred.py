"""An endpoint that is built when it is used first, so that the service starts as fast without it."""

import asyncio
from collections.abc import Callable

from numberkeep.http.answer import Answer
from numberkeep.http.endpoint import Endpoint
from numberkeep.http.request import Request


class Deferred:
    """Answers by another endpoint.

    Args:
        name: what it answers, for logs and metrics.
        build: returns the endpoint; it may import modules, so it is called in a thread.
    """

    def __init__(self, name: str, build: Callable[[], Endpoint]) -> None:
        self._name = name
        self._build = build
        self._building: asyncio.Future[Endpoint] | None = None

    def operation(self, method: str) -> tuple[str, str]:  # noqa: ARG002 - as the protocol has it
        """Return the name, whatever the method: what answers is not known yet."""
        return self._name, ""

    async def answer(self, request: Request) -> Answer | None:
        """Return the endpoint's answer."""
        request.operation = self._name
        if self._building is None or self._failed(self._building):
            self._building = asyncio.ensure_future(asyncio.to_thread(self._build))
        endpoint = await asyncio.shield(self._building)  # a client that has gone must not end it for the others
        return await endpoint.answer(request)

    @staticmethod
    def _failed(building: "asyncio.Future[Endpoint]") -> bool:
        return building.done() and (building.cancelled() or building.exception() is not None)
