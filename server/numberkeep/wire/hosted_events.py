"""Events in the forms of the hosted service, for webhooks that are registered under its names.

Source: api-reference.md, "Events and webhooks of the hosted service", and the hosted service's page "Receiving
messages".
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.event import Event
from numberkeep.domain.messages.handles import handle_of
from numberkeep.domain.messages.message import Message
from numberkeep.domain.messages.reply import Verdict, verdict_of
from numberkeep.domain.webhooks import types as webhook_types
from numberkeep.domain.webhooks.callback import STATUS_CALLBACK
from numberkeep.wire.events import event_out
from numberkeep.wire.field_types import Time
from numberkeep.wire.hosted_messages import message_response


class ReceiveOut(msgspec.Struct, kw_only=True, rename={"account_email": "accountEmail"}):
    """A message that a person wrote, in the hosted form `receive`."""

    account_email: str
    content: str
    is_outbound: Literal[False] = False
    status: Literal["RECEIVED"] = "RECEIVED"
    message_handle: str
    date_sent: Time
    from_number: str
    number: str
    to_number: str | None
    sendblue_number: str | None
    service: str | None
    media_url: str
    group_id: str = ""
    participants: Sequence[str]
    opted_out: bool


_encode = msgspec.json.Encoder().encode


def receive_out(account: str, event: Event) -> ReceiveOut:
    """Return an event `message.received` in the hosted form `receive`.

    Args:
        account: the account's name, in the place of the hosted service's e-mail address.
        event: an event whose subject is a message. `opted_out` is true if this message opts out; whether its writer
            had opted out before is not included. A message without a handle gets one, because receivers recognise
            repeated deliveries by it.

    Raises:
        TypeError: the event's subject is not a message.
    """
    message = event.subject
    if not isinstance(message, Message):
        raise TypeError(f"an event {event.type} has no hosted form {webhook_types.RECEIVE}")
    line = message.line or None
    return ReceiveOut(
        account_email=account,
        content=message.content,
        message_handle=handle_of(message),
        date_sent=moment(message.at),
        service=message.service or None,
        media_url=message.media_url,
        from_number=message.phone,
        number=message.phone,
        to_number=line,
        sendblue_number=line,
        participants=[message.phone] if line is None else [message.phone, line],
        opted_out=verdict_of(message.content) is Verdict.OPT_OUT,
    )


def encode_for(account: str, names: Sequence[str], event: Event) -> bytes:
    """Return the JSON of an event for a webhook.

    Args:
        account: the account's name.
        names: the names that the webhook is registered for. An event that it receives under a hosted name has the
            hosted form; the hosted `outbound` has no form of its own, so such events look as under their own name.
        event: the event.
    """
    if STATUS_CALLBACK in names and isinstance(event.subject, Message):
        return _encode(message_response(account, event.subject))
    match webhook_types.hosted_name(names, event.type):
        case webhook_types.RECEIVE:
            return _encode(receive_out(account, event))
        case webhook_types.CONTACT_CREATED:
            out = event_out(event)
            out.type = webhook_types.CONTACT_CREATED
            return _encode(out)
        case _:
            return _encode(event_out(event))
