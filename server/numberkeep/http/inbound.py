"""Messages that people write, as carriers and tests hand them in: `POST /_numberkeep/inbound`.

Source: api-reference.md, "Events and webhooks of the hosted service", for the hosted payload; Twilio's documentation,
"Twilio's request to your incoming message webhook URL", for its form.
"""

from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from numberkeep.domain.conversation import Received
from numberkeep.domain.errors import AccountNotFound, FieldError, InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_BODY_BYTES
from numberkeep.http import inbound_wire, wire
from numberkeep.http.answer import Answer, ok
from numberkeep.http.body import read_body
from numberkeep.http.carriers import Carriers
from numberkeep.http.endpoint import Api, Call, Claims, Front
from numberkeep.http.errors import MethodNotAllowed, NoCredentials, NotSigned
from numberkeep.http.twilio import is_signed
from numberkeep.service import accounts, inbound
from numberkeep.service.keys import DEFAULT_ACCOUNT, same_secret

PATH: Final = "/_numberkeep/inbound"

_SECRET: Final = b"sb-signing-secret"
_TWILIO: Final = b"x-twilio-signature"
_TWIML: Final = Answer(200, b"<Response></Response>", (), b"text/xml")
_MAX_FIELDS: Final = 200


class Inbound(Front):
    """Takes in a message from whoever may hand one in.

    Args:
        api: what to work with.
        carriers: who may for every account; `?account=NAME` says for which, `default` where it does not.
    """

    def __init__(self, api: Api, carriers: Carriers) -> None:
        super().__init__(api)
        self._carriers = carriers

    async def _answer(self, claims: Claims, scope: Scope, receive: Receive, send: Send) -> Answer | None:  # noqa: ARG002
        if scope["method"] != "POST":
            raise MethodNotAllowed(scope["method"], ("POST",))
        headers = dict(scope["headers"])
        if claims.key_id or claims.secret:
            call = Call(self._api, self._same(await self._account(claims), scope), scope, receive)
            return await self._plain(call, await call.body(inbound_wire.InboundBody))
        if _SECRET in headers:
            call = Call(self._api, await self._signing(headers[_SECRET], scope), scope, receive)
            return await self._hosted(call, await call.bytes())
        if _TWILIO in headers:
            return await self._twilio(scope, receive, headers)
        raise NoCredentials

    async def _plain(self, call: Call, body: inbound_wire.InboundBody) -> Answer:
        number, content = wire.number_of(body.from_), body.content or ""
        return await self._receive(call, number, content, handle=body.handle or "", line=body.to or "", field="from")

    async def _hosted(self, call: Call, data: bytes) -> Answer:
        body = call.api.decoder.loosely(data, inbound_wire.ReceiveBody)
        if body.is_outbound:  # what became of one of our own: nothing that a person wrote
            return ok(wire.StatusOut())
        number = body.number or body.from_number or ""  # `number` is the other side's in every payload
        line = body.sendblue_number or body.to_number or ""
        return await self._receive(
            call, number, body.content or "", handle=body.message_handle or "", line=line, field="number"
        )

    async def _twilio(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> Answer:
        data = await read_body(scope, receive, MAX_BODY_BYTES)  # which is signed, so first of all it is read
        try:
            form = parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
        except ValueError:
            raise InvalidInput("the body must be a form in UTF-8") from None
        signature = headers[_TWILIO].decode("latin-1")
        if not is_signed(self._url(scope, headers), form, signature, self._carriers.twilio_auth_token):
            raise NotSigned(
                "X-Twilio-Signature does not fit: set NUMBERKEEP_TWILIO_AUTH_TOKEN, and NUMBERKEEP_PUBLIC_URL where "
                "a proxy stands in between"
            )
        call = Call(self._api, await self._named(scope), scope, receive, data)
        sent = call.api.decoder.taken(dict(form), inbound_wire.TwilioForm)
        await self._receive(
            call, sent.from_ or "", sent.body or "", handle=sent.message_sid or "", line=sent.to or "", field="From"
        )
        return _TWIML

    async def _receive(self, call: Call, number: str, content: str, *, handle: str, line: str, field: str) -> Answer:
        return await call.answer_once(
            lambda once: inbound.receive(
                call.context, call.account, number, content, handle=handle, line=line, field=field, once=once
            ),
            _answer_of,
        )

    async def _signing(self, secret: bytes, scope: Scope) -> Account:
        text = secret.decode("latin-1")
        if same_secret(text, self._carriers.signing_secret):
            return await self._named(scope)
        account = await inbound.account_signing(self._api.context, text)
        if account is None:
            raise NotSigned("sb-signing-secret is none of this service's: see `numberkeep accounts set`")
        return self._same(account, scope)

    def _same(self, account: Account, scope: Scope) -> Account:
        """The account that a request proves itself to be of, unless its URL names another."""
        named = self._asked_for(scope)
        if named not in {None, account.name}:
            mend = "is not the account of the key or secret that came with it: leave it out, or send that account's"
            raise InvalidInput(f"account {mend}", [FieldError("account", mend)])
        return account

    def _asked_for(self, scope: Scope) -> str | None:
        return self._api.decoder.query(scope["query_string"], inbound_wire.InboundParams).account

    async def _named(self, scope: Scope) -> Account:
        name = self._asked_for(scope) or DEFAULT_ACCOUNT
        account = await accounts.named(self._api.context, name)
        if account is None:
            raise AccountNotFound(name)
        return account

    def _url(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        path = scope.get("raw_path") or scope["path"].encode()
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        base = self._carriers.public_url.rstrip("/").encode()
        if not base:
            scheme = _first(headers.get(b"x-forwarded-proto", scope["scheme"].encode()))
            base = scheme + b"://" + _first(headers.get(b"x-forwarded-host", headers.get(b"host", b"")))
        url: bytes = base + path.partition(b"?")[0] + query
        return url.decode("latin-1")


def _answer_of(received: Received) -> Any:
    return inbound_wire.InboundAnswer(received.phone, received.duplicate, received.verified, received.opted_out)


def _first(forwarded: bytes) -> bytes:
    """What the proxy that is nearest to the carrier says; those behind it append theirs."""
    return forwarded.partition(b",")[0].strip()
