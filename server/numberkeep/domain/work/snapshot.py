"""What commands need to read before they run, and the snapshot of it that a store loads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from numberkeep.domain.consent.ledger import FIRST
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event
from numberkeep.domain.jobs.job import Job
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER, Delivery
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.webhook import Webhook

DeliveryKey = tuple[int, int]
"""Target and item of a delivery."""


@dataclass(slots=True, frozen=True)
class Due:
    """Deliveries that may be taken at a time: of each queue (one target, one phone) only the first.

    Attributes:
        limit: how many at most.
        at: the time, microseconds since 1970.
        busy: targets to leave out.
    """

    limit: int
    at: int
    busy: tuple[int, ...] = ()

    def targets(self, webhooks: Iterable[int]) -> list[int]:
        """Return the targets to look at: the sender, callbacks and these webhooks, except for busy ones."""
        return [target for target in (SENDER, CALLBACKS, *webhooks) if target not in self.busy]

    def first(self, due: Iterable[Delivery]) -> list[Delivery]:
        """Return the first `limit` of what is due to several targets, by the time at which they became due."""
        return sorted(due, key=lambda each: (each.due_at, each.target, each.item))[: self.limit]


@dataclass(slots=True, frozen=True)
class Limit:
    """Up to `limit` rows from `before` or earlier (microseconds since 1970), oldest first."""

    limit: int
    before: int

    def more(self, limit: int, before: int) -> "Limit":
        """Return a limit that covers this one and another."""
        return Limit(self.limit + limit, max(self.before, before))


@dataclass(slots=True)
class Needs:
    """What a group of commands needs to read. The tallies and the webhooks are always loaded.

    Loading a number loads its contact, its opt-out and its last event.

    Attributes:
        phones: numbers to load, each once, in the order of asking.
        verifications: numbers to load with their last verification and their open reviews; for a pending verification
            also the live messages to it.
        reviews: reviews to load, each with its number as in `verifications`.
        jobs: jobs to load.
        expired: pending verifications that have expired, with their numbers.
        answers: idempotency keys to load the kept answers of.
        handles: handles to look up among the received messages.
        sent: carriers' handles of messages that were sent, to load each with its number.
        deliveries: deliveries to load with their contents, by target, phone and item.
        due: deliveries to load because they are due, with contents; messages with their numbers and verifications.
        dead: how many dead deliveries to load at most, with contents and numbers, by target; None for all targets.
        old_events: the oldest events, to be deleted.
        old_deliveries: the oldest dead deliveries, to be deleted.
    """

    phones: dict[str, None] = field(default_factory=dict)
    verifications: dict[str, None] = field(default_factory=dict)
    reviews: dict[int, None] = field(default_factory=dict)
    jobs: dict[int, None] = field(default_factory=dict)
    expired: Limit | None = None
    answers: dict[str, None] = field(default_factory=dict)
    handles: dict[str, None] = field(default_factory=dict)
    sent: dict[str, None] = field(default_factory=dict)
    deliveries: dict[tuple[int, str, int], None] = field(default_factory=dict)
    due: Due | None = None
    dead: dict[int | None, int] = field(default_factory=dict)
    old_events: Limit | None = None
    old_deliveries: Limit | None = None

    def add_expired(self, limit: int, at: int) -> None:
        """Need up to `limit` more verifications that have expired at `at`."""
        self.expired = (self.expired or Limit(0, at)).more(limit, at)

    def add_due(self, limit: int, at: int, busy: tuple[int, ...]) -> None:
        """Need up to `limit` more deliveries that may be taken at `at`, to targets that are not busy."""
        before = self.due or Due(0, at, busy)
        both = tuple(target for target in before.busy if target in busy)
        self.due = Due(before.limit + limit, max(before.at, at), both)

    def add_dead(self, limit: int, target: int | None) -> None:
        """Need up to `limit` more dead deliveries, to a target or to all (None)."""
        self.dead[target] = self.dead.get(target, 0) + limit

    def add_old_events(self, limit: int, before: int) -> None:
        """Need up to `limit` more of the oldest events, if they are from `before` or earlier."""
        self.old_events = (self.old_events or Limit(0, before)).more(limit, before)

    def add_old_deliveries(self, limit: int, before: int) -> None:
        """Need up to `limit` more of the oldest dead deliveries, if they are from `before` or earlier."""
        self.old_deliveries = (self.old_deliveries or Limit(0, before)).more(limit, before)


@dataclass(slots=True, frozen=True)
class KeptAnswer:
    """The answer to the first request with an idempotency key.

    Attributes:
        key: the key.
        fingerprint: distinguishes the request from others with the same key.
        answer: the answer, as its caller encoded it.
        at: when, microseconds since 1970.
    """

    key: str
    fingerprint: bytes
    answer: bytes
    at: int


@dataclass(slots=True, frozen=True)
class Tallies:
    """An account's counters, and the end of its consent ledger.

    Attributes:
        contacts: the number of contacts.
        messages: the number of the last message.
        events: the number of the last event.
        entries: the number of the last ledger entry.
        ledger: that entry's hash.
        webhooks: the number of webhooks.
        last_webhook: the number of the last webhook.
        last_verification: the number of the last verification.
        last_review: the number of the last review.
        open_reviews: the number of open reviews.
        last_job: the number of the last job.
        last_attempt: the number of the last attempt to deliver an event.
    """

    contacts: int = 0
    messages: int = 0
    events: int = 0
    entries: int = 0
    ledger: bytes = FIRST
    webhooks: int = 0
    last_webhook: int = 0
    last_verification: int = 0
    last_review: int = 0
    open_reviews: int = 0
    last_job: int = 0
    last_attempt: int = 0


@dataclass(slots=True, frozen=True)
class OldEvents:
    """The oldest events of an account that are old enough to be deleted.

    Attributes:
        count: how many there are.
        last_event: the number of the last of them; 0 for none.
        more: whether there may be more.
    """

    count: int
    last_event: int
    more: bool


@dataclass(slots=True)
class Snapshot:
    """What a store has of the rows that were needed; missing rows are absent.

    Attributes:
        tallies: the account's counters.
        contacts: by number.
        opt_outs: when the recipient opted out (microseconds since 1970) and by which ledger entry (0 for an opt-out
            older than the ledger), by number.
        last_events: the number of the last event about a number, by number.
        verifications: by number.
        reviews: by number.
        jobs: by number.
        answers: by idempotency key.
        handles: the handles of received messages.
        webhooks: by number, oldest first.
        deliveries: by target and item.
        messages: the messages that the deliveries carry, and those needed by handle, by number.
        events: the events that the deliveries carry, by number.
        due: the deliveries that are due, in order.
        old_events: events to delete.
        old_deliveries: dead deliveries to delete.
    """

    tallies: Tallies = field(default_factory=Tallies)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    opt_outs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    last_events: Mapping[str, int] = field(default_factory=dict)
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    reviews: Mapping[int, Review] = field(default_factory=dict)
    jobs: Mapping[int, Job] = field(default_factory=dict)
    answers: Mapping[str, KeptAnswer] = field(default_factory=dict)
    handles: frozenset[str] = frozenset()
    webhooks: Mapping[int, Webhook] = field(default_factory=dict)
    deliveries: dict[DeliveryKey, Delivery] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    due: Sequence[DeliveryKey] = ()
    old_events: OldEvents | None = None
    old_deliveries: Sequence[Delivery] = ()

    @property
    def pending(self) -> list[str]:
        """The numbers whose verifications wait for an answer."""
        return [phone for phone, each in self.verifications.items() if each.pending]
