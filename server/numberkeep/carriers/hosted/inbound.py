"""Reads inbound messages and receipts of the hosted service.

Source: api-reference.md, "Events and webhooks of the hosted service".
"""

from typing import Any, Final

import msgspec

from numberkeep.carriers.answer import NOT_DELIVERED, code_in, key_in, reports_opt_out
from numberkeep.carriers.hosted.statuses import DELIVERED, FAILED
from numberkeep.domain.identity import Account
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.domain.messages.receipts import Receipt
from numberkeep.domain.messages.reply import Verdict
from numberkeep.service.context import Context
from numberkeep.service.inbound import CarrierRequest, Incoming, NotSigned, account_signing
from numberkeep.service.keys import same_secret
from numberkeep.wire.decoding import decode_loosely
from numberkeep.wire.field_types import Content, Handle, Number, Sender


class ReceiveBody(msgspec.Struct, kw_only=True):
    """The hosted service's payload `receive`; it may have more fields than these.

    The last five fields may have any type: an odd value in one of them must not refuse the message.
    """

    content: Content | None = None
    is_outbound: bool | None = None
    message_handle: Handle | None = None
    number: Sender | None = None
    from_number: Sender | None = None
    to_number: Number | None = None
    sendblue_number: Number | None = None
    opted_out: bool | None = None
    media_url: Any = None
    service: Any = None
    status: Any = None
    error_code: Any = None
    error_key: Any = None


class HostedCarrier:
    """The hosted service; see service.inbound.Carrier.

    Args:
        signing_secret: the secret for every account; `""` if there is none.
    """

    name: Final = "hosted"
    header: Final = b"sb-signing-secret"
    signs_body: Final = False
    reply: Final = None

    def __init__(self, signing_secret: str) -> None:
        self._signing_secret = signing_secret

    async def account(self, context: Context, request: CarrierRequest) -> Account | None:
        """Return the account of the request's secret; None if it is the secret for every account.

        Raises:
            NotSigned: no account has this secret.
        """
        secret = request.headers[self.header].decode("latin-1")
        if same_secret(secret, self._signing_secret):
            return None
        account = await account_signing(context, secret)
        if account is None:
            raise NotSigned("The sb-signing-secret is unknown: set it with `numberkeep accounts set`.")
        return account

    def read(self, request: CarrierRequest) -> Incoming | Receipt | None:
        """Return the inbound message, or the receipt of an outbound one; None for a receipt without news."""
        body = decode_loosely(request.body, ReceiveBody)
        if body.is_outbound:
            return _receipt(body)
        return Incoming(
            body.number or body.from_number or "",  # `number` is the other side's in every payload
            body.content or "",
            body.message_handle or "",
            body.sendblue_number or body.to_number or "",
            field="number",
            verdict=Verdict.OPT_OUT if body.opted_out else None,  # false says nothing: the text may still refuse
            media_url=_text(body.media_url),
            service=_text(body.service),
        )


def _receipt(body: ReceiveBody) -> Receipt | None:
    handle, service, status = body.message_handle or "", _text(body.service), _text(body.status)
    if status == DELIVERED:
        return Receipt(handle, MessageStatus.DELIVERED, service)
    if status not in FAILED:
        return None
    reported = {"error_code": body.error_code, "error_key": body.error_key}
    code, key = code_in(reported), key_in(reported)
    opted_out = reports_opt_out(code, key)
    return Receipt(handle, MessageStatus.FAILED, service, NOT_DELIVERED, code or 0, key, opted_out)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
