"""The changes of a unit of work, as a store writes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import Event
from numberkeep.domain.jobs.job import Job, JobPart
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import Delivery
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.loaded import KeptAnswer, OldEvents, Tallies
from numberkeep.domain.work.rows import Difference

DAY: Final = 24 * 3600 * 1_000_000
"""Microseconds of a day."""

Queue = tuple[int, str]
"""Target and phone of deliveries that wait for each other."""


@dataclass(slots=True, frozen=True)
class OptOut:
    """An opt-out of a number.

    Attributes:
        phone: the recipient's number, E.164.
        at: when the recipient opted out, microseconds since 1970.
        entry_id: the ledger entry that says so; 0 for an opt-out older than the ledger.
        simulated: whether that entry is of a simulated reply.
    """

    phone: str
    at: int
    entry_id: int
    simulated: bool = False


@dataclass(slots=True)
class Changes:
    """What a store has to write; removals of each kind of rows come before insertions.

    Attributes:
        tallies: the account's counters from now on.
        contacts: contacts; one that was deleted and created again is both deleted and inserted.
        last_events: the number of the last event about each number that has new events.
        opt_outs: opt-outs.
        entries: new ledger entries.
        verifications: the last verification of a number.
        reviews: reviews.
        messages: messages.
        events: new events.
        webhooks: webhooks; a removed one takes its deliveries along.
        deliveries: deliveries.
        answers: answers to keep.
        jobs: jobs.
        emptied_jobs: jobs whose parts are deleted, before any is added.
        job_parts: parts of jobs to add, in place of those with the same name and place.
        orphaned: numbers that have a last event and no contact from now on.
        adopted: numbers that had a last event and no contact, and now have one.
        old_events: events to delete last, with their deliveries and attempts.
        conclusions: what was concluded from new messages.
        attempts: new attempts to deliver events.
    """

    tallies: Tallies
    contacts: Difference[Contact]
    last_events: Mapping[str, int]
    opt_outs: Difference[OptOut]
    entries: Sequence[ConsentEntry]
    verifications: Difference[Verification]
    reviews: Difference[Review]
    messages: Difference[Message]
    events: Sequence[Event]
    webhooks: Difference[Webhook]
    deliveries: Difference[Delivery]
    answers: Difference[KeptAnswer]
    jobs: Difference[Job]
    emptied_jobs: Sequence[int] = ()
    job_parts: Sequence[JobPart] = ()
    orphaned: Sequence[str] = ()
    adopted: Sequence[str] = ()
    old_events: OldEvents | None = None
    conclusions: Sequence[Conclusion] = ()
    attempts: Sequence[Attempt] = ()

    @property
    def days(self) -> Counter[tuple[int, str]]:
        """How many events of each type there are of each day (in UTC, since 1970)."""
        return Counter((event.at // DAY, event.type.value) for event in self.events)

    @property
    def conversations(self) -> Mapping[str, int]:
        """The number of the last new message to or from each number."""
        return {message.phone: message.message_id for message in self.messages.inserted}

    @property
    def untagged(self) -> list[tuple[Contact, str]]:
        """The tags to remove, each with its contact."""
        updated = [(old, tag) for old, new in self.contacts.updated if old.tags != new.tags for tag in old.tags]
        return [*updated, *((contact, tag) for contact in self.contacts.deleted for tag in contact.tags)]

    @property
    def tagged(self) -> list[tuple[Contact, str]]:
        """The tags to add, each with its contact."""
        updated = [(new, tag) for old, new in self.contacts.updated if old.tags != new.tags for tag in new.tags]
        return [*updated, *((contact, tag) for contact in self.contacts.inserted for tag in contact.tags)]

    @property
    def touched(self) -> list[str]:
        """The numbers whose contacts stay as they are but for their last event."""
        if len(self.last_events) == len(self.contacts.inserted):  # as for new contacts alone
            return []
        without = {*self.orphaned, *(contact.phone for contact in self.contacts.written)}
        return [phone for phone in self.last_events if phone not in without]

    @property
    def disabled(self) -> list[int]:
        """The webhooks that were enabled and are disabled."""
        return [new.webhook_id for old, new in self.webhooks.updated if new.disabled and not old.disabled]

    @property
    def enabled(self) -> list[int]:
        """The webhooks that were disabled and are enabled."""
        return [new.webhook_id for old, new in self.webhooks.updated if old.disabled and not new.disabled]

    @property
    def revived(self) -> list[Queue]:
        """The queues in which a dead delivery was revived, possibly ahead of the first one."""
        return list(
            dict.fromkeys((new.target, new.phone) for old, new in self.deliveries.updated if old.dead and not new.dead)
        )

    @property
    def queues(self) -> list[Queue]:
        """The queues in which another delivery may be the first that is not dead."""
        died = (new for old, new in self.deliveries.updated if new.dead != old.dead)
        moved = (*self.deliveries.deleted, *self.deliveries.inserted, *died)
        return list(dict.fromkeys((each.target, each.phone) for each in moved))


def identified(contacts: Difference[Contact]) -> Difference[Contact]:
    """Split what looks like an update into a deletion and an insertion if it is another contact with the number."""
    other = [(old, new) for old, new in contacts.updated if old.contact_id != new.contact_id]
    if not other:
        return contacts
    return Difference(
        [*contacts.inserted, *(new for _, new in other)],
        [(old, new) for old, new in contacts.updated if old.contact_id == new.contact_id],
        [*contacts.deleted, *(old for old, _ in other)],
    )
