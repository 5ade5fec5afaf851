"""What a store does, in dictionaries: the measure for machine.py. It shares no rule with the code it measures."""

from dataclasses import asdict, dataclass, field
from typing import Any

from numberkeep.domain.contacts.contact import Contact, micros

Fields = dict[str, Any]

TEXTS = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")


@dataclass
class ModelAccount:
    """One account.

    Attributes:
        contacts: the fields of every contact, by number.
        opted_out: the numbers whose recipients have opted out.
        asked: of the last verification of a number when it was asked for, until when it waits, and whether it does.
        messages: number, time, status and whether a person wrote it, of every message, oldest first.
        handles: those of messages that people wrote.
        events: type and number of every event, oldest first.
        ledger: number and new state of every opt-out and opt-in, oldest first.
        hooks: the types that each webhook wants.
        hooks_made: how many webhooks there ever were.
        outbox: what is owed, by target and item.
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
    outbox: dict[tuple[int, int], Fields] = field(default_factory=dict)
    at: int = 0

    def tell(self, kind: str, phone: str) -> None:
        """Something happened, and is owed to who wants it."""
        self.events.append((kind, phone))
        for hook, types in self.hooks.items():
            if types == () or kind in types:
                self.owe(hook, len(self.events), phone)

    def owe(self, target: int, item: int, phone: str) -> None:
        """Put something into the outbox."""
        fresh = {"attempts": 0, "dead": False, "flying": False}
        self.outbox[target, item] = {"phone": phone, "since": self.at, "due": self.at, **fresh}

    def withdraw(self, phone: str) -> None:
        """Owe a number none of the messages of before but those that are on their way."""
        for key, owed in sorted(self.outbox.items()):
            waits = not owed["dead"] and not (owed["flying"] and owed["due"] > self.at)
            if key[0] == 0 and owed["phone"] == phone and waits:
                del self.outbox[key]
                self.messages[key[1] - 1]["status"] = "canceled"
                self.tell("message.updated", phone)

    def say(self, phone: str, said: Fields, *, contact_id: int) -> None:
        """Make the contact where there is none, then apply what is said of it."""
        before = self.shown(phone)
        if "opt_out" in said:
            self.change_mind(phone, opted_out=said["opt_out"])
        blank = dict.fromkeys(TEXTS, "") | {"tags": (), "custom_variables": {}, "verified": False}
        new = blank | {"contact_id": contact_id, "phone": phone, "created_at": self.at}
        contact = self.contacts[phone] = dict(self.contacts.get(phone, new))
        for name, value in said.items():
            if name == "custom_variables":
                merged = {} if value is None else contact[name] | value
                contact[name] = {label: text for label, text in merged.items() if text}
            elif name != "opt_out":
                contact[name] = value
        if before is None:
            self.tell("contact.created", phone)
        elif self.shown(phone) != before:
            self.tell("contact.updated", phone)

    def delete(self, phones: list[str]) -> int:
        """Delete contacts; gives how many there were."""
        there = [phone for phone in dict.fromkeys(phones) if phone in self.contacts]
        for phone in there:
            self.stop_waiting(phone)
            del self.contacts[phone]
            self.tell("contact.deleted", phone)
        return len(there)

    def change_mind(self, phone: str, *, opted_out: bool) -> bool:
        """Remember what a recipient wants; gives whether that is new."""
        if opted_out == (phone in self.opted_out):
            return False
        if opted_out:
            self.stop_waiting(phone)
        self.opted_out ^= {phone}
        self.ledger.append((phone, opted_out))
        self.tell("consent.opted_out" if opted_out else "consent.opted_in", phone)
        return True

    def opt_out(self, phone: str, *, opted_out: bool) -> str:
        """Remember it, and show it on the contact."""
        if self.change_mind(phone, opted_out=opted_out) and phone in self.contacts:
            self.tell("contact.updated", phone)
        return phone

    def waits(self, phone: str) -> bool:
        """Whether a verification waits for its answer; one that waited too long ends here."""
        asked = self.asked.get(phone)
        if asked is None or not asked["pending"]:
            return False
        if self.at >= asked["until"]:
            self.end(phone, "expired")
            return False
        return True

    def end(self, phone: str, how: str) -> None:
        """A verification waits no longer."""
        self.asked[phone]["pending"] = False
        self.tell(f"verification.{how}", phone)
        self.withdraw(phone)

    def stop_waiting(self, phone: str) -> None:
        """Cancel a verification that waits."""
        if self.waits(phone):
            self.end(phone, "canceled")

    def expire(self, limit: int) -> int:
        """End what has waited too long."""
        late = [(asked["until"], phone) for phone, asked in self.asked.items() if asked["pending"]]
        ended = [phone for until, phone in sorted(late) if until <= self.at][:limit]
        for phone in ended:
            self.end(phone, "expired")
        return len(ended)

    def request_verification(self, phone: str, *, resend_after: int, expires_after: int) -> str:
        """Send a message where one may be sent; gives what came of it."""
        if phone not in self.contacts:
            return "ContactNotFound"
        if phone in self.opted_out:
            return "RecipientOptedOut"
        if self.contacts[phone]["verified"]:
            return "False"
        if phone in self.asked and self.at < self.asked[phone]["at"] + resend_after:
            return "VerificationTooSoon"
        self.waits(phone)
        self.withdraw(phone)
        self.asked[phone] = {"at": self.at, "until": self.at + expires_after, "pending": True}
        self.tell("verification.requested", phone)
        self.messages.append({"phone": phone, "at": self.at, "status": "queued", "inbound": False})
        self.owe(0, len(self.messages), phone)
        self.tell("message.created", phone)
        return "True"

    def receive(self, phone: str, word: str, handle: str) -> str:
        """Take in a message; gives whether it was known, whether it verified, and what it says of the opt-out."""
        if handle in self.handles:
            return "(True, False, None)"
        if handle:
            self.handles.add(handle)
        self.messages.append({"phone": phone, "at": self.at, "status": "received", "inbound": True})
        self.tell("message.received", phone)
        if word == "stop":
            self.opt_out(phone, opted_out=True)
            return "(False, False, True)"
        if word == "start":
            self.opt_out(phone, opted_out=False)
        if word in {"no", "help"}:
            return "(False, False, None)"
        verified = self.waits(phone)
        if verified:
            self.end(phone, "approved")
            self.contacts[phone] = self.contacts[phone] | {"verified": True}
            self.tell("contact.updated", phone)
        return f"(False, {verified}, {False if word == 'start' else None})"

    def shown(self, phone: str) -> Fields | None:
        """A contact's fields as a reader gets them."""
        contact = self.contacts.get(phone)
        return None if contact is None else contact | {"opt_out": phone in self.opted_out}

    def listed(self, by: str, where: Fields, *, descending: bool) -> list[Fields]:
        """The contacts that are as `where` says, in order."""
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
    """The fields of a contact with its time in microseconds, as the model has them; None for None."""
    if contact is None:
        return None
    assert isinstance(contact, Contact)
    return asdict(contact) | {"created_at": micros(contact.created_at)}
