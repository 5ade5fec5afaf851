"""The shapes in which events and messages leave the service; contacts in them are as in wire.py.

Source: api-reference.md, "Events and webhooks of the hosted service", and the hosted service's page "Receiving
messages".
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, assert_never

import msgspec
from msgspec import Meta, field

from numberkeep.domain import webhook_types
from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import Contact, moment
from numberkeep.domain.event import Event, Subject
from numberkeep.domain.message import STOP_WORDS, Message, keyword_of
from numberkeep.domain.verification import Verification
from numberkeep.http.wire import ContactOut, MessageOut, Time, contact_out, message_out

MAX_EVENT_DIGITS: Final = 18


class EventsParams(msgspec.Struct, kw_only=True):
    """The query of GET /api/v2/events."""

    after: Annotated[int, Meta(ge=0, lt=10**MAX_EVENT_DIGITS)] | None = None
    type: list[str] = []


class ContactData(msgspec.Struct):
    """What `contact.*` tells of."""

    contact: ContactOut


class VerificationData(msgspec.Struct):
    """What `verification.*` tells of."""

    number: str
    requested_at: Time
    expires_at: Time


class MessageData(msgspec.Struct):
    """What `message.*` tells of."""

    message: MessageOut


class ConsentData(msgspec.Struct):
    """What `consent.*` tells of."""

    number: str
    opted_out: bool
    source: str
    wording: str
    entry: int


Data = ContactData | VerificationData | MessageData | ConsentData


class EventOut(msgspec.Struct, kw_only=True):
    """Every event."""

    id: str
    type: str
    version: Literal[1] = 1
    occurred_at: Time
    data: Data


class ReceiveOut(msgspec.Struct, kw_only=True, rename={"account_email": "accountEmail"}):
    """A message that came in, as the hosted service tells of it."""

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
    service: None = None
    media_url: str = ""
    group_id: str = ""
    participants: Sequence[str]
    opted_out: bool


class OwedMessage(msgspec.Struct, kw_only=True):
    """A message as the sender `webhook` hands it on; a line that nobody chose is null."""

    id: str
    account: str
    to: str
    from_: str | None = field(name="from")
    content: str
    created_at: Time


_encoder = msgspec.json.Encoder()


def event_out(event: Event) -> EventOut:
    """An event as everybody gets it who did not ask for it by a hosted name."""
    return EventOut(
        id=str(event.event_id), type=event.type.value, occurred_at=moment(event.at), data=_data(event.subject)
    )


def encode_event(event: Event) -> bytes:
    """The JSON of `event_out`."""
    return _encoder.encode(event_out(event))


def receive_out(account: str, event: Event) -> ReceiveOut:
    """An event `message.received` as the hosted service tells of it.

    Args:
        account: the account's name, which stands where the hosted service has its e-mail address.
        event: one whose subject is a message. Whether its writer had opted out before is not in it: `opted_out`
            is true where the message itself opts out. A message without a handle gets one of its own, for receivers
            tell by it what they have seen.

    Raises:
        TypeError: the event tells of no message.
    """
    message = event.subject
    if not isinstance(message, Message):
        raise TypeError(f"an event {event.type} has no hosted form {webhook_types.RECEIVE}")
    line = message.line or None
    return ReceiveOut(
        account_email=account,
        content=message.content,
        message_handle=message.handle or f"{account}-{message.message_id}",
        date_sent=moment(message.at),
        from_number=message.phone,
        number=message.phone,
        to_number=line,
        sendblue_number=line,
        participants=[message.phone] if line is None else [message.phone, line],
        opted_out=keyword_of(message.content) in STOP_WORDS,
    )


def encode_for(account: str, names: Sequence[str], event: Event) -> bytes:
    """The JSON of an event for a webhook that was registered with these names: the hosted form for a hosted one.

    The hosted `outbound` has no form of its own here: it gets the envelope of the ordinary name.
    """
    match webhook_types.hosted_name(names, event.type):
        case webhook_types.RECEIVE:
            return _encoder.encode(receive_out(account, event))
        case webhook_types.CONTACT_CREATED:
            out = event_out(event)
            out.type = webhook_types.CONTACT_CREATED
            return _encoder.encode(out)
        case _:
            return encode_event(event)


def encode_message(account: str, message: Message) -> bytes:
    """The JSON of an outbound message for the sender `webhook`."""
    owed = OwedMessage(
        id=f"{account}/{message.message_id}",
        account=account,
        to=message.phone,
        from_=message.line or None,
        content=message.content,
        created_at=moment(message.at),
    )
    return _encoder.encode(owed)


def _data(subject: Subject) -> Data:
    match subject:
        case Contact():
            return ContactData(contact_out(subject))
        case Verification():
            return VerificationData(subject.phone, moment(subject.requested_at), moment(subject.expires_at))
        case Message():
            return MessageData(message_out(subject))
        case ConsentEntry():
            return ConsentData(
                subject.phone, subject.opted_out, subject.source.value, subject.wording, subject.entry_id
            )
        case _:
            assert_never(subject)
