"""The shapes of messages to and from phones."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.messages.commands import Received
from numberkeep.domain.messages.message import Direction, Message
from numberkeep.wire.field_types import Content, Handle, Number, Sender, Time, Url


class MessageOut(msgspec.Struct):
    """A message to or from a phone; the account's own line is null if it is not known."""

    id: str
    direction: str
    to: str | None
    from_: str | None = msgspec.field(name="from")
    content: str
    media_url: str | None
    status: str
    created_at: Time
    handle: str | None
    error: str | None


class InboundBody(msgspec.Struct, kw_only=True):
    """A message that a person wrote, handed in with an account's credentials.

    `from` is the person's number, `to` the account's own line. A message with a `handle` is stored once. A sender that
    has no number (a short code, an alphanumeric sender id, an e-mail address) is stored with the message and changes
    nothing else.
    """

    from_: Sender | UnsetType | None = msgspec.field(default=UNSET, name="from")
    to: Number | None = None
    content: Content | None = None
    media_url: Url | None = None
    handle: Handle | None = None


class InboundAnswer(msgspec.Struct):
    """What a message means, and what it changed.

    `opted_out` is null if the message says nothing about that. `meaning` is null for a duplicate, and for a sender that
    has no number. `review` is the id of the review in which an unclear message waits for a decision.
    """

    number: str
    duplicate: bool
    verified: bool
    opted_out: bool | None
    meaning: Literal["opt_out", "opt_in", "help", "unclear", "ordinary"] | None
    review: int | None
    status: Literal["OK"] = "OK"


def message_out(message: Message) -> MessageOut:
    """Return a message as answers and events show it."""
    line = message.line or None
    outbound = message.direction is Direction.OUTBOUND
    return MessageOut(
        str(message.message_id),
        message.direction,
        message.phone if outbound else line,
        line if outbound else message.phone,
        message.content,
        message.media_url or None,
        message.status,
        moment(message.at),
        message.handle or None,
        message.error or None,
    )


def inbound_answer(received: Received) -> InboundAnswer:
    """Return the answer to a message that was handed in."""
    return InboundAnswer(
        received.phone,
        received.duplicate,
        received.verified,
        received.opted_out,
        None if received.verdict is None else received.verdict.value,
        received.review_id or None,
    )
