"""The change log: every change to an account's contacts, verifications, messages and consent, in one order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.consent.review import Review
from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.messages.message import Message
from numberkeep.domain.stamp import Actor, Cause, Stamp
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook

Subject = Contact | Verification | Message | ConsentEntry | Review | DisabledWebhook
"""What an event is about, as it was after the change; for a deletion, before it."""

SAMPLE: Final = 0
"""The number of an event that did not happen, which is sent to a webhook as a sample."""

NO_PHONE: Final = ""
"""The number of events that concern no number."""


class EventType(StrEnum):
    """What happened. Names from api-reference.md, "Events and webhooks of the hosted service", or formed like them."""

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
    CONSENT_UNCLEAR = "consent.unclear"
    CONSENT_DECIDED = "consent.decided"
    WEBHOOK_DISABLED = "webhook.disabled"


@dataclass(slots=True)
class Event:
    """One change.

    Attributes:
        event_id: its number within the account, from 1 in the order of the commits.
        type: what happened.
        stamp: when, by whom and because of what.
        phone: the number that it concerns, E.164; `""` for `webhook.*`, which form a chain of their own.
        subject: what it is about.
        previous_event: the number of the previous event about the same number; 0 for the first. The previous event may
            no longer be in the log.
        replaced: for `contact.updated`, the old values of the fields that changed, by the attribute of Contact; empty
            for other types, and for events that were recorded before old values were.
    """

    event_id: int
    type: EventType
    stamp: Stamp
    phone: str
    subject: Subject
    previous_event: int
    replaced: Mapping[str, Any]

    @property
    def at(self) -> int:
        """When it happened, microseconds since 1970."""
        return self.stamp.at

    @property
    def actor(self) -> Actor:
        """Who made the change."""
        return self.stamp.actor

    @property
    def cause(self) -> Cause | None:
        """What the change is part of."""
        return self.stamp.cause
