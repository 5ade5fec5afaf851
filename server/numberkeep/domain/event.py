"""The change log: every change to an account's contacts, verifications, messages and consent, in one order."""

from dataclasses import dataclass
from enum import StrEnum

from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import Contact
from numberkeep.domain.message import Message
from numberkeep.domain.verification import Verification

Subject = Contact | Verification | Message | ConsentEntry
"""What an event tells of, as it was after the change; of a deletion, before it."""


class EventType(StrEnum):
    """What happened. Names from api-reference.md, "Events and webhooks of the hosted service", and our own alike."""

    CONTACT_CREATED = "contact.created"
    CONTACT_UPDATED = "contact.updated"
    CONTACT_DELETED = "contact.deleted"
    VERIFICATION_REQUESTED = "verification.requested"
    VERIFICATION_APPROVED = "verification.approved"
    VERIFICATION_EXPIRED = "verification.expired"
    VERIFICATION_CANCELED = "verification.canceled"
    MESSAGE_CREATED = "message.created"
    MESSAGE_UPDATED = "message.updated"
    MESSAGE_RECEIVED = "message.received"
    CONSENT_OPTED_OUT = "consent.opted_out"
    CONSENT_OPTED_IN = "consent.opted_in"


@dataclass(slots=True)
class Event:
    """One change.

    Attributes:
        event_id: its number within the account, from 1 in the order of the commits.
        type: what happened.
        at: when, microseconds since 1970.
        phone: the number that it concerns, E.164.
        subject: what it tells of.
    """

    event_id: int
    type: EventType
    at: int
    phone: str
    subject: Subject


def subject_type(type_: EventType) -> type[Subject]:
    """The class of an event's subject."""
    return _SUBJECTS[type_.partition(".")[0]]


_SUBJECTS: dict[str, type[Subject]] = {
    "contact": Contact,
    "verification": Verification,
    "message": Message,
    "consent": ConsentEntry,
}
