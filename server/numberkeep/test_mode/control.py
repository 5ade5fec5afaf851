"""The endpoints of the control API: authenticates, decodes, calls the function of a route, and encodes its output."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from numberkeep.domain.identity import ApiKey
from numberkeep.domain.limits import MAX_BODY_BYTES
from numberkeep.http.answer import Answer, ok
from numberkeep.http.endpoint import NO_OPERATION, Endpoint
from numberkeep.http.request import Request
from numberkeep.http.request_errors import HttpError, MethodNotAllowed
from numberkeep.test_mode.mode import TestMode
from numberkeep.wire.answers import Nothing

PREFIX: Final = "/_numberkeep/test/"
_OPERATION: Final = "test"


@dataclass(slots=True, frozen=True)
class ServiceCall:
    """A call that works on the service and needs no key.

    Attributes:
        mode: what to work with.
        argument: the part of the path that stands for an argument; `""` if there is none.
    """

    mode: TestMode
    argument: str = ""


@dataclass(slots=True, frozen=True, kw_only=True)
class AccountCall(ServiceCall):
    """A call that works on the account of its key.

    Attributes:
        key: the key, which names the account.
    """

    key: ApiKey


@dataclass(slots=True, frozen=True)
class ControlRoute:
    """A function at a method and a path.

    Attributes:
        method: the HTTP method.
        path: the path below PREFIX; an argument is one of its parts, in braces.
        function: what answers a call and its input. It returns an `Answer`, or what is encoded as one.
        input: the shape of the query of a GET, and of the body of any other method, where no body counts as `{}`;
            `bytes` for a body as it is.
        needs_key: whether it works on the account of the request's key, and so takes an `AccountCall`.
        limit: the most bytes of the body.
    """

    method: str
    path: str
    function: Callable[[Any, Any], Awaitable[Any]]
    input: type[msgspec.Struct] | type[bytes] = Nothing
    needs_key: bool = True
    limit: int = MAX_BODY_BYTES


class OriginRefused(HttpError):
    """A request from a page in a browser."""

    def __init__(self) -> None:
        super().__init__(403, "The control API is not for pages in a browser: call it without the header Origin.")


class Control:
    """Answers a path of the control API.

    Args:
        mode: what to work with.
        routes: the routes of the path.
    """

    def __init__(self, mode: TestMode, routes: Sequence[ControlRoute]) -> None:
        self._mode = mode
        self._routes = {route.method: route for route in routes}

    def operation(self, method: str) -> tuple[str, str]:
        """Return a name for logs and metrics."""
        return (_OPERATION, "") if method in self._routes else NO_OPERATION

    async def answer(self, request: Request) -> Answer:
        """Call the function of the route, and return its answer."""
        request.operation = _OPERATION
        if request.header(b"origin") is not None:
            raise OriginRefused
        route = self._routes.get(request.method)
        if route is None:
            raise MethodNotAllowed(request.method, self._routes)
        call = ServiceCall(self._mode, request.argument)
        if route.needs_key:
            key = await self._mode.api.key_of(request)
            request.account_id = key.account.account_id
            await self._mode.wait_for_order(request.account_id)
            call = AccountCall(self._mode, request.argument, key=key)
        output = await route.function(call, await self._input(request, route))
        return output if isinstance(output, Answer) else ok(output)

    async def _input(self, request: Request, route: ControlRoute) -> msgspec.Struct | bytes:
        decoder = self._mode.api.decoder
        if issubclass(route.input, bytes):
            decoder.params(request.query(), Nothing)
            return await request.body(route.limit)
        if route.method == "GET":
            return decoder.params(request.query(), route.input)
        decoder.params(request.query(), Nothing)
        return decoder.body(await request.body(route.limit) or b"{}", route.input)


def endpoints(mode: TestMode, routes: Sequence[ControlRoute]) -> Mapping[str, Endpoint]:
    """Return the endpoint of each path."""
    of_path: dict[str, list[ControlRoute]] = {}
    for route in routes:
        of_path.setdefault(PREFIX + route.path, []).append(route)
    return {path: Control(mode, group) for path, group in of_path.items()}
