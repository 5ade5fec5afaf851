"""What answers the requests to a path."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from numberkeep.domain.errors import AnsweredBefore, ReadOnlyKey
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.stamp import Actor, ActorKind, Cause, CauseKind
from numberkeep.http.answer import Answer, ok
from numberkeep.http.closing import Closing
from numberkeep.http.download import ALL_DOWNLOADS, DOWNLOADS, send_download
from numberkeep.http.idempotency import KeyedAnswer, replayed
from numberkeep.http.long_page import ALL_LONG_PAGES, LONG_PAGES, send_long_page
from numberkeep.http.outage import Outage
from numberkeep.http.query import next_link, plus_restored
from numberkeep.http.request import Request
from numberkeep.http.request_errors import MethodNotAllowed, NoCredentials
from numberkeep.http.routes import Route
from numberkeep.http.turns import Room, Turns, bulk_turns
from numberkeep.http.upload import ALL_UPLOADS, UPLOADS
from numberkeep.operations.operation import Call, Download, Listed
from numberkeep.service.context import Context
from numberkeep.service.keys import Authenticator
from numberkeep.service.outlets import Notifier
from numberkeep.wire.answers import Nothing
from numberkeep.wire.decoding import Decoder

Function = Callable[[Call, Any], Awaitable[Any]]

_MOST_DIGITS: Final = 18
NO_OPERATION: Final = ("none", "")


@dataclass(slots=True, frozen=True)
class Api:
    """What every endpoint works with.

    Bulk requests wait for a turn of their account in `bulk` to be read, and for `room` to be decoded; long pages wait
    for a turn in `pages`, files for one in `downloads` or `uploads`.
    """

    context: Context
    authenticator: Authenticator
    decoder: Decoder
    notifier: Notifier
    closing: Closing
    bulk: Turns = field(default_factory=bulk_turns)
    pages: Turns = field(default_factory=lambda: Turns(LONG_PAGES, "long pages", ALL_LONG_PAGES))
    downloads: Turns = field(default_factory=lambda: Turns(DOWNLOADS, "exports", ALL_DOWNLOADS))
    uploads: Turns = field(default_factory=lambda: Turns(UPLOADS, "uploads", ALL_UPLOADS))
    room: Room = field(default_factory=Room)
    outage: Outage = field(default_factory=Outage)

    def key_of(self, request: Request) -> Awaitable[ApiKey]:
        """Return the API key of a request, when awaited.

        Raises:
            NoCredentials: it has none.
            InvalidCredentials: the key is unknown or revoked, or the secret is wrong.
        """
        if not request.key_id or not request.secret:
            raise NoCredentials
        return self.authenticator.key(request.key_id, request.secret)

    async def change(
        self, request: Request, account: Account, actor: Actor, function: Function, given: Any, *, once: bool
    ) -> Answer:
        """Run an operation that changes something, and return its answer.

        Args:
            request: the request, which is recorded as the cause.
            account: whose data is changed.
            actor: who makes the change.
            function: the operation's function.
            given: its input.
            once: whether an idempotency key in the request is used.
        """
        context = self.context.acting(actor, Cause(CauseKind.REQUEST, request.request_id))
        call = Call(context, account, self.notifier)
        keyed = KeyedAnswer.of(request, given) if once else None
        if keyed is None:
            return ok(await function(call, given))
        call.idempotency = keyed.idempotency
        try:
            return keyed.answer(await function(call, given))
        except AnsweredBefore as before:
            return replayed(before)


class Endpoint(Protocol):
    """What answers the requests to a path."""

    async def answer(self, request: Request) -> Answer | None:
        """Return the answer, or None if it was sent already. Errors are answered too, unless something was sent."""

    def operation(self, method: str) -> tuple[str, str]:
        """Return the names of what answers a method and of the argument in its path; `none` and `""` if not there."""


class Operations:
    """Answers a path by the operation of each method.

    Args:
        api: what to work with.
        routes: the routes of the path.
    """

    def __init__(self, api: Api, routes: Sequence[Route]) -> None:
        self._api = api
        self._routes = {route.method: route for route in routes}
        if "GET" in self._routes:
            self._routes["HEAD"] = self._routes["GET"]  # the server leaves out the body

    def operation(self, method: str) -> tuple[str, str]:
        """Return the names of the method's operation and of its argument."""
        route = self._routes.get(method)
        return NO_OPERATION if route is None else (route.operation.name, route.argument)

    async def answer(self, request: Request) -> Answer | None:
        """Run the operation and return its answer; None for a long page or a file, which is sent at once."""
        route = self._routes.get(request.method)
        if route is None:
            raise MethodNotAllowed(request.method, self._routes)
        request.operation = route.operation.name
        key = await self._api.key_of(request)
        request.account_id = key.account.account_id
        if key.read_only and not route.operation.reads:
            raise ReadOnlyKey
        parts = self._parts(route, request)
        if route.is_upload:
            async with self._api.uploads.turn(request.account_id):
                return await self._run(route, request, key, [*parts, request.pieces(route.limit)])
        if not route.bulk:
            if route.body is not None:
                parts.append(self._api.decoder.body(await request.body(), route.body))
            return await self._run(route, request, key, parts)
        async with self._api.bulk.turn(request.account_id):
            data = await request.body(route.limit)
            async with self._api.room.take(len(data)):
                parts.append(await self._decoded(route, data))
                del data  # it is not needed any more, and large
                return await self._run(route, request, key, parts)

    async def _decoded(self, route: Route, data: bytes) -> Any:
        if route.decode is None:
            return self._api.decoder.body(data, route.body or Nothing)
        return await self._api.context.slices.run(route.decode(self._api.decoder, data))

    async def _run(self, route: Route, request: Request, key: ApiKey, parts: Sequence[Any]) -> Answer | None:
        """Run the operation on the parts of its input, and return its answer."""
        api, operation = self._api, route.operation
        given = parts[0] if route.is_whole else operation.input(*parts)
        if not operation.reads:
            actor = Actor(ActorKind.API_KEY, key.key_id)
            return await api.change(request, key.account, actor, operation.function, given, once=route.once)
        output = await operation.function(Call(api.context, key.account, api.notifier), given)
        if isinstance(output, Download):
            await send_download(request, output, api.downloads, api.closing)
            return None
        if not isinstance(output, Listed):
            return ok(output)
        if output.long is None:
            return _page(request, output)
        await send_long_page(request, output.long, api.pages)
        return None

    def _parts(self, route: Route, request: Request) -> list[Any]:
        """Return the parts of the input that are in the URL."""
        parts: list[Any] = []
        if route.argument:
            parts.append(_ARGUMENTS[route.argument](request.argument))
        if route.query is not Nothing:
            parts.append(self._api.decoder.params(request.query(), route.query))
        elif request.scope["query_string"]:
            self._api.decoder.params(request.query(), Nothing)
        return parts


class Open:
    """Answers a GET without authentication; must expose no account data.

    Args:
        name: what it answers, for logs and metrics.
        get: returns the answer.
    """

    def __init__(self, name: str, get: Callable[[], Awaitable[Answer]]) -> None:
        self._name = name
        self._get = get

    def operation(self, method: str) -> tuple[str, str]:
        """Return its name."""
        return (self._name, "") if method in {"GET", "HEAD"} else NO_OPERATION

    async def answer(self, request: Request) -> Answer:
        """Return the answer."""
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(request.method, ("GET", "HEAD"))
        request.operation = self._name
        return await self._get()


def _page(request: Request, page: Listed[Any]) -> Answer:
    if page.cursor is None:
        return ok(page.items)
    link = next_link(request.scope["path"], request.scope["query_string"], page.cursor)
    return ok(page.items, ((b"link", link.encode()),))


def _id(text: str) -> int | None:
    """Return an id in a path; None if it is none, so that nothing has it."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


_ARGUMENTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "phone_number": plus_restored,
    "message_id": str,
    "webhook_id": _id,
    "review_id": _id,
    "import_id": _id,
    "action_id": _id,
}
