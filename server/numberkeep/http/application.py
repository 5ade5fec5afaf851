"""The ASGI application: the routes, health, and errors of the router in the one shape that all have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from numberkeep.domain.identity import KeyPair
from numberkeep.http import inbound, stream
from numberkeep.http.answer import Answer, ok
from numberkeep.http.carriers import Carriers
from numberkeep.http.closing import Closing
from numberkeep.http.decoding import Decoder
from numberkeep.http.endpoint import Api, Call, Endpoint, Handler, Open
from numberkeep.http.errors import plain_error
from numberkeep.http.inbound import Inbound
from numberkeep.http.metrics import OutboxOut, ReadyAnswer, metrics
from numberkeep.http.openapi import document
from numberkeep.http.request_ids import request_id_for
from numberkeep.http.routes import ONE, OPERATIONS
from numberkeep.http.stream import Stream
from numberkeep.http.wire import NoParams, StatusOut
from numberkeep.service import keys
from numberkeep.service.backlog import CachedBacklog
from numberkeep.service.context import Context
from numberkeep.service.keys import Authenticator
from numberkeep.service.outlets import Notifier
from numberkeep.service.relay import Relay


def build_application(
    context: Context,
    relay: Relay,
    notifier: Notifier,
    *,
    carriers: Carriers = Carriers(),  # noqa: B008 - it is frozen
    ignore_unknown: bool = False,
    first_key: KeyPair | None = None,
    closing: Closing | None = None,
) -> Starlette:
    """The application; it opens its store when the server starts and closes it when the server stops.

    Args:
        context: what the use cases work with.
        relay: delivers what is owed, from the start to the end.
        notifier: what knows where a webhook may be.
        carriers: who may hand in messages for every account.
        ignore_unknown: drop unknown fields of requests instead of refusing them.
        first_key: the pair that opens a store without keys.
        closing: by which it is told to end what would go on for ever.
    """
    closing = closing or Closing()
    api = Api(context, Authenticator(context.store), Decoder(ignore_unknown=ignore_unknown), notifier, closing)
    cached = CachedBacklog(context)

    async def live() -> Answer:
        return ok(StatusOut())

    async def ready() -> Answer:
        await context.store.ready()
        backlog = await cached.backlog()
        return ok(ReadyAnswer(OutboxOut(backlog.waiting, round(cached.age_seconds(backlog), 3), backlog.dead)))

    async def numbers() -> Answer:
        backlog = await cached.backlog()
        return metrics(backlog, cached.age_seconds(backlog), relay.delivered, f"{context.node:03x}")

    async def openapi() -> Answer:
        return ok(document())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await context.store.open()
        try:
            if first_key is not None:
                await keys.create_first(context, first_key)
            relay.start()
            yield
        finally:
            closing.begin()
            await relay.close()
            await context.store.close()

    routes = _routes(api)
    routes += [Route(inbound.PATH, Inbound(api, carriers)), Route(stream.PATH, Stream(api))]
    everybodys = {"/health/live": live, "/health/ready": ready, "/metrics": numbers, "/openapi.json": openapi}
    routes += [Route(path, Open(api, answer)) for path, answer in everybodys.items()]
    application = Starlette(routes=routes, exception_handlers={HTTPException: _router_error}, lifespan=lifespan)
    application.router.redirect_slashes = False
    return application


class _WrittenNumber(StringConvertor):
    """What most numbers in a path look like, and no fixed path does: it starts with no lower-case letter."""

    regex = "[^/a-z][^/]*"


register_url_convertor("written_number", _WrittenNumber())


def _routes(api: Api) -> list[Route]:
    """A route for each path, with all of its methods, so that a 405 can name them."""
    handlers: dict[str, dict[str, Handler]] = {}
    for line in OPERATIONS:
        handlers.setdefault(line.path, {})[line.method] = line.handler if line.query else _without_query(line.handler)
    routes = [Route(path, Endpoint(api, methods)) for path, methods in handlers.items()]
    # The router tries one route after the other; the busiest comes first, and once more behind the fixed paths.
    return [Route(ONE.replace("}", ":written_number}"), Endpoint(api, handlers[ONE])), *routes]


def _without_query(handler: Handler) -> Handler:
    async def checked(call: Call) -> Answer:
        if call.scope["query_string"]:
            call.query(NoParams)
        return await handler(call)

    return checked


async def _router_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    mends = {
        404: f"There is no {request.url.path}: see /openapi.json; contacts are under /api/v2/contacts",
        405: f"{request.method} is not possible here",
    }
    request_id = request_id_for(request.headers.get("x-request-id", "").encode("latin-1"))
    answer = plain_error(error.status_code, mends.get(error.status_code, error.detail), request_id)
    headers = {"x-request-id": request_id, **(error.headers or {})}
    return Response(answer.body, answer.status, headers, "application/json")
