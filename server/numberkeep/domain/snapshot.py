"""What a store loads for a unit of work, and what it saves after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from numberkeep.domain.consent import FIRST, ConsentEntry
from numberkeep.domain.contact import Contact
from numberkeep.domain.delivery import SENDER, Delivery, Owed, Webhook
from numberkeep.domain.event import Event
from numberkeep.domain.message import Message
from numberkeep.domain.verification import Verification

OutboxKey = tuple[int, int]
"""Target and item of a delivery."""

Queue = tuple[int, str]
"""Target and phone of deliveries, which wait for each other."""


@dataclass(slots=True, frozen=True)
class Due:
    """Deliveries that may be taken at a time: of those to one target that concern one phone the first alone.

    Attributes:
        limit: how many.
        at: the time, microseconds since 1970.
        busy: targets that are left out.
    """

    limit: int
    at: int
    busy: tuple[int, ...] = ()

    def targets(self, webhooks: Iterable[int]) -> list[int]:
        """The targets that are looked at."""
        return [target for target in (SENDER, *webhooks) if target not in self.busy]

    def first(self, due: Iterable[Delivery]) -> list[Delivery]:
        """As many as are wanted of what is due to each target, in the order in which it is."""
        return sorted(due, key=lambda each: (each.due_at, each.target, each.item))[: self.limit]


@dataclass(slots=True)
class Wanted:
    """What a group of commands needs to see. The tallies, and where an account has any its webhooks, are always seen.

    Attributes:
        phones: numbers to load the contacts and opt-outs of, each once, in the order of asking.
        verifications: numbers to load the verifications of; for one that is pending also the messages that are owed to
            the number and not dead.
        expired: how many pending verifications to load at most, and the time by which they have expired; first those
            that did first.
        keys: idempotency keys to load the answers to.
        handles: handles to tell of whether a message was received with them.
        deliveries: deliveries to load with their contents, by target, phone and item.
        due: deliveries to load because they are due, with their contents, and the opt-outs and verifications of their
            phones.
        dead: how many dead deliveries to load at most, with their contents, by target; None for all targets.
        old: at how many of the oldest events to look at most, and the time from which on they are not too old.
    """

    phones: dict[str, None] = field(default_factory=dict)
    verifications: dict[str, None] = field(default_factory=dict)
    expired: tuple[int, int] | None = None
    keys: dict[str, None] = field(default_factory=dict)
    handles: dict[str, None] = field(default_factory=dict)
    deliveries: dict[tuple[int, str, int], None] = field(default_factory=dict)
    due: Due | None = None
    dead: dict[int | None, int] = field(default_factory=dict)
    old: tuple[int, int] | None = None

    @property
    def of_outbox(self) -> bool:
        """Whether anything of the outbox is to be loaded."""
        return bool(self.deliveries or self.due or self.dead)

    def want_expired(self, limit: int, at: int) -> None:
        """Want up to `limit` verifications more that are expired at `at`."""
        before, latest = self.expired or (0, at)
        self.expired = (before + limit, max(latest, at))

    def want_due(self, limit: int, at: int, busy: tuple[int, ...]) -> None:
        """Want up to `limit` deliveries more that may be taken at `at`, to targets that are not busy."""
        before = self.due or Due(0, at, busy)
        both = tuple(target for target in before.busy if target in busy)
        self.due = Due(before.limit + limit, max(before.at, at), both)

    def want_dead(self, limit: int, target: int | None) -> None:
        """Want up to `limit` dead deliveries more, to a target or to all (None)."""
        self.dead[target] = self.dead.get(target, 0) + limit

    def want_old(self, limit: int, before: int) -> None:
        """Want to know of up to `limit` events more how many are from `before` or earlier."""
        looked_at, latest = self.old or (0, before)
        self.old = (looked_at + limit, max(latest, before))

    def with_reasons(self, owed: Mapping[OutboxKey, Owed]) -> tuple[dict[str, None], dict[str, None]]:
        """`phones` and `verifications`, and where messages are taken out those that they are owed for."""
        if self.due is None:
            return self.phones, self.verifications
        of_messages = dict.fromkeys(each.delivery.phone for each in owed.values() if each.message)
        return self.phones | of_messages, self.verifications | of_messages


@dataclass(slots=True, frozen=True)
class KeptAnswer:
    """What was answered to the first request with an idempotency key.

    Attributes:
        key: the key.
        fingerprint: tells whether a later request with the key is the same one.
        answer: what was answered, as the one who asked encoded it.
        at: when, microseconds since 1970.
    """

    key: str
    fingerprint: bytes
    answer: bytes
    at: int


@dataclass(slots=True, frozen=True)
class Tallies:
    """What is counted of an account, and the end of its ledger.

    Attributes:
        contacts: how many there are.
        messages: the last one's number.
        events: the last one's number.
        entries: the last ledger entry's number.
        ledger: that entry's hash.
        webhooks: how many there are.
        last_webhook: the last one's number.
    """

    contacts: int = 0
    messages: int = 0
    events: int = 0
    entries: int = 0
    ledger: bytes = FIRST
    webhooks: int = 0
    last_webhook: int = 0


@dataclass(slots=True, frozen=True)
class Old:
    """What is too old to be kept.

    Attributes:
        before: what is from this time or earlier, microseconds since 1970.
        limit: how many of the oldest events were looked at.
        events: how many of them, from the oldest on, are.
        last_event: the last one's number; 0 where there is none.
    """

    before: int
    limit: int
    events: int
    last_event: int

    @property
    def more(self) -> bool:
        """Whether there may be more."""
        return self.events >= self.limit


@dataclass(slots=True)
class Loaded:
    """What a store has of all that is wanted; what it does not have is absent.

    Attributes:
        tallies: the account's.
        contacts: by number.
        opt_outs: when the recipient opted out (microseconds since 1970) and by which ledger entry (0 for an opt-out
            from before there was a ledger), by number.
        verifications: by number.
        answers: by idempotency key.
        handles: those of messages that were received.
        webhooks: by number, oldest first.
        owed: by target and item.
        due: what of it was wanted as due, in the order in which it is.
        old: what is too old, where that was wanted.
    """

    tallies: Tallies = field(default_factory=Tallies)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    opt_outs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    verifications: Mapping[str, Verification] = field(default_factory=dict)
    answers: Mapping[str, KeptAnswer] = field(default_factory=dict)
    handles: frozenset[str] = frozenset()
    webhooks: Mapping[int, Webhook] = field(default_factory=dict)
    owed: dict[OutboxKey, Owed] = field(default_factory=dict)
    due: Sequence[OutboxKey] = ()
    old: Old | None = None

    @property
    def pending(self) -> list[str]:
        """The numbers whose verifications wait for an answer."""
        return [phone for phone, each in self.verifications.items() if each.pending]


@dataclass(slots=True)
class Changes:
    """What a store has to write; removals come before insertions.

    Attributes:
        tallies: what is counted from now on.
        deleted: contacts that are no longer there.
        inserted: contacts that were not.
        updated: contacts before and after.
        opted_out: number, time and ledger entry of new opt-outs.
        opted_in: numbers whose opt-outs end.
        entries: what the ledger grows by.
        verifications: how the last verification of a number stands.
        messages: new messages.
        messages_updated: messages that stand otherwise now, by number.
        answers: answers to keep.
        events: what the change log grows by.
        owed: what is owed from now on, by target and item.
        postponed: what is still owed, with other attempts or times, by target and item.
        redeemed: what is owed no longer.
        queues: where another delivery may be the first that is not dead.
        revived: where one that was dead may be so, before the one that was.
        webhooks: those that are new or changed, by number.
        webhooks_removed: webhooks that go, and with them what is owed to them.
        forgotten: what is forgotten, with what of it is still owed and dead messages as old; last, for what was dead
            may just have been revived.
    """

    tallies: Tallies = field(default_factory=Tallies)
    deleted: list[Contact] = field(default_factory=list)
    inserted: list[Contact] = field(default_factory=list)
    updated: list[tuple[Contact, Contact]] = field(default_factory=list)
    opted_out: list[tuple[str, int, int]] = field(default_factory=list)
    opted_in: list[str] = field(default_factory=list)
    entries: list[ConsentEntry] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    messages_updated: dict[int, Message] = field(default_factory=dict)
    answers: list[KeptAnswer] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    owed: dict[OutboxKey, Delivery] = field(default_factory=dict)
    postponed: dict[OutboxKey, Delivery] = field(default_factory=dict)
    redeemed: list[Delivery] = field(default_factory=list)
    queues: dict[Queue, None] = field(default_factory=dict)
    revived: dict[Queue, None] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    webhooks_removed: list[int] = field(default_factory=list)
    forgotten: Old | None = None

    @property
    def untagged(self) -> list[tuple[Contact, str]]:
        """Tags that go, each with its contact."""
        return [
            *((old, tag) for old, new in self.updated if old.tags != new.tags for tag in old.tags),
            *((contact, tag) for contact in self.deleted for tag in contact.tags),
        ]

    @property
    def tagged(self) -> list[tuple[Contact, str]]:
        """Tags that come, each with its contact."""
        return [
            *((new, tag) for old, new in self.updated if old.tags != new.tags for tag in new.tags),
            *((contact, tag) for contact in self.inserted for tag in contact.tags),
        ]
