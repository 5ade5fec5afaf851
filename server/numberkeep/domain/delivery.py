"""What is owed to the world outside: messages to phones by way of the sender, events to webhooks.

What is owed is in the outbox until it is delivered; what could not be delivered stays there, dead, to be replayed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from numberkeep.domain.event import Event
from numberkeep.domain.message import Message, MessageStatus
from numberkeep.domain.webhook_types import wants

SENDER: Final = 0
"""The target of messages; every other number is a webhook's."""


@dataclass(slots=True, frozen=True)
class Webhook:
    """Where an account wants its events sent.

    Attributes:
        webhook_id: its number within the account, from 1.
        url: where to.
        secret: what requests to it are signed with; `""` signs nothing.
        types: the names of the events that it gets, as they were asked for, hosted names too; empty for all.
        created_at: when it was registered, microseconds since 1970.
    """

    webhook_id: int
    url: str
    secret: str = field(repr=False)
    types: Sequence[str]
    created_at: int

    def wants(self, event: Event) -> bool:
        """Whether it gets the event, by any name for it: see webhook_types.py."""
        return wants(self.types, event.type)


@dataclass(slots=True, frozen=True)
class Delivery:
    """One thing that is owed.

    Of the deliveries to one target that concern one phone, each waits for those before it, unless they are dead.

    Attributes:
        target: the webhook that it is owed to, or SENDER.
        item: the event's number, or for SENDER the message's.
        phone: the number that it concerns, E.164.
        created_at: since when it is owed, microseconds since 1970.
        attempts: how often it was taken out to be delivered.
        due_at: when it may be taken next, microseconds since 1970; while it is taken, when that is given up.
        dead: nobody tries it again by itself.
        error: what went wrong the last time, without a number or a name; `""` where nothing has, and while it is taken.
    """

    target: int
    item: int
    phone: str
    created_at: int
    attempts: int = 0
    due_at: int = 0
    dead: bool = False
    error: str = ""

    def under_way(self, at: int) -> bool:
        """Whether somebody has taken it and not yet said what became of it, nor lost it by the lease's end."""
        return self.attempts > 0 and not self.error and self.due_at > at


@dataclass(slots=True, frozen=True)
class Owed:
    """A delivery with what is delivered: `message` for SENDER, `event` and `webhook` for all others."""

    delivery: Delivery
    message: Message | None = None
    event: Event | None = None
    webhook: Webhook | None = None


def items_of(deliveries: Sequence[Delivery]) -> tuple[list[int], list[int]]:
    """The numbers of the messages and of the events that are delivered, each once."""
    messages = {each.item for each in deliveries if each.target == SENDER}
    events = {each.item for each in deliveries if each.target != SENDER}
    return sorted(messages), sorted(events)


def owed_of(
    deliveries: Iterable[Delivery],
    messages: Iterable[Message],
    events: Iterable[Event],
    webhooks: Mapping[int, Webhook],
) -> dict[tuple[int, int], Owed]:
    """Deliveries with what they deliver, by target and item."""
    message_of = {message.message_id: message for message in messages}
    event_of = {event.event_id: event for event in events}
    return {
        (each.target, each.item): Owed(each, message_of.get(each.item))
        if each.target == SENDER
        else Owed(each, None, event_of.get(each.item), webhooks.get(each.target))
        for each in deliveries
    }


@dataclass(slots=True, frozen=True)
class Taken:
    """What was taken out of the outbox.

    Attributes:
        owed: what is to be delivered.
        canceled: how many messages were not given out, for want of a reason; there may be more to take.
    """

    owed: Sequence[Owed]
    canceled: int = 0


@dataclass(slots=True, frozen=True)
class Delivered:
    """It arrived.

    Attributes:
        status: what a message is from now on.
        handle: what the carrier calls the message; `""` where it has not said.
    """

    status: MessageStatus = MessageStatus.SENT
    handle: str = ""


@dataclass(slots=True, frozen=True)
class Undelivered:
    """It did not arrive, as far as is known.

    Attributes:
        error: why, without a number or a name.
        retry_at: when to try again, microseconds since 1970; None never, so it is dead.
    """

    error: str
    retry_at: int | None


@dataclass(slots=True, frozen=True)
class Backlog:
    """How the outbox stands, over all accounts.

    Attributes:
        waiting: how many deliveries are owed, dead ones not counted.
        oldest_at: since when the oldest of them is owed, microseconds since 1970; None where none is.
        dead: how many are dead.
    """

    waiting: int
    oldest_at: int | None
    dead: int


@dataclass(slots=True, frozen=True)
class Agenda:
    """What there is to do at a time, over all accounts.

    Attributes:
        owing: accounts with deliveries that are due, those that have waited longest first.
        late: accounts with verifications that have waited too long, likewise.
        next_at: when there is more to do, microseconds since 1970; None where nothing is known of.
    """

    owing: Sequence[int]
    late: Sequence[int]
    next_at: int | None


def agenda_of(accounts: Iterable[tuple[int, int | None, int | None]], at: int) -> Agenda:
    """The agenda at a time.

    Args:
        accounts: of each account when its first delivery is due, and when its first verification has waited too long;
            None where there is none.
        at: the time.
    """
    due: dict[int, int] = {}
    late: dict[int, int] = {}
    for account_id, due_at, expires_at in accounts:
        if due_at is not None:
            due[account_id] = due_at
        if expires_at is not None:
            late[account_id] = expires_at
    coming = [when for each in (due, late) for when in each.values() if when > at]
    owing, expiring = (
        [
            account_id
            for when, account_id in sorted((when, account_id) for account_id, when in each.items())
            if when <= at
        ]
        for each in (due, late)
    )
    return Agenda(owing, expiring, min(coming, default=None))
