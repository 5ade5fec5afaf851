"""What a store does, in dictionaries: the measure for machine.py. It shares no rule with the code it measures."""

from dataclasses import asdict, dataclass, field
from typing import Any

from numberkeep.domain.contact import Contact, micros

Fields = dict[str, Any]

TEXTS = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")


@dataclass
class ModelAccount:
    """One account.

    Attributes:
        contacts: the fields of every contact, by number.
        opted_out: the numbers whose recipients have opted out.
        asked_at: when the last verification message to a number was committed.
        messages: number and time of every message, oldest first.
    """

    contacts: dict[str, Fields] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    asked_at: dict[str, int] = field(default_factory=dict)
    messages: list[tuple[str, int]] = field(default_factory=list)

    def say(self, phone: str, said: Fields, *, contact_id: int, at: int) -> None:
        """Make the contact where there is none, then apply what is said of it."""
        blank = dict.fromkeys(TEXTS, "") | {"tags": (), "custom_variables": {}, "verified": False}
        contact = self.contacts.setdefault(phone, blank | {"contact_id": contact_id, "phone": phone, "created_at": at})
        for name, value in said.items():
            if name == "opt_out":
                self.opt_out(phone, opted_out=value)
            elif name == "custom_variables":
                merged = {} if value is None else contact[name] | value
                contact[name] = {label: text for label, text in merged.items() if text}
            else:
                contact[name] = value

    def delete(self, phones: list[str]) -> int:
        """Delete contacts; gives how many there were."""
        return sum(self.contacts.pop(phone, None) is not None for phone in phones)

    def opt_out(self, phone: str, *, opted_out: bool) -> None:
        """Remember what a recipient wants."""
        if opted_out:
            self.opted_out.add(phone)
        else:
            self.opted_out.discard(phone)

    def request_verification(self, phone: str, *, at: int, resend_after: int) -> str:
        """Send a message where one may be sent; gives what came of it."""
        if phone not in self.contacts:
            return "ContactNotFound"
        if self.contacts[phone]["verified"]:
            return "False"
        if phone in self.opted_out:
            return "RecipientOptedOut"
        if phone in self.asked_at and at < self.asked_at[phone] + resend_after:
            return "VerificationTooSoon"
        self.asked_at[phone] = at
        self.messages.append((phone, at))
        return "True"

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
