"""The forms in which the change log keeps what its events are about: explicit, versioned, and apart from the domain.

A form is a JSON array that begins with its version. A stored version never changes: a new field makes a new version, a
struct with the next tag, and `to_domain` of each older one provides a value for the field. So every event that was ever
written stays readable (docs/adr/0014-stamps-and-history.md). Version 0 is the form from before forms had versions: a
JSON object.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from numberkeep.domain.consent.ledger import ConsentEntry, ConsentSource
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import Contact, micros, moment
from numberkeep.domain.event import EventType, Subject
from numberkeep.domain.verification.verification import Verification
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.store.message_forms import MESSAGE
from numberkeep.store.stored_form import Form, encode


class ContactV0(msgspec.Struct):
    """A contact; the time of its creation in ISO 8601."""

    contact_id: int
    created_at: datetime
    first_name: str
    last_name: str
    company_name: str
    assigned_to_email: str
    sendblue_number: str
    tags: tuple[str, ...]
    custom_variables: dict[str, str]
    verified: bool
    opt_out: bool

    def to_domain(self, phone: str) -> Contact:
        """Return the contact."""
        return Contact(
            self.contact_id,
            phone,
            self.created_at,
            self.first_name,
            self.last_name,
            self.company_name,
            self.assigned_to_email,
            self.sendblue_number,
            self.tags,
            self.custom_variables,
            self.verified,
            self.opt_out,
        )


class ContactV1(msgspec.Struct, array_like=True, tag=1):
    """A contact; the time of its creation in microseconds since 1970."""

    contact_id: int
    created_at: int
    first_name: str
    last_name: str
    company_name: str
    assigned_to_email: str
    sendblue_number: str
    tags: tuple[str, ...]
    custom_variables: Mapping[str, str]
    verified: bool
    opt_out: bool

    def to_domain(self, phone: str) -> Contact:
        """Return the contact."""
        return Contact(
            self.contact_id,
            phone,
            moment(self.created_at),
            self.first_name,
            self.last_name,
            self.company_name,
            self.assigned_to_email,
            self.sendblue_number,
            self.tags,
            self.custom_variables,
            self.verified,
            self.opt_out,
        )


def _contact_form(contact: Contact) -> ContactV1:
    return ContactV1(
        contact.contact_id,
        micros(contact.created_at),
        contact.first_name,
        contact.last_name,
        contact.company_name,
        contact.assigned_to_email,
        contact.sendblue_number,
        contact.tags,
        contact.custom_variables,
        contact.verified,
        contact.opt_out,
    )


class VerificationV0(msgspec.Struct):
    """A verification from before verifications had numbers."""

    requested_at: int
    expires_at: int
    pending: bool

    def to_domain(self, phone: str) -> Verification:
        """Return the verification, with the number 0."""
        return Verification(0, phone, self.requested_at, self.expires_at, self.pending)


class VerificationV1(msgspec.Struct, array_like=True, tag=1):
    """A verification."""

    verification_id: int
    requested_at: int
    expires_at: int
    pending: bool

    def to_domain(self, phone: str) -> Verification:
        """Return the verification."""
        return Verification(self.verification_id, phone, self.requested_at, self.expires_at, self.pending)


class ConsentEntryV0(msgspec.Struct):
    """A ledger entry."""

    entry_id: int
    at: int
    opted_out: bool
    source: str
    wording: str
    hash: bytes

    def to_domain(self, phone: str) -> ConsentEntry:
        """Return the entry."""
        source = ConsentSource(self.source)
        return ConsentEntry(self.entry_id, phone, self.at, self.opted_out, source, self.wording, self.hash)


class ConsentEntryV1(ConsentEntryV0, array_like=True, tag=1):
    """A ledger entry."""


class ReviewV1(msgspec.Struct, array_like=True, tag=1):
    """A review."""

    review_id: int
    at: int
    deadline: int
    wording: str
    decision: str

    def to_domain(self, phone: str) -> Review:
        """Return the review."""
        return Review(self.review_id, phone, self.at, self.deadline, self.wording, Decision(self.decision))


class DisabledWebhookV1(msgspec.Struct, array_like=True, tag=1):
    """A webhook that was disabled."""

    webhook_id: int
    url: str
    reason: str

    def to_domain(self, phone: str) -> DisabledWebhook:  # noqa: ARG002 - it concerns no number
        """Return the webhook."""
        return DisabledWebhook(self.webhook_id, self.url, self.reason)


CONTACT: Final = Form(_contact_form, ContactV0, ContactV1)
VERIFICATION: Final = Form(
    lambda it: VerificationV1(it.verification_id, it.requested_at, it.expires_at, it.pending),
    VerificationV0,
    VerificationV1,
)
CONSENT_ENTRY: Final = Form(
    lambda it: ConsentEntryV1(it.entry_id, it.at, it.opted_out, it.source, it.wording, it.hash),
    ConsentEntryV0,
    ConsentEntryV1,
)
REVIEW: Final = Form(
    lambda it: ReviewV1(it.review_id, it.at, it.deadline, it.wording, it.decision.value), None, ReviewV1
)
DISABLED_WEBHOOK: Final = Form(lambda it: DisabledWebhookV1(it.webhook_id, it.url, it.reason), None, DisabledWebhookV1)

_FORMS: Final[Mapping[str, Form[Any]]] = {
    "contact": CONTACT,
    "verification": VERIFICATION,
    "message": MESSAGE,
    "consent": CONSENT_ENTRY,
    "webhook": DISABLED_WEBHOOK,
}
FORM_OF: Final[Mapping[EventType, Form[Subject]]] = {
    type_: _FORMS[type_.value.partition(".")[0]] for type_ in EventType
} | {EventType.CONSENT_UNCLEAR: REVIEW, EventType.CONSENT_DECIDED: REVIEW}
"""The form of the subject of each type of event."""


class ReplacedV1(msgspec.Struct, array_like=True, tag=1):
    """The old values of the fields that an update changed, by name; a field that no longer exists keeps its name."""

    values: Mapping[str, Any]


_decode_replaced = msgspec.json.Decoder(ReplacedV1).decode
_NOTHING: Final[Mapping[str, Any]] = {}


def dump_replaced(replaced: Mapping[str, Any]) -> str:
    """Return the stored form of the values that an update replaced; `""` for none."""
    return encode(ReplacedV1(replaced)).decode() if replaced else ""


def load_replaced(text: str) -> Mapping[str, Any]:
    """Return the values that an update replaced."""
    if not text:
        return _NOTHING
    values = _decode_replaced(text).values
    tags = values.get("tags")
    return values if tags is None else {**values, "tags": tuple(tags)}
