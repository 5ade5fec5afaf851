"""The ASGI application: finds the endpoint of a path, and answers every error in the one shape."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Final

import msgspec
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from numberkeep import __version__
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.identity import KeyPair
from numberkeep.http import stream
from numberkeep.http.answer import Answer, ok
from numberkeep.http.budget import SMALL, Budget, Limits
from numberkeep.http.closing import Closing
from numberkeep.http.deferred import Deferred
from numberkeep.http.endpoint import Api, Endpoint, Open, Operations
from numberkeep.http.errors import error_answer, log_unexpected, plain_error
from numberkeep.http.inbound import Inbound
from numberkeep.http.metrics import Stored, metrics, ready_answer
from numberkeep.http.openapi import document
from numberkeep.http.outage import Outage
from numberkeep.http.request import Request
from numberkeep.http.request_errors import CLIENT_GONE, BodyInPieces, NotFound
from numberkeep.http.routes import INBOUND, ROUTES, Route
from numberkeep.http.stream import Stream
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.http.traffic import Traffic
from numberkeep.http.turns import bulk_turns
from numberkeep.http.unread_body import discard_rest
from numberkeep.http.unserved import unserved_endpoints, unserved_path
from numberkeep.service import keys
from numberkeep.service.backlog import CachedBacklog
from numberkeep.service.context import Context
from numberkeep.service.inbound import Carrier
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.keys import Authenticator
from numberkeep.service.outlets import Notifier
from numberkeep.service.relay import Relay
from numberkeep.wire.answers import StatusOut
from numberkeep.wire.decoding import Decoder

_READING: Final = frozenset({"GET", "HEAD"})
_WITHOUT_STORE: Final = frozenset({"none", "about", "health.live", "metrics", "openapi", "console.asset"})
"""Operations whose success does not show that the store can be reached."""


class AboutAnswer(msgspec.Struct):
    """GET /: what answers here, and where to go on."""

    name: str = "numberkeep"
    version: str = __version__
    description: str = "A contacts service that speaks the Sendblue v2 Contacts API. Not affiliated with Sendblue."
    api: str = "/openapi.json"
    health: str = "/health/ready"
    documentation: str = "https://github.com/numberkeep/numberkeep/blob/main/README.md"


class Application:
    """An ASGI application that answers every request, whatever happens.

    Args:
        endpoints: what answers each path. Any text without `/` stands for a part in braces, which is the last one or
            the one before; paths without such a part take precedence.
        outage: logs that the store fails.
        traffic: counts and logs requests.
        router: answers what is not an HTTP request: the server's lifespan events.
        limits: what the process takes on at a time.
        fallbacks: what answers paths that no endpoint has, by their pattern; see `unserved_path`.
        mounts: what answers every path whose first part is this one and that no endpoint has.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        outage: Outage,
        router: Router | None = None,
        limits: Limits | None = None,
        traffic: Traffic | None = None,
        *,
        fallbacks: Mapping[str, Endpoint] | None = None,
        mounts: Mapping[str, Endpoint] | None = None,
    ) -> None:
        self.router = router or Router()
        self._budget = Budget(limits or Limits())
        self._traffic = traffic or Traffic()
        self._outage = outage
        self._fixed = {path: endpoint for path, endpoint in endpoints.items() if "{" not in path}
        self._fallbacks = fallbacks or {}
        self._mounts = mounts or {}
        self._with_argument = {_frame(path): endpoint for path, endpoint in endpoints.items() if "{" in path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        request = Request.of(scope, receive, send, self._budget)
        begun, status = perf_counter(), CLIENT_GONE
        try:
            answer, unread = await self._answer(request)
            status = request.status if answer is None else answer.status  # None: it was sent already
            if 200 <= status < 300 and request.operation not in _WITHOUT_STORE:  # noqa: PLR2004
                self._outage.ended()
            if answer is not None:
                await answer.send(send, request.request_id)
        finally:
            if request.held:
                request.release()
            self._traffic.ended(request, status, perf_counter() - begun)
        if unread:
            await discard_rest(scope, receive)

    async def _answer(self, request: Request) -> tuple[Answer | None, bool]:
        """Return the answer, None if it was sent already, and whether something of the body may be unread."""
        try:
            answer = await self._endpoint(request).answer(request)
            if answer is not None and len(answer.body) > SMALL:
                request.hold(len(answer.body), always=request.method not in _READING)
        except Exception as error:  # noqa: BLE001 - the last line of defence
            if isinstance(error, StoreUnavailable):
                self._outage.report(error, request.request_id)
            answer = error_answer(error, request.request_id) or _unexpected(error, request.request_id)
            return answer, not isinstance(error, BodyInPieces)  # it may have been found before the body was read
        return answer, request.unread

    def find(self, path: str) -> tuple[Endpoint | None, str]:
        """Return the endpoint of a path, None if there is none, and the argument in the path, `""` if there is none."""
        endpoint = self._fixed.get(path)
        if endpoint is not None:
            return endpoint, ""
        start = path.rfind("/") + 1
        argument = path[start:]
        endpoint = self._with_argument.get((path[:start], "")) if argument else None
        if endpoint is None:
            before = path.rfind("/", 0, start - 1) + 1
            argument = path[before : start - 1]
            endpoint = self._with_argument.get((path[:before], path[start - 1 :])) if argument else None
        if endpoint is None:
            endpoint = self._mounts.get(path.split("/", 2)[1]) if path.startswith("/") else None
        if endpoint is None and self._fallbacks:
            endpoint = self._fallbacks.get(unserved_path(path) or "")
        return endpoint, argument

    def _endpoint(self, request: Request) -> Endpoint:
        path: str = request.scope["path"]
        endpoint, request.argument = self.find(path)
        if endpoint is None:
            raise NotFound(path)
        return endpoint


def _frame(path: str) -> tuple[str, str]:
    """Return what stands before and after the part in braces."""
    before, _, rest = path.partition("{")
    return before, rest.partition("}")[2]


def build_application(
    context: Context,
    relay: Relay,
    runner: JobRunner,
    notifier: Notifier,
    *,
    carriers: Sequence[Carrier] = (),
    ignore_unknown: bool = False,
    first_key: KeyPair | None = None,
    closing: Closing | None = None,
    stream_limits: StreamLimits | None = None,
    limits: Limits | None = None,
    authenticator: Authenticator | None = None,
    more: Mapping[str, Endpoint] | None = None,
    mounts: Mapping[str, Callable[[Api], Endpoint]] | None = None,
    fill: Callable[[], Awaitable[None]] | None = None,
) -> Application:
    """Return the application; it opens its store when the server starts and closes it when the server stops.

    Args:
        context: what the use cases work with.
        relay: sends pending deliveries, from start to stop.
        runner: runs jobs, from start to stop.
        notifier: checks where a webhook may lead.
        carriers: the carriers that may hand in messages.
        ignore_unknown: drop unknown fields of requests instead of refusing them.
        first_key: the key pair of a store that has no keys yet.
        closing: signals shutdown to open-ended responses.
        stream_limits: the limits of event streams.
        limits: what the process takes on at a time.
        authenticator: authenticates requests; by default one of its own.
        more: endpoints beyond those of the API, by path.
        mounts: what answers all other paths with this first part; each is built at the first request to it.
        fill: fills a store that had no keys.
    """
    closing, limits = closing or Closing(), limits or Limits()
    decoder = Decoder(ignore_unknown=ignore_unknown)
    authenticator = authenticator or Authenticator(context.store, clock=context.clock)
    api = Api(context, authenticator, decoder, notifier, closing, bulk_turns(limits.bulk))

    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        await context.store.open()
        try:
            if first_key is not None:
                made = await keys.create_first(context, first_key)
                if made is not None and fill is not None:
                    await fill()
            relay.start()
            runner.start()
            yield
        finally:
            closing.begin()
            await runner.close()
            await relay.close()
            await context.store.close()

    routes: dict[str, list[Route]] = {}
    for route in ROUTES:
        routes.setdefault(route.path, []).append(route)
    endpoints: dict[str, Endpoint] = {path: Operations(api, of_path) for path, of_path in routes.items()}
    traffic = Traffic()
    endpoints |= {INBOUND.path: Inbound(api, carriers), stream.PATH: Stream(api, stream_limits)}
    endpoints |= {**_open_endpoints(context, relay, traffic), **(more or {})}
    return Application(
        endpoints,
        api.outage,
        Router(lifespan=lifespan),
        limits,
        traffic,
        fallbacks=unserved_endpoints(api),
        mounts={first: Deferred(first, partial(build, api)) for first, build in (mounts or {}).items()},
    )


def _open_endpoints(context: Context, relay: Relay, traffic: Traffic) -> dict[str, Endpoint]:
    cached = CachedBacklog(context)

    async def live() -> Answer:
        return ok(StatusOut())

    async def ready() -> Answer:
        await context.store.ready()
        backlog = await cached.backlog()
        return ok(ready_answer(backlog, cached.age_seconds(backlog)))

    async def numbers() -> Answer:
        backlog = await cached.backlog()
        stored = Stored(backlog, cached.age_seconds(backlog), await cached.reviews(), await cached.unindexed())
        return metrics(stored, relay.delivered, traffic, f"{context.node:03x}")

    async def openapi() -> Answer:
        return ok(document())

    async def about() -> Answer:
        return ok(AboutAnswer())

    return {
        "/": Open("about", about),
        "/health/live": Open("health.live", live),
        "/health/ready": Open("health.ready", ready),
        "/metrics": Open("metrics", numbers),
        "/openapi.json": Open("openapi", openapi),
    }


def _unexpected(error: Exception, request_id: str) -> Answer:
    log_unexpected(error, request_id)
    return plain_error(500, "The service failed unexpectedly: report it with the request_id.", request_id)
