"""Which messages to list, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from numberkeep.domain.messages.message import Message, MessageStatus


class MessageOrder(StrEnum):
    """The time by which messages are sorted; ties are sorted by their number."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    SENT_AT = "sent_at"


@dataclass(slots=True, frozen=True)
class Span:
    """A span of time, in microseconds since 1970; None leaves an end open.

    Attributes:
        first: its start, inclusive.
        last: its end, inclusive.
    """

    first: int | None = None
    last: int | None = None


OPEN: Final = Span()


@dataclass(slots=True, frozen=True)
class MessageFilter:
    """The conditions on messages, which must all hold; None and an open span are no condition.

    Attributes:
        number: who wrote it or whom it is for, on either side.
        sender: who wrote it: the account's line, or a person.
        recipient: whom it is for, likewise.
        line: the account's own number.
        is_outbound: whether the account wrote it.
        statuses: its status is one of these.
        service: the service that carries it.
        created: when it was committed.
        updated: when its status was last set.
        sent: when it was sent; messages that were not sent are in no span.
    """

    number: str | None = None
    sender: str | None = None
    recipient: str | None = None
    line: str | None = None
    is_outbound: bool | None = None
    statuses: Sequence[MessageStatus] | None = None
    service: str | None = None
    created: Span = OPEN
    updated: Span = OPEN
    sent: Span = OPEN


NO_MESSAGES: Final = MessageFilter(statuses=())
"""The filter that no message meets."""


@dataclass(slots=True, frozen=True)
class MessageQuery:
    """A page of messages.

    Attributes:
        where: which messages.
        order: what they are sorted by.
        descending: whether the last ones come first.
        limit: how many at most.
        offset: how many to skip.
    """

    where: MessageFilter = field(default_factory=MessageFilter)
    order: MessageOrder = MessageOrder.CREATED_AT
    descending: bool = True
    limit: int = 100
    offset: int = 0


@dataclass(slots=True, frozen=True)
class MessagePage:
    """A page of a listing.

    Attributes:
        messages: the messages, in order.
        total: how many there are on all pages.
    """

    messages: Sequence[Message]
    total: int
