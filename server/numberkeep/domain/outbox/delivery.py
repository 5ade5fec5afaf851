"""Deliveries: messages to phones through the sender, and events to webhooks.

A pending delivery is in the outbox until it is delivered; one that could not be delivered stays there, dead, until it
is replayed or too old.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from numberkeep.domain.event import Event
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.messages.message import Message, MessageStatus
from numberkeep.domain.webhooks.webhook import Webhook

SENDER: Final = 0
"""The target of messages."""

CALLBACKS: Final = -1
"""The target of the status of messages that name a URL for it. Every other target is the number of a webhook."""

NEVER: Final = MAX_INTEGER
"""The `due_at` of a delivery that is held."""


class DeliveryState(IntEnum):
    """The state of a delivery. The numbers are stored."""

    WAITING = 0
    """It may be taken from `due_at` on."""
    TAKEN = 1
    """It is being delivered; if no outcome is recorded, it may be taken again from `due_at` on."""
    DEAD = 2
    """It exhausted its retries; only a replay tries it again."""
    HELD = 3
    """Its webhook is disabled; it waits again when the webhook is enabled."""


@dataclass(slots=True, frozen=True)
class Delivery:
    """One thing to be delivered to one target.

    The deliveries to one target that concern one phone form a queue: each waits for those before it, unless they are
    dead.

    Attributes:
        target: the number of the webhook, SENDER or CALLBACKS.
        item: the number of the event, or for SENDER of the message.
        phone: the number that it concerns, E.164.
        created_at: when it was enqueued, microseconds since 1970.
        attempts: how often it was taken.
        due_at: when it may be taken next, microseconds since 1970.
        state: its state.
        error: why the last attempt failed, without numbers and names; `""` if it did not, and while it is taken.
    """

    target: int
    item: int
    phone: str
    created_at: int
    attempts: int = 0
    due_at: int = 0
    state: DeliveryState = DeliveryState.WAITING
    error: str = ""

    @property
    def dead(self) -> bool:
        """Whether it exhausted its retries."""
        return self.state is DeliveryState.DEAD

    def held(self) -> "Delivery":
        """Return this delivery as it is while its webhook is disabled. It keeps its place in its queue."""
        return replace(self, state=DeliveryState.HELD, due_at=NEVER)

    def released(self) -> "Delivery":
        """Return this delivery as it is once its webhook is enabled again: due at once, with all its attempts."""
        return replace(self, state=DeliveryState.WAITING, due_at=self.created_at, attempts=0)

    def in_flight(self, at: int) -> bool:
        """Return whether it is taken and its lease has not ended at `at`."""
        return self.state is DeliveryState.TAKEN and self.due_at > at


@dataclass(slots=True, frozen=True)
class PendingMessage:
    """A message to be sent."""

    delivery: Delivery
    message: Message


@dataclass(slots=True, frozen=True)
class PendingEvent:
    """An event to be sent to a webhook, which may be the callback of a message."""

    delivery: Delivery
    event: Event
    webhook: Webhook


@dataclass(slots=True, frozen=True)
class PendingNothing:
    """A delivery whose message, event or webhook no longer exists."""

    delivery: Delivery


Pending = PendingMessage | PendingEvent | PendingNothing


@dataclass(slots=True, frozen=True)
class Taken:
    """What was taken from the outbox.

    Attributes:
        pending: the deliveries to make.
        canceled: how many messages were canceled instead, because the reason for them is gone; more may be due.
    """

    pending: Sequence[Pending]
    canceled: int = 0


@dataclass(slots=True, frozen=True)
class Delivered:
    """The outcome of a delivery that was accepted.

    Attributes:
        status: the status of a message from now on.
        handle: the carrier's id of the message; `""` if unknown.
        service: by which service it travels; `""` if unknown.
    """

    status: MessageStatus = MessageStatus.SENT
    handle: str = ""
    service: str = ""


@dataclass(slots=True, frozen=True)
class Undelivered:
    """The outcome of a delivery that was not accepted, as far as is known.

    Attributes:
        error: why, without numbers and names.
        retry_at: when to try again, microseconds since 1970; None makes the delivery dead.
        opted_out: whether the carrier says that the recipient has opted out.
        code: the carrier's number for the error; 0 for none.
        key: the error in one word, as the carrier says it; `""` for none.
    """

    error: str
    retry_at: int | None
    opted_out: bool = False
    code: int = 0
    key: str = ""


@dataclass(slots=True, frozen=True)
class Gone:
    """The receiver wants no more deliveries, so its webhook is to be disabled.

    Attributes:
        error: how it said so, without a number or a name.
    """

    error: str


Outcome = Delivered | Undelivered | Gone
"""What became of a delivery that was taken."""


@dataclass(slots=True, frozen=True)
class Backlog:
    """The state of the outbox, over all accounts.

    Attributes:
        waiting: the number of pending deliveries, without dead and held ones.
        oldest_at: when the oldest of them was enqueued, microseconds since 1970; None if there is none.
        dead: the number of dead deliveries.
        unreachable: the number of database nodes that did not answer; the deliveries on them are not counted.
    """

    waiting: int
    oldest_at: int | None
    dead: int
    unreachable: int = 0


@dataclass(slots=True, frozen=True)
class Agenda:
    """The relay's work at a time, over all accounts.

    Attributes:
        due: accounts with deliveries that are due, the longest due first.
        expired: accounts with verifications that have expired, the longest expired first.
        next_at: when there will be more work, microseconds since 1970; None if unknown.
    """

    due: Sequence[int]
    expired: Sequence[int]
    next_at: int | None


def agenda_of(accounts: Iterable[tuple[int, int | None, int | None]], at: int) -> Agenda:
    """Return the agenda at a time.

    Args:
        accounts: for each account when its first delivery is due and when its first verification expires; None if it
            has none.
        at: the time, microseconds since 1970.
    """
    due: list[tuple[int, int]] = []
    expired: list[tuple[int, int]] = []
    coming: list[int] = []
    for account_id, *times in accounts:
        for when, now in zip(times, (due, expired), strict=True):
            if when is not None and when <= at:
                now.append((when, account_id))
            elif when is not None:
                coming.append(when)
    due_accounts, expired_accounts = ([account_id for _, account_id in sorted(now)] for now in (due, expired))
    return Agenda(due_accounts, expired_accounts, min(coming, default=None))
