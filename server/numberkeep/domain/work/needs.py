"""What a group of commands needs to read before it runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER, Delivery


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
