"""What a store loads for a group of commands before it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from numberkeep.domain.consent.ledger import FIRST
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event
from numberkeep.domain.jobs.job import Job
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivery
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.webhook import Webhook

DeliveryKey = tuple[int, int]
"""Target and item of a delivery."""


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
class LoadedRows:
    """The rows that a store has of those that were needed; missing rows are absent.

    Attributes:
        tallies: the account's counters.
        contacts: by number.
        opt_outs: when the recipient opted out (microseconds since 1970), by which ledger entry (0 for an opt-out
            older than the ledger), and whether that was simulated, by number.
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
    opt_outs: Mapping[str, tuple[int, int, bool]] = field(default_factory=dict)
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
