"""Messages that people write, as carriers and accounts hand them in: `POST /_numberkeep/inbound`."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from numberkeep.domain.errors import FieldError, ReadOnlyKey
from numberkeep.domain.identity import Account
from numberkeep.domain.stamp import Actor, ActorKind
from numberkeep.http.answer import Answer, ok
from numberkeep.http.endpoint import NO_OPERATION, Api
from numberkeep.http.request import Request
from numberkeep.http.request_errors import MethodNotAllowed, NoCredentials
from numberkeep.operations import messages
from numberkeep.service.inbound import Carrier, CarrierRequest, Incoming, account_named
from numberkeep.service.keys import DEFAULT_ACCOUNT
from numberkeep.wire.answers import StatusOut, invalid
from numberkeep.wire.messages import InboundBody


class InboundParams(msgspec.Struct, kw_only=True):
    """The account, for carriers that serve the whole deployment; others can only name their own."""

    account: str | None = None


class Inbound:
    """Accepts messages from accounts and carriers.

    Args:
        api: what to work with.
        carriers: the carriers, each of which is recognised by its header.
    """

    def __init__(self, api: Api, carriers: Sequence[Carrier]) -> None:
        self._api = api
        self._carriers = carriers

    def operation(self, method: str) -> tuple[str, str]:
        """Return the name of the operation."""
        return (messages.receive.name, "") if method == "POST" else NO_OPERATION

    async def answer(self, request: Request) -> Answer:
        """Store the message and return the answer."""
        if request.method != "POST":
            raise MethodNotAllowed(request.method, ("POST",))
        request.operation = messages.receive.name
        if request.key_id or request.secret:
            key = await self._api.key_of(request)
            self._check_account(request, key.account)
            request.account_id = key.account.account_id
            if key.read_only:
                raise ReadOnlyKey
            body = self._api.decoder.body(await request.body(), InboundBody)
            actor = Actor(ActorKind.API_KEY, key.key_id)
            function = messages.receive.function
            return await self._api.change(request, key.account, actor, function, body, once=True)
        carrier = next((each for each in self._carriers if request.header(each.header) is not None), None)
        if carrier is None:
            raise NoCredentials
        return await self._from_carrier(request, carrier)

    async def _from_carrier(self, request: Request, carrier: Carrier) -> Answer:
        handed = CarrierRequest(dict(request.scope["headers"]), request.scope["scheme"], _target(request))
        if carrier.signs_body:
            handed = replace(handed, body=await request.body())
        account = await carrier.account(self._api.context, handed)
        if account is None:
            account = await account_named(self._api.context, self._asked_for(request) or DEFAULT_ACCOUNT)
        else:
            self._check_account(request, account)
        if not carrier.signs_body:
            handed = replace(handed, body=await request.body())
        given, answer = carrier.read(handed), ok(StatusOut())
        actor = Actor(ActorKind.CARRIER, carrier.name)
        if isinstance(given, Incoming):
            answer = await self._api.change(request, account, actor, messages.take_in, given, once=True)
        elif given is not None:
            answer = await self._api.change(request, account, actor, messages.take_in_receipt, given, once=False)
        if carrier.reply is None:
            return answer
        content_type, body = carrier.reply
        return Answer(200, body, (), content_type)

    def _check_account(self, request: Request, account: Account) -> None:
        """Refuse a request whose URL names another account than the one that it proves to be of."""
        if self._asked_for(request) not in {None, account.name}:
            message = "is not the account of the key or secret in the request: leave it out, or send that account's"
            raise invalid(FieldError("account", message))

    def _asked_for(self, request: Request) -> str | None:
        return self._api.decoder.params(request.query(), InboundParams).account


def _target(request: Request) -> bytes:
    scope = request.scope
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path.partition(b"?")[0] + (b"?" + query if query else b"")
