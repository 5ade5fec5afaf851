"""Messages that the hosted service hands in.

Source: api-reference.md, "Events and webhooks of the hosted service".
"""

from typing import Final

import msgspec

from numberkeep.domain.identity import Account
from numberkeep.domain.messages.reply import Verdict
from numberkeep.service.context import Context
from numberkeep.service.inbound import CarrierRequest, Incoming, NotSigned, account_signing
from numberkeep.service.keys import same_secret
from numberkeep.wire.decoding import decode_loosely
from numberkeep.wire.field_types import Content, Handle, Number, Sender


class ReceiveBody(msgspec.Struct, kw_only=True):
    """The hosted service's payload `receive`; it may have more fields than these."""

    content: Content | None = None
    is_outbound: bool | None = None
    message_handle: Handle | None = None
    number: Sender | None = None
    from_number: Sender | None = None
    to_number: Number | None = None
    sendblue_number: Number | None = None
    opted_out: bool | None = None


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
        """Return the account that has the request's secret; None if it is the secret for every account."""
        secret = request.headers[self.header].decode("latin-1")
        if same_secret(secret, self._signing_secret):
            return None
        account = await account_signing(context, secret)
        if account is None:
            raise NotSigned("The sb-signing-secret is unknown: set it with `numberkeep accounts set`.")
        return account

    def read(self, request: CarrierRequest) -> Incoming | None:
        """Return the message; None for a status of one that the account sent."""
        body = decode_loosely(request.body, ReceiveBody)
        if body.is_outbound:
            return None
        return Incoming(
            body.number or body.from_number or "",  # `number` is the other side's in every payload
            body.content or "",
            body.message_handle or "",
            body.sendblue_number or body.to_number or "",
            field="number",
            verdict=Verdict.OPT_OUT if body.opted_out else None,  # false says nothing: the text may still refuse
        )
