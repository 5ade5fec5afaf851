"""The state that a group of commands reads and changes, and the rules that connect its parts.

A store loads what the commands need, the commands change it in memory, and the store writes the
difference. So the meaning of a command is defined once, and a store only reads and writes rows.
"""

from dataclasses import replace

from numberkeep.domain.consent.ledger import Said
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.event import NO_PHONE, EventType
from numberkeep.domain.limits import MAX_OPEN_REVIEWS
from numberkeep.domain.messages.message import Draft
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.domain.work.changes import Changes, identified
from numberkeep.domain.work.jobs import Jobs
from numberkeep.domain.work.ledger import Ledger
from numberkeep.domain.work.loaded import LoadedRows, OldEvents, Tallies
from numberkeep.domain.work.log import ChangeLog
from numberkeep.domain.work.messages import Messages
from numberkeep.domain.work.outbox import Outbox
from numberkeep.domain.work.recorder import Recorder
from numberkeep.domain.work.reviews import Reviews
from numberkeep.domain.work.rows import ChangeCounter, Rows


class Work:
    """One account's part of a store while a group of commands runs.

    Args:
        account_id: the account.
        loaded: the rows that the commands need.

    Attributes:
        account_id: the account.
        contacts: by number.
        verifications: the last one of each number, by number.
        answers: the kept answers, by idempotency key.
        consent: opt-outs and the ledger.
        reviews: replies that wait for a decision.
        jobs: long jobs.
        log: the change log.
        outbox: deliveries, messages and webhooks.
        messages: what happens to messages.
    """

    def __init__(self, account_id: int, loaded: LoadedRows) -> None:
        self.account_id = account_id
        self._loaded = loaded
        self._counter = counter = ChangeCounter()
        self._last_verification = loaded.tallies.last_verification
        self._old_events: OldEvents | None = None
        self.contacts = Rows(counter, loaded.contacts)
        self.verifications = Rows(counter, loaded.verifications)
        self.answers = Rows(counter, loaded.answers)
        self.consent = Ledger(counter, loaded)
        self.reviews = Reviews(counter, loaded)
        self.jobs = Jobs(counter, loaded)
        self.log = ChangeLog(counter, loaded)
        self.outbox = Outbox(counter, loaded, self.log)
        self._recorder = Recorder(self.log, self.outbox)
        self.messages = Messages(self.outbox, self.consent, self._recorder)

    @property
    def changed(self) -> int:
        """How many changes there were; shows whether a refused command left anything behind."""
        return self._counter.changes

    # Contacts and consent

    def put(self, contact: Contact, stamp: Stamp) -> Contact:
        """Store a new or changed contact and return it; its opt-out applies to the recipient's number."""
        phone = contact.phone
        old = self.contacts.get(phone)
        self.contacts.put(phone, contact)
        if contact.opt_out != self.consent.opted_out(phone):
            self._record_consent(phone, Said(), stamp, opted_out=contact.opt_out)
        if old is None:
            self._recorder.record(EventType.CONTACT_CREATED, stamp, phone, contact)
        elif old != contact:
            self._recorder.record_update(old, contact, stamp)
        return contact

    def drop(self, phone: str, stamp: Stamp) -> bool:
        """Delete the contact with this number, which ends its verification; return whether it existed."""
        contact = self.contacts.get(phone)
        if contact is None:
            return False
        self.contacts.remove(phone)
        self._cancel_verification(phone, stamp)
        self._recorder.record(EventType.CONTACT_DELETED, stamp, phone, contact)
        return True

    def set_opt_out(self, phone: str, said: Said, stamp: Stamp, *, opted_out: bool) -> bool:
        """Record an opt-out or opt-in, also on the contact if it exists; return whether it changed anything.

        An opt-out cancels a pending verification, and closes the number's reviews.
        """
        if not self.consent.changes(phone, said, opted_out=opted_out):
            return False
        self._record_consent(phone, said, stamp, opted_out=opted_out)
        old = self.contacts.get(phone)
        if old is not None and old.opt_out != opted_out:
            contact = replace(old, opt_out=opted_out)
            self.contacts.put(phone, contact)
            self._recorder.record_update(old, contact, stamp)
        return True

    def _record_consent(self, phone: str, said: Said, stamp: Stamp, *, opted_out: bool) -> None:
        entry = self.consent.append(phone, said, stamp.at, opted_out=opted_out)
        if opted_out:
            self._cancel_verification(phone, stamp)
        type_ = EventType.CONSENT_OPTED_OUT if opted_out else EventType.CONSENT_OPTED_IN
        self._recorder.record(type_, stamp, phone, entry)
        if opted_out:
            self.close_reviews(phone, Decision.OPT_OUT, stamp)

    def open_review(self, phone: str, wording: str, stamp: Stamp) -> Review | None:
        """Open a review of an unclear reply; return None if the number is opted out, or has enough open ones."""
        if self.consent.opted_out(phone) or len(self.reviews.open_of(phone)) >= MAX_OPEN_REVIEWS:
            return None
        review = self.reviews.add(phone, wording, stamp.at)
        self._recorder.record(EventType.CONSENT_UNCLEAR, stamp, phone, review)
        return review

    def close_review(self, review: Review, decision: Decision, stamp: Stamp) -> None:
        """Close an open review."""
        self._recorder.record(EventType.CONSENT_DECIDED, stamp, review.phone, self.reviews.close(review, decision))

    def close_reviews(self, phone: str, decision: Decision, stamp: Stamp) -> None:
        """Close the open reviews of a number."""
        for review in self.reviews.open_of(phone):
            self.close_review(review, decision, stamp)

    # Verification

    def pending_verification(self, phone: str, at: int) -> Verification | None:
        """Return the verification that is pending at `at`; close one that has expired."""
        verification = self.verifications.get(phone)
        if verification is None or not verification.pending:
            return None
        if at >= verification.expires_at:
            self.close_verification(verification, EventType.VERIFICATION_EXPIRED, Stamp(at))
            return None
        return verification

    def ask(self, phone: str, expires_at: int, text: str, line: str, stamp: Stamp) -> None:
        """Start a verification and enqueue the message that asks for it.

        Messages that ask for the previous one are canceled, unless they are in flight.
        """
        self.messages.cancel_asking(phone, stamp)
        self._last_verification += 1
        verification = Verification(self._last_verification, phone, stamp.at, expires_at, pending=True)
        self.verifications.put(phone, verification)
        self._recorder.record(EventType.VERIFICATION_REQUESTED, stamp, phone, verification)
        self.messages.send(Draft(phone, text, line, verification_id=verification.verification_id), stamp)

    def close_verification(self, verification: Verification, how: EventType, stamp: Stamp) -> None:
        """End a verification, and cancel the messages that ask for it, unless they are in flight."""
        closed = replace(verification, pending=False)
        self.verifications.put(closed.phone, closed)
        self._recorder.record(how, stamp, closed.phone, closed)
        self.messages.cancel_asking(closed.phone, stamp)

    def expire(self, limit: int, stamp: Stamp) -> int:
        """Close up to `limit` of the loaded verifications that have expired, and return how many there were."""
        expired = [each for each in self.verifications if each.pending and stamp.at >= each.expires_at]
        expired = sorted(expired, key=lambda each: (each.expires_at, each.phone))[:limit]
        for each in expired:
            self.close_verification(each, EventType.VERIFICATION_EXPIRED, stamp)
        return len(expired)

    def _cancel_verification(self, phone: str, stamp: Stamp) -> None:
        pending = self.pending_verification(phone, stamp.at)
        if pending is not None:
            self.close_verification(pending, EventType.VERIFICATION_CANCELED, stamp)

    def confirm_opt_out(self, phone: str, line: str, text: str, stamp: Stamp) -> None:
        """Enqueue the message that confirms the opt-out of a number, which was just recorded."""
        opt_out = self.consent.opt_outs.get(phone)
        if opt_out is not None:
            self.messages.send(Draft(phone, text, line, entry_id=opt_out.entry_id), stamp)

    # Webhooks

    def disable_webhook(self, webhook: Webhook, reason: str, stamp: Stamp) -> None:
        """Disable a webhook, and record it; see `Outbox.put_webhook`."""
        self.outbox.put_webhook(replace(webhook, disabled_at=stamp.at))
        subject = DisabledWebhook(webhook.webhook_id, webhook.url, reason)
        self._recorder.record(EventType.WEBHOOK_DISABLED, stamp, NO_PHONE, subject)

    # The change log

    def delete_old_events(self) -> bool:
        """Delete the events that were loaded as old, with their deliveries; return whether there may be more."""
        old = self._loaded.old_events
        if old is None or not old.count:
            return False
        self._counter.changes += 1
        self._old_events = old
        return old.more

    def changes(self) -> Changes:
        """Return what differs from the loaded rows; calling it changes nothing."""
        contacts = identified(self.contacts.difference())
        webhooks = self.outbox.webhooks.difference()
        last_events = dict(self.log.last_events)
        before = self._loaded
        tallies = Tallies(
            before.tallies.contacts + len(contacts.inserted) - len(contacts.deleted),
            self.outbox.last_message,
            self.log.last,
            self.consent.last,
            self.consent.hash,
            before.tallies.webhooks + len(webhooks.inserted) - len(webhooks.deleted),
            self.outbox.last_webhook,
            self._last_verification,
            self.reviews.last,
            self.reviews.open,
            self.jobs.last,
            self.outbox.last_attempt,
        )
        return Changes(
            tallies,
            contacts,
            last_events,
            self.consent.opt_outs.difference(),
            list(self.consent.entries),
            self.verifications.difference(),
            self.reviews.rows.difference(),
            self.outbox.messages.difference(),
            list(self.log.new),
            webhooks,
            self.outbox.deliveries.difference(),
            self.answers.difference(),
            self.jobs.rows.difference(),
            self.jobs.emptied,
            self.jobs.parts,
            [phone for phone in last_events if self.contacts.get(phone) is None],
            [
                contact.phone
                for contact in contacts.inserted
                if contact.phone not in before.contacts and contact.phone in before.last_events
            ],
            self._old_events,
            self.messages.conclusions,
            self.outbox.attempts,
        )
