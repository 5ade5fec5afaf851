"""The shapes of messages that are handed in, in each of the forms that they come in, and of the answer."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.http.wire import Content, Handle, Number


class InboundBody(msgspec.Struct, kw_only=True):
    """POST /_numberkeep/inbound with an account's credentials: what a person wrote, and from which number.

    `to` is the account's own line. A message with a `handle` is taken in once.
    """

    from_: Number | UnsetType | None = msgspec.field(default=UNSET, name="from")
    to: Number | None = None
    content: Content | None = None
    handle: Handle | None = None


class ReceiveBody(msgspec.Struct, kw_only=True):
    """The hosted service's payload `receive`; it may have fields beyond these."""

    content: Content | None = None
    is_outbound: bool | None = None
    message_handle: Handle | None = None
    number: Number | None = None
    from_number: Number | None = None
    to_number: Number | None = None
    sendblue_number: Number | None = None


class TwilioForm(msgspec.Struct, kw_only=True, rename="pascal"):
    """Twilio's form for a message that came in; it has fields beyond these."""

    from_: Number | None = msgspec.field(default=None, name="From")
    to: Number | None = None
    body: Content | None = None
    message_sid: Handle | None = None


class InboundParams(msgspec.Struct, kw_only=True):
    """The query of POST /_numberkeep/inbound, for carriers of the whole deployment; others can only name their own."""

    account: str | None = None


class InboundAnswer(msgspec.Struct):
    """What a message has changed; `opted_out` is null where it says nothing of that."""

    number: str
    duplicate: bool
    verified: bool
    opted_out: bool | None
    status: Literal["OK"] = "OK"
