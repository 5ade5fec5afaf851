"""A unit of work: what a group of commands sees of one account, and what becomes of it.

A store loads what the commands want, lets each of them change it in memory, and saves the difference. So what a
command means is written once, and a store knows only how rows are read and written. Every change that somebody may
want to hear of is told in the change log here, and what is owed for it is put in the outbox.
"""

from dataclasses import replace
from typing import Final

from numberkeep.domain.consent import Said, next_entry
from numberkeep.domain.contact import Contact
from numberkeep.domain.delivery import SENDER, Delivery, Owed, Webhook
from numberkeep.domain.event import Event, EventType, Subject
from numberkeep.domain.message import Direction, Message, MessageStatus
from numberkeep.domain.snapshot import Changes, KeptAnswer, Loaded
from numberkeep.domain.verification import Verification

_NOTHING: Final[dict[int, Webhook]] = {}

_WITHOUT_REASON: Final = "the verification that it asks for waits for no answer any more"
_PERHAPS_SENT: Final = "; it may have been sent when it was tried before"


class Work:
    """The state that commands read and change.

    Args:
        account_id: whose.
        loaded: what the store has.

    Attributes:
        account_id: whose.
        changed: how often something was changed; tells whether a refused command left anything behind.
    """

    def __init__(self, account_id: int, loaded: Loaded) -> None:
        self.account_id = account_id
        self.changed = 0
        self._loaded = loaded
        self._tallies = loaded.tallies
        self._last_event = loaded.tallies.events
        self._contacts = dict(loaded.contacts)
        self._opt_outs = dict(loaded.opt_outs)
        self._verifications = dict(loaded.verifications)
        self._answers = dict(loaded.answers)
        self._handles = set(loaded.handles)
        self._webhooks = dict(loaded.webhooks) if loaded.webhooks else _NOTHING
        self._owed = dict(loaded.owed)
        self._messages_to: dict[str, set[int]] = {}  # the items of those of it that are messages, by phone
        for target, item in self._owed:
            if target == SENDER:
                self._messages_to.setdefault(self._owed[target, item].delivery.phone, set()).add(item)
        self._changes = Changes()

    # Contacts and consent

    def contact(self, phone: str) -> Contact | None:
        """The contact with this number."""
        return self._contacts.get(phone)

    def put(self, contact: Contact, at: int) -> Contact:
        """Store a contact, new or changed at `at`; what it says of its opt-out holds for the recipient's number."""
        self.changed += 1
        phone = contact.phone
        old = self._contacts.get(phone)
        self._contacts[phone] = contact
        if contact.opt_out != (phone in self._opt_outs):
            self._say(phone, Said(at), opted_out=contact.opt_out)
        if old is None:
            self._tell(EventType.CONTACT_CREATED, at, phone, contact)
        elif old != contact:
            self._tell(EventType.CONTACT_UPDATED, at, phone, contact)
        return contact

    def drop(self, phone: str, at: int) -> bool:
        """Delete the contact with this number; gives whether there was one."""
        contact = self._contacts.pop(phone, None)
        if contact is None:
            return False
        self.changed += 1
        self._close_pending(phone, at)
        self._tell(EventType.CONTACT_DELETED, at, phone, contact)
        return True

    def opted_out(self, phone: str) -> bool:
        """Whether the recipient behind the number has opted out."""
        return phone in self._opt_outs

    def set_opt_out(self, phone: str, said: Said, *, opted_out: bool) -> bool:
        """Record what the recipient wants, and show it on the contact where there is one; gives whether that is new."""
        if opted_out == (phone in self._opt_outs):
            return False
        self.changed += 1
        self._say(phone, said, opted_out=opted_out)
        there = self._contacts.get(phone)
        if there is not None:
            self._contacts[phone] = shown = replace(there, opt_out=opted_out)
            self._tell(EventType.CONTACT_UPDATED, said.at, phone, shown)
        return True

    # Verification

    def verification(self, phone: str) -> Verification | None:
        """The last time that the number was to be verified."""
        return self._verifications.get(phone)

    def pending(self, phone: str, at: int) -> Verification | None:
        """The verification that waits for an answer at `at`; one that waits too long expires by being looked at."""
        there = self._verifications.get(phone)
        if there is None or not there.pending:
            return None
        if at >= there.expires_at:
            self.close_verification(there, EventType.VERIFICATION_EXPIRED, at)
            return None
        return there

    def ask(self, verification: Verification, text: str, line: str) -> None:
        """Have a verification wait for an answer, and owe the message that asks for it.

        What was owed to the number before, and is not under way, is so no longer: this message says the same.
        """
        self.changed += 1
        phone, at = verification.phone, verification.requested_at
        self._withdraw(phone, at)
        self._verifications[phone] = verification
        self._tell(EventType.VERIFICATION_REQUESTED, at, phone, verification)
        message = self._add(Message(0, phone, line, Direction.OUTBOUND, text, MessageStatus.QUEUED, at))
        self._owed[SENDER, message.message_id] = Owed(self._owe(SENDER, message.message_id, phone, at), message)
        self._messages_to.setdefault(phone, set()).add(message.message_id)
        self._tell(EventType.MESSAGE_CREATED, at, phone, message)

    def close_verification(self, verification: Verification, how: EventType, at: int) -> None:
        """Wait no longer for its answer, and owe the number no message that asks for it, unless it is under way."""
        self.changed += 1
        closed = replace(verification, pending=False)
        self._verifications[verification.phone] = closed
        self._tell(how, at, verification.phone, closed)
        self._withdraw(verification.phone, at)

    def expire(self, limit: int, at: int) -> int:
        """Close up to `limit` wanted verifications that have waited too long at `at`; gives how many there were."""
        late = [each for each in self._verifications.values() if each.pending and at >= each.expires_at]
        late = sorted(late, key=lambda each: (each.expires_at, each.phone))[:limit]
        for each in late:
            self.close_verification(each, EventType.VERIFICATION_EXPIRED, at)
        return len(late)

    # Messages

    def is_known(self, handle: str) -> bool:
        """Whether a message with this handle was received before."""
        return handle in self._handles

    def receive(self, message: Message) -> None:
        """Keep a message that somebody wrote."""
        if message.handle:
            self._handles.add(message.handle)
        self._tell(EventType.MESSAGE_RECEIVED, message.at, message.phone, self._add(message))

    def update_message(self, message: Message, at: int) -> None:
        """Store where a message stands now."""
        self.changed += 1
        self._changes.messages_updated[message.message_id] = message
        owed = self._owed.get((SENDER, message.message_id))
        if owed is not None:
            self._owed[SENDER, message.message_id] = replace(owed, message=message)
        self._tell(EventType.MESSAGE_UPDATED, at, message.phone, message)

    # The outbox and webhooks

    def owed(self, target: int, item: int) -> Owed | None:
        """What is owed to this target by this number."""
        return self._owed.get((target, item))

    def all_owed(self) -> list[Owed]:
        """Everything that was wanted of the outbox."""
        return list(self._owed.values())

    def due(self, limit: int, at: int, busy: tuple[int, ...]) -> list[Owed]:
        """Up to `limit` deliveries that were wanted as due, are so at `at`, wait for no other and go to none busy."""
        # One that was dead may have been revived a moment ago, and those behind it have to wait for it again.
        live = [owed.delivery for owed in self._owed.values() if not owed.delivery.dead]
        first: dict[tuple[int, str], int] = {}
        for each in live:
            first[each.target, each.phone] = min(each.item, first.get((each.target, each.phone), each.item))
        due = [self._owed[key] for key in self._loaded.due if key in self._owed]
        return [
            owed
            for owed in due
            if not owed.delivery.dead
            and owed.delivery.due_at <= at
            and owed.delivery.target not in busy
            and owed.delivery.item == first[owed.delivery.target, owed.delivery.phone]
        ][:limit]

    def redeem(self, delivery: Delivery) -> None:
        """Owe something no longer."""
        self.changed += 1
        key = (delivery.target, delivery.item)
        self._owed.pop(key, None)
        if self._changes.owed.pop(key, None) is None:  # else it was owed by the same group, and is not in the store
            self._changes.redeemed.append(delivery)
        self._changes.queues[delivery.target, delivery.phone] = None

    def cancel(self, delivery: Delivery, message: Message, at: int) -> None:
        """Owe a message no longer, for there is no reason to send it."""
        self.redeem(delivery)
        error = _WITHOUT_REASON + (_PERHAPS_SENT if delivery.attempts else "")
        self.update_message(replace(message, status=MessageStatus.CANCELED, error=error), at)

    def postpone(self, delivery: Delivery) -> None:
        """Store how often and when something is to be tried."""
        self.changed += 1
        key = (delivery.target, delivery.item)
        before = self._owed[key]
        self._owed[key] = replace(before, delivery=delivery)
        self._changes.postponed[key] = delivery
        if before.delivery.dead != delivery.dead:
            queues = self._changes.queues if delivery.dead else self._changes.revived
            queues[delivery.target, delivery.phone] = None

    def webhooks(self) -> list[Webhook]:
        """The account's webhooks, oldest first."""
        return list(self._webhooks.values())

    def add_webhook(self, webhook: Webhook) -> Webhook:
        """Register a webhook; gives it with its number."""
        self.changed += 1
        number = self._tallies.last_webhook + 1
        self._tallies = replace(self._tallies, last_webhook=number, webhooks=self._tallies.webhooks + 1)
        webhook = replace(webhook, webhook_id=number)
        self._webhooks = {**self._webhooks, number: webhook}
        self._changes.webhooks[number] = webhook
        return webhook

    def change_webhook(self, webhook: Webhook) -> None:
        """Give a webhook another secret or other types; what is owed to it already stays owed."""
        self.changed += 1
        self._webhooks = {**self._webhooks, webhook.webhook_id: webhook}
        self._changes.webhooks[webhook.webhook_id] = webhook

    def remove_webhook(self, webhook_id: int) -> bool:
        """Remove a webhook and all that is owed to it; gives whether there was one."""
        if webhook_id not in self._webhooks:
            return False
        self.changed += 1
        self._tallies = replace(self._tallies, webhooks=self._tallies.webhooks - 1)
        self._webhooks = {number: webhook for number, webhook in self._webhooks.items() if number != webhook_id}
        self._owed = {key: owed for key, owed in self._owed.items() if owed.delivery.target != webhook_id}
        self._changes.owed = {key: each for key, each in self._changes.owed.items() if each.target != webhook_id}
        self._changes.webhooks.pop(webhook_id, None)
        self._changes.webhooks_removed.append(webhook_id)
        return True

    def forget(self) -> bool:
        """Forget what was found to be too old; gives whether there may be more."""
        old = self._loaded.old
        if old is None:
            return False
        self.changed += 1
        self._changes.forgotten = old
        return old.more

    # Idempotency

    def answer(self, key: str) -> KeptAnswer | None:
        """What was answered to the first request with this idempotency key."""
        return self._answers.get(key)

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer for later requests with its key."""
        self.changed += 1
        self._answers[answer.key] = answer

    def changes(self) -> Changes:
        """The difference to what was loaded."""
        before, changes = self._loaded, self._changes
        for phone, contact in self._contacts.items():
            old = before.contacts.get(phone)
            if old is None:
                changes.inserted.append(contact)
            elif old.contact_id != contact.contact_id:  # deleted, and made anew
                changes.deleted.append(old)
                changes.inserted.append(contact)
            elif old is not contact and old != contact:
                changes.updated.append((old, contact))
        changes.deleted += [old for phone, old in before.contacts.items() if phone not in self._contacts]
        changes.opted_out = [
            (phone, *since) for phone, since in self._opt_outs.items() if before.opt_outs.get(phone) != since
        ]
        changes.opted_in = [phone for phone, since in before.opt_outs.items() if self._opt_outs.get(phone) != since]
        changes.verifications = [
            each for phone, each in self._verifications.items() if before.verifications.get(phone) is not each
        ]
        changes.answers = [answer for key, answer in self._answers.items() if before.answers.get(key) is not answer]
        contacts = before.tallies.contacts + len(changes.inserted) - len(changes.deleted)
        changes.tallies = replace(self._tallies, contacts=contacts, events=self._last_event)
        return changes

    def _say(self, phone: str, said: Said, *, opted_out: bool) -> None:
        number = self._tallies.entries + 1
        entry = next_entry(number, self._tallies.ledger, phone, said, opted_out=opted_out)
        self._tallies = replace(self._tallies, entries=number, ledger=entry.hash)
        self._changes.entries.append(entry)
        if opted_out:
            self._opt_outs[phone] = (said.at, number)
            self._close_pending(phone, said.at)
        else:
            del self._opt_outs[phone]
        self._tell(EventType.CONSENT_OPTED_OUT if opted_out else EventType.CONSENT_OPTED_IN, said.at, phone, entry)

    def _close_pending(self, phone: str, at: int) -> None:
        pending = self.pending(phone, at)
        if pending is not None:
            self.close_verification(pending, EventType.VERIFICATION_CANCELED, at)

    def _add(self, message: Message) -> Message:
        self.changed += 1
        number = self._tallies.messages + 1
        self._tallies = replace(self._tallies, messages=number)
        message.message_id = number
        self._changes.messages.append(message)
        return message

    def _tell(self, type_: EventType, at: int, phone: str, subject: Subject) -> None:
        self._last_event += 1
        event = Event(self._last_event, type_, at, phone, subject)
        self._changes.events.append(event)
        for webhook in self._webhooks.values():
            if webhook.wants(event):
                self._owe(webhook.webhook_id, event.event_id, phone, at)

    def _owe(self, target: int, item: int, phone: str, at: int) -> Delivery:
        delivery = self._changes.owed[target, item] = Delivery(target, item, phone, at, due_at=at)
        self._changes.queues[target, phone] = None
        return delivery

    def _withdraw(self, phone: str, at: int) -> None:
        for item in sorted(self._messages_to.get(phone, ())):
            owed = self._owed.get((SENDER, item))
            if owed is None or owed.message is None or owed.delivery.dead or owed.delivery.under_way(at):
                continue
            self.cancel(owed.delivery, owed.message, at)
