"""A model of a store, in dictionaries, to compare with in machine.py. It shares no rule with the tested code."""

from dataclasses import asdict, dataclass, field
from typing import Any

from numberkeep.domain.contacts.contact import Contact, micros

Fields = dict[str, Any]

SENDER_ID = "MyBank"
"""A sender that is no telephone number."""

TEXTS = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")


@dataclass
class ModelAccount:
    """One account.

    Attributes:
        contacts: the fields of every contact, by number.
        opted_out: the numbers whose recipients have opted out.
        asked: the last verification of each number: when it was requested, when it expires, and whether it is pending.
        messages: number, time, status and whether a person wrote it, of every message, oldest first.
        handles: the handles of inbound messages.
        events: type and number of every event, oldest first.
        ledger: number and new state of every opt-out and opt-in, oldest first.
        hooks: the types that each webhook wants.
        hooks_made: how many webhooks were ever created.
        reviews: number and decision of every review, oldest first.
        outbox: deliveries, by target and item.
        at: the time of the command.
    """

    contacts: dict[str, Fields] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    asked: dict[str, Fields] = field(default_factory=dict)
    messages: list[Fields] = field(default_factory=list)
    handles: set[str] = field(default_factory=set)
    events: list[tuple[str, str]] = field(default_factory=list)
    ledger: list[tuple[str, bool]] = field(default_factory=list)
    hooks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    hooks_made: int = 0
    reviews: list[Fields] = field(default_factory=list)
    outbox: dict[tuple[int, int], Fields] = field(default_factory=dict)
    at: int = 0

    def record(self, kind: str, phone: str) -> None:
        """Record an event, and enqueue it for the webhooks that want its type."""
        self.events.append((kind, phone))
        for hook, types in self.hooks.items():
            if types == () or kind in types:
                self.enqueue(hook, len(self.events), phone)

    def enqueue(self, target: int, item: int, phone: str) -> None:
        """Add a delivery to the outbox."""
        fresh = {"attempts": 0, "dead": False, "in_flight": False}
        self.outbox[target, item] = {"phone": phone, "since": self.at, "due": self.at, **fresh}

    def cancel_messages(self, phone: str) -> None:
        """Cancel the pending messages to a number, except for those in flight."""
        for key, delivery in sorted(self.outbox.items()):
            waiting = not delivery["dead"] and not (delivery["in_flight"] and delivery["due"] > self.at)
            if key[0] == 0 and delivery["phone"] == phone and waiting:
                message = self.messages[key[1] - 1]
                if not (message["confirms"] or message["plain"]):
                    del self.outbox[key]
                    self.update(message, "canceled")

    def update(self, message: Fields, status: str) -> None:
        """Set a message's status, and enqueue it for the URL that the message names, if any."""
        message["status"] = status
        self.record("message.updated", message["phone"])
        self.call_back(message)

    def call_back(self, message: Fields) -> None:
        """Enqueue the last event for the URL that a message names, if any."""
        if message["callback"]:
            self.enqueue(-1, len(self.events), message["phone"])

    def upsert(self, phone: str, patch: Fields, *, contact_id: int) -> None:
        """Create the contact if it does not exist, then apply the patch."""
        before = self.shown(phone)
        if "opt_out" in patch:
            self.set_consent(phone, opted_out=patch["opt_out"])
        blank = dict.fromkeys(TEXTS, "") | {"tags": (), "custom_variables": {}, "verified": False}
        new = blank | {"contact_id": contact_id, "phone": phone, "created_at": self.at}
        contact = self.contacts[phone] = dict(self.contacts.get(phone, new))
        for name, value in patch.items():
            if name == "custom_variables":
                merged = {} if value is None else contact[name] | value
                contact[name] = {label: text for label, text in merged.items() if text}
            elif name != "opt_out":
                contact[name] = value
        if before is None:
            self.record("contact.created", phone)
        elif self.shown(phone) != before:
            self.record("contact.updated", phone)

    def delete(self, phones: list[str]) -> int:
        """Delete contacts, and return how many existed."""
        existing = [phone for phone in dict.fromkeys(phones) if phone in self.contacts]
        for phone in existing:
            self.cancel_verification(phone)
            del self.contacts[phone]
            self.record("contact.deleted", phone)
        return len(existing)

    def set_consent(self, phone: str, *, opted_out: bool) -> bool:
        """Record a recipient's consent, and return whether it changed."""
        if opted_out == (phone in self.opted_out):
            return False
        if opted_out:
            self.cancel_verification(phone)
        self.opted_out ^= {phone}
        self.ledger.append((phone, opted_out))
        self.record("consent.opted_out" if opted_out else "consent.opted_in", phone)
        if opted_out:
            self.close_reviews(phone, "opt_out")
        return True

    def open_reviews(self) -> list[int]:
        """Return the numbers of the reviews that wait for a decision."""
        return [number for number, review in enumerate(self.reviews, 1) if review["decision"] == "open"]

    def close_reviews(self, phone: str, decision: str) -> None:
        """Close the open reviews of a number."""
        for number in self.open_reviews():
            review = self.reviews[number - 1]
            if review["phone"] == phone:
                review["decision"] = decision
                self.record("consent.decided", phone)

    def decide(self, number: int, decision: str) -> str:
        """Decide a review, and return the outcome."""
        if not 0 < number <= len(self.reviews):
            return "ReviewNotFound"
        review = self.reviews[number - 1]
        if review["decision"] == "open" and decision == "keep":
            review["decision"] = decision
            self.record("consent.decided", review["phone"])
        elif review["decision"] == "open":
            self.opt_out(review["phone"], opted_out=True)
        return decision if review["decision"] == decision else "ReviewDecided"

    def opt_out(self, phone: str, *, opted_out: bool) -> str:
        """Record a recipient's consent, and record the change of the contact."""
        if self.set_consent(phone, opted_out=opted_out) and phone in self.contacts:
            self.record("contact.updated", phone)
        return phone

    def import_opt_out(self, phone: str) -> int:
        """Opt a number out, and return how many were not before."""
        is_new = phone not in self.opted_out
        self.opt_out(phone, opted_out=True)
        return int(is_new)

    def is_pending(self, phone: str) -> bool:
        """Return whether a verification is pending; an overdue one expires here."""
        asked = self.asked.get(phone)
        if asked is None or not asked["pending"]:
            return False
        if self.at >= asked["until"]:
            self.end(phone, "expired")
            return False
        return True

    def end(self, phone: str, how: str) -> None:
        """End a pending verification."""
        self.asked[phone]["pending"] = False
        self.record(f"verification.{how}", phone)
        self.cancel_messages(phone)

    def cancel_verification(self, phone: str) -> None:
        """Cancel a verification if it is pending."""
        if self.is_pending(phone):
            self.end(phone, "canceled")

    def expire(self, limit: int) -> int:
        """Expire overdue verifications."""
        late = [(asked["until"], phone) for phone, asked in self.asked.items() if asked["pending"]]
        ended = [phone for until, phone in sorted(late) if until <= self.at][:limit]
        for phone in ended:
            self.end(phone, "expired")
        return len(ended)

    def request_verification(self, phone: str, *, resend_after: int, expires_after: int) -> str:
        """Enqueue a message if one may be sent, and return the outcome."""
        if phone not in self.contacts:
            return "ContactNotFound"
        if phone in self.opted_out:
            return "RecipientOptedOut"
        if self.contacts[phone]["verified"]:
            return "False"
        if any(self.reviews[number - 1]["phone"] == phone for number in self.open_reviews()):
            return "ReplyUnderReview"
        if phone in self.asked and self.at < self.asked[phone]["at"] + resend_after:
            return "VerificationTooSoon"
        self.is_pending(phone)
        self.cancel_messages(phone)
        self.asked[phone] = {"at": self.at, "until": self.at + expires_after, "pending": True}
        self.record("verification.requested", phone)
        self.send(phone)
        return "True"

    def send(self, phone: str, confirms: int = 0) -> None:
        """Enqueue a message, which may confirm a ledger entry."""
        self.add_message(phone, "queued", confirms=confirms)
        self.enqueue(0, len(self.messages), phone)
        self.record("message.created", phone)

    def text(self, phone: str, *, callback: bool) -> str:
        """Send a plain message, and return its status."""
        status = "failed" if phone in self.opted_out else "queued"
        self.add_message(phone, status, plain=True, callback=callback)
        self.record("message.created", phone)
        if status == "queued":
            self.enqueue(0, len(self.messages), phone)
        else:
            self.call_back(self.messages[-1])
        return status

    def add_message(self, phone: str, status: str, **kind: Any) -> None:
        """Add a message of this kind."""
        unsaid = {"inbound": False, "confirms": 0, "plain": False, "callback": False}
        self.messages.append({"phone": phone, "at": self.at, "status": status, **unsaid, **kind})

    def receive(self, phone: str, word: str, handle: str) -> str:
        """Receive a message, and return whether it is a duplicate, whether it verified, and the new opt-out.

        `word` is the text, `carrier-` and what the carrier says that it means, or `bye`, an opt-out to be confirmed.
        """
        if handle in self.handles:
            return "(True, False, None)"
        if handle:
            self.handles.add(handle)
        self.add_message(phone, "received", inbound=True)
        self.record("message.received", phone)
        if phone == SENDER_ID:
            return "(False, False, None)"
        if word in {"stop", "carrier-stop", "bye"}:
            before = len(self.ledger)
            self.opt_out(phone, opted_out=True)
            if word == "bye" and len(self.ledger) > before:
                self.send(phone, len(self.ledger))
            return "(False, False, True)"
        if word in {"start", "carrier-start"}:
            self.opt_out(phone, opted_out=False)
            self.close_reviews(phone, "opt_in")
        waiting = sum(self.reviews[number - 1]["phone"] == phone for number in self.open_reviews())
        if word == "no" and phone not in self.opted_out and waiting < 20:
            self.reviews.append({"phone": phone, "decision": "open"})
            self.record("consent.unclear", phone)
        if word in {"no", "help", "carrier-help"}:
            return "(False, False, None)"
        verified = self.is_pending(phone)
        if verified:
            self.end(phone, "approved")
            self.contacts[phone] = self.contacts[phone] | {"verified": True}
            self.record("contact.updated", phone)
        return f"(False, {verified}, {False if word in {'start', 'carrier-start'} else None})"

    def shown(self, phone: str) -> Fields | None:
        """Return a contact's fields as a reader gets them, or None."""
        contact = self.contacts.get(phone)
        return None if contact is None else contact | {"opt_out": phone in self.opted_out}

    def listed(self, by: str, where: Fields, *, descending: bool) -> list[Fields]:
        """Return the contacts that match `where`, in order."""
        found = [contact for phone in self.contacts if (contact := self.shown(phone)) and _fits(contact, where)]
        return sorted(found, key=lambda contact: (contact[by], contact["contact_id"]), reverse=descending)


def _fits(contact: Fields, where: Fields) -> bool:
    for name, wanted in where.items():
        if name == "tags":
            if not all(tag in contact["tags"] for tag in wanted):
                return False
        elif name == "created_from":
            if contact["created_at"] < wanted:
                return False
        elif contact[name] != wanted:
            return False
    return True


def fields_of(contact: object) -> Fields | None:
    """Return the fields of a contact as the model has them, with the time in microseconds; None for None."""
    if contact is None:
        return None
    assert isinstance(contact, Contact)
    return asdict(contact) | {"created_at": micros(contact.created_at)}
