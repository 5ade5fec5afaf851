"""What happens around every route: who asks, what went wrong, and how the answer is sent."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
from starlette.types import Receive, Scope, Send

from numberkeep.domain.errors import AnsweredBefore, StoreUnavailable
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_BODY_BYTES
from numberkeep.http.answer import Answer, ok
from numberkeep.http.body import ClientGone, read_body
from numberkeep.http.closing import Closing
from numberkeep.http.decoding import Decoder
from numberkeep.http.errors import MethodNotAllowed, NoCredentials, error_answer, plain_error
from numberkeep.http.idempotency import KeyedAnswer, replayed
from numberkeep.http.outage import Outage
from numberkeep.http.request_ids import request_id_for
from numberkeep.http.wire import number_in_url
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.keys import Authenticator
from numberkeep.service.outlets import Notifier

R = TypeVar("R")
S = TypeVar("S", bound=msgspec.Struct)

_log = logging.getLogger("numberkeep.http")

_MOST_DIGITS: Final = 18


@dataclass(slots=True, frozen=True)
class Api:
    """What every endpoint works with."""

    context: Context
    authenticator: Authenticator
    decoder: Decoder
    notifier: Notifier
    closing: Closing
    outage: Outage = field(default_factory=Outage)


@dataclass(slots=True)
class Call:
    """One authenticated request, as a handler sees it."""

    api: Api
    account: Account
    scope: Scope
    receive: Receive
    _body: bytes = b""

    @property
    def context(self) -> Context:
        """What the use cases work with."""
        return self.api.context

    @property
    def notifier(self) -> Notifier:
        """What knows where a webhook may be."""
        return self.api.notifier

    @property
    def number(self) -> str:
        """The number in the path."""
        return number_in_url(self.scope["path_params"]["phone_number"])

    def part(self, name: str) -> int:
        """A number in the path that is no phone's; 0, which is nothing's, where it is none."""
        text = self.scope["path_params"][name]
        return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0

    async def bytes(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """The body as it came."""
        self._body = await read_body(self.scope, self.receive, limit)
        return self._body

    async def body(self, shape: type[S]) -> S:
        """The body, decoded."""
        return self.api.decoder.body(await self.bytes(), shape)

    def query(self, shape: type[S]) -> S:
        """The query, decoded."""
        return self.api.decoder.query(self.scope["query_string"], shape)

    async def answer_once(
        self, act: Callable[[Idempotency | None], Awaitable[R]], answer_of: Callable[[R], Any]
    ) -> Answer:
        """Do what the request asks for, and answer; for an idempotency key only once.

        Args:
            act: the use case, whose result is that of the one command it passes the key on to.
            answer_of: the answer's content for that result.
        """
        keyed = KeyedAnswer.of(self.scope, self._body, answer_of)
        if keyed is None:
            return ok(answer_of(await act(None)))
        try:
            return keyed.answer(await act(keyed.idempotency))
        except AnsweredBefore as before:
            return replayed(before)


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(slots=True)
class Claims:
    """What a request says of itself in its headers. Not frozen: it is built for every request.

    Attributes:
        key_id: the API key's id; `b""` where it names none.
        secret: the API key's secret, likewise.
        request_id: what it is called in the log and in its answer.
    """

    key_id: bytes
    secret: bytes
    request_id: str

    @classmethod
    def of(cls, scope: Scope) -> "Claims":
        """Those of a request."""
        key_id = secret = given_id = b""
        for name, value in scope["headers"]:
            if name == b"sb-api-key-id":
                key_id = value
            elif name == b"sb-api-secret-key":
                secret = value
            elif name == b"x-request-id":
                given_id = value
        return cls(key_id, secret, request_id_for(given_id))


class Front:
    """An ASGI application that answers every request, whatever happens.

    Args:
        api: what to work with.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        claims = Claims.of(scope)
        try:
            answer = await self._answer(claims, scope, receive, send)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - the last line of defence
            if isinstance(error, StoreUnavailable):
                self._api.outage.tell(error, claims.request_id)
            answer = error_answer(error, claims.request_id) or _unexpected(error, claims.request_id)
        if answer is not None:
            await send_answer(send, answer, claims.request_id)

    async def _account(self, claims: Claims) -> Account:
        if not claims.key_id or not claims.secret:
            raise NoCredentials
        return await self._api.authenticator.account(claims.key_id, claims.secret)

    async def _answer(self, claims: Claims, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """The answer; None where it was sent. What it raises is answered too, if nothing was sent."""
        raise NotImplementedError


class Endpoint(Front):
    """Authenticates a request and hands it to a handler.

    Args:
        api: what to work with.
        handlers: the operation of each HTTP method.
    """

    def __init__(self, api: Api, handlers: Mapping[str, Handler]) -> None:
        super().__init__(api)
        self._handlers = dict(handlers)
        if "GET" in handlers:
            self._handlers["HEAD"] = handlers["GET"]  # the server leaves out the body

    async def _answer(self, claims: Claims, scope: Scope, receive: Receive, send: Send) -> Answer | None:  # noqa: ARG002
        handler = self._handlers.get(scope["method"])
        if handler is None:
            raise MethodNotAllowed(scope["method"], self._handlers)
        account = await self._account(claims)
        return await handler(Call(self._api, account, scope, receive))


class Open(Front):
    """Answers anybody who asks: what tells nothing of an account.

    Args:
        api: what to work with.
        answer: gives the answer to a GET.
    """

    def __init__(self, api: Api, answer: Callable[[], Awaitable[Answer]]) -> None:
        super().__init__(api)
        self._get = answer

    async def _answer(self, claims: Claims, scope: Scope, receive: Receive, send: Send) -> Answer | None:  # noqa: ARG002
        if scope["method"] not in {"GET", "HEAD"}:
            raise MethodNotAllowed(scope["method"], ("GET", "HEAD"))
        return await self._get()


async def send_answer(send: Send, answer: Answer, request_id: str) -> None:
    """Send an answer with the headers that every one has."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.content_type),
                (b"content-length", b"%d" % len(answer.body)),
                (b"x-request-id", request_id.encode()),
                *answer.headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})


def _unexpected(error: Exception, request_id: str) -> Answer:
    # The exception's own text may hold a number or a name, so the log gets its type and where it was raised.
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("request %s failed with %s\n%s", request_id, type(error).__name__, where)
    return plain_error(500, "Something went wrong here: report it with the request_id", request_id)
