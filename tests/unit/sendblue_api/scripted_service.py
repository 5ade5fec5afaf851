"""A service that answers as it was told to, and a driver that asks it through either client."""

import inspect
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

import sendblue_api

Answer = httpx2.Response | Exception
CONTACT = {"phone": "+15551234567", "first_name": "Ada", "tags": ["vip"], "created_at": "2026-01-02T03:04:05.678Z"}


@dataclass
class ScriptedService:
    """Gives its answers in turn, the last one again and again, and keeps what it was asked."""

    answers: list[Answer] = field(default_factory=list)
    requests: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        # A copy, for a retry changes the headers of the request it repeats.
        self.requests.append(
            httpx2.Request(request.method, request.url, headers=request.headers, content=request.read())
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


@dataclass
class Driver:
    """Calls methods of a sync or an async client alike, and keeps the pauses its retries would have made."""

    kind: str
    service: ScriptedService = field(default_factory=ScriptedService)
    pauses: list[float] = field(default_factory=list)
    client: Any = None

    def connect(self, **options: Any) -> "Driver":
        """Make the client, whose sleep only writes down for how long."""
        transport = httpx2.MockTransport(self.service)
        settings = {"api_key": "key-1", "api_secret": "secret-1", "base_url": "http://service.test", **options}
        if self.kind == "sync":
            self.client = sendblue_api.SendblueAPI(http_client=httpx2.Client(transport=transport), **settings)
            self.client._sender.sleep = self.pauses.append
        else:
            http_client = httpx2.AsyncClient(transport=transport)
            self.client = sendblue_api.AsyncSendblueAPI(http_client=http_client, **settings)
            self.client._sender.sleep = self._pause
        return self

    async def __call__(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client, such as `contacts.bulk.create`."""
        return await settled(operator.attrgetter(name)(self.client), *args, **kwargs)

    def answers(self, *answers: Answer) -> None:
        """What the service is to answer from now on."""
        self.service.answers[:] = answers

    @property
    def request(self) -> httpx2.Request:
        """The last request that was sent."""
        return self.service.requests[-1]

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


async def settled(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """What a function returns, awaited where it has to be."""
    result = function(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result
