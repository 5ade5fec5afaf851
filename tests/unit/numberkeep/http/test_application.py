"""Routing of paths to endpoints, and ASGI events other than requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.routing import Router

from numberkeep.http.answer import Answer, ok
from numberkeep.http.application import Application
from numberkeep.http.outage import Outage
from numberkeep.http.request import Request


class Named:
    """An endpoint that responds with its name and the argument in the path."""

    def __init__(self, name: str) -> None:
        self._name = name

    def operation(self, method: str) -> tuple[str, str]:
        """Return the name, whatever the method."""
        return self._name, method

    async def answer(self, request: Request) -> Answer:
        """Return both."""
        return ok([self._name, request.argument])


ENDPOINTS = {"/things": Named("all"), "/things/{id}": Named("one"), "/things/count": Named("count")}


async def answered(path: str) -> httpx2.Response:
    """Return the response to a GET of a path as written in a URL."""
    transport = httpx2.ASGITransport(app=Application(ENDPOINTS, Outage()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://numberkeep.test") as client:
        return await client.get(httpx2.URL(f"http://numberkeep.test{path}"))


@pytest.mark.parametrize(
    ("path", "name", "argument"),
    [
        ("/things", "all", ""),
        ("/things/count", "count", ""),
        ("/things/counts", "one", "counts"),
        ("/things/+1", "one", "+1"),
        ("/things/%2B1", "one", "+1"),
        ("/things/%20", "one", " "),
        ("/things/a%0A", "one", "a\n"),
        ("/things/%7Bid%7D", "one", "{id}"),
        ("/things/%63ount", "count", ""),
        ("/things/x?y=/z", "one", "x"),
    ],
)
async def test_a_path_is_routed_to_its_endpoint(path: str, name: str, argument: str) -> None:
    """Fixed paths precede those with an argument, which is decoded."""
    assert (await answered(path)).json() == [name, argument]


@pytest.mark.parametrize(
    "path", ["/", "/thing", "/things/", "/things//", "/things/a/", "/things/a/b", "/things/a%2Fb", "//things", "/x/a"]
)
async def test_any_other_path_is_not_found(path: str) -> None:
    """An empty argument or one with a slash does not match."""
    answer = await answered(path)
    assert (answer.status_code, answer.json()["status"]) == (404, "ERROR")


async def test_lifespan_events_open_and_close() -> None:
    """The server sends them in a separate ASGI call."""
    happened: list[str] = []

    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        happened.append("open")
        yield
        happened.append("close")

    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    for kind in ("startup", "shutdown"):
        events.put_nowait({"type": f"lifespan.{kind}"})

    async def send(message: Any) -> None:
        happened.append(message["type"])

    await Application({}, Outage(), Router(lifespan=lifespan))({"type": "lifespan", "asgi": {}}, events.get, send)
    assert happened == ["open", "lifespan.startup.complete", "close", "lifespan.shutdown.complete"]
