"""The reads for people who look at conversations and deliveries, as values; see queries.py."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.consent.review import Review
from numberkeep.domain.messages.conversation import Conversation, Exchanged
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import DeliveryState
from numberkeep.store.queries import Query


@dataclass(slots=True)
class ListConversations(Query[Sequence[Conversation]]):
    """The account's conversations whose last message has a number below `before`, the newest first."""

    account_id: int
    before: int
    limit: int


@dataclass(slots=True)
class ListThread(Query[Sequence[Exchanged]]):
    """The last `limit` messages to and from a number that have numbers below `before`, the newest first."""

    account_id: int
    phone: str
    before: int
    limit: int


@dataclass(slots=True)
class ListOpenReviewsOf(Query[Sequence[Review]]):
    """The open reviews of a number, oldest first."""

    account_id: int
    phone: str


@dataclass(slots=True)
class ListAttempts(Query[Sequence[tuple[Attempt, DeliveryState | None]]]):
    """The last `limit` attempts of a webhook with numbers below `before`, the newest first.

    Each has the state of its delivery, None if that is not pending.
    """

    account_id: int
    webhook_id: int
    before: int
    limit: int


@dataclass(slots=True)
class CountDeliveries(Query[tuple[int, int, int]]):
    """How many deliveries to a target are waiting, dead and held, among the first `most` of them."""

    account_id: int
    target: int
    most: int


@dataclass(slots=True)
class ListDays(Query[Sequence[tuple[int, str, int]]]):
    """How many events of each type were recorded on each day from `first` (in UTC, since 1970) on, by day and type."""

    account_id: int
    first: int
