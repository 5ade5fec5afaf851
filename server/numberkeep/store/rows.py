"""How everything lies in its row; the same on every engine.

Each `..._COLUMNS` is the order in which a `..._of` reads a row and a `values_of...` writes one.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import msgspec

from numberkeep.domain.consent import ConsentEntry, ConsentSource
from numberkeep.domain.contact import Contact, micros, moment
from numberkeep.domain.delivery import Delivery, Webhook
from numberkeep.domain.event import Event, EventType, Subject, subject_type
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.listing import ListedContact
from numberkeep.domain.message import Direction, Message, MessageStatus
from numberkeep.domain.snapshot import KeptAnswer
from numberkeep.domain.verification import Verification

COLUMNS: Final = (
    "contact_id, phone, created_at, first_name, last_name, company_name, assigned_to_email, sendblue_number, "
    "tags, custom_variables, verified, opt_out"
)
"""A contact's."""
TALLY_COLUMNS: Final = "contact_count, last_message, last_event, last_entry, ledger, webhook_count, last_webhook"
ANSWER_COLUMNS: Final = "key, fingerprint, answer, created_at"
VERIFICATION_COLUMNS: Final = "phone, requested_at, expires_at, pending"
MESSAGE_COLUMNS: Final = "message_id, phone, line, direction, content, status, created_at, handle, error"
EVENT_COLUMNS: Final = "event_id, type, at, phone, subject"
ENTRY_COLUMNS: Final = "entry_id, phone, at, opted_out, source, wording, hash"
DELIVERY_COLUMNS: Final = "target, item, phone, created_at, attempts, due_at, dead, error"
WEBHOOK_COLUMNS: Final = "webhook_id, url, secret, types, created_at"

_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_variables = msgspec.json.Decoder(dict[str, str]).decode
_encode = msgspec.json.Encoder().encode


def contact_of(row: Iterable[Any]) -> Contact:
    """The contact whose `COLUMNS` these are."""
    contact_id, phone, created_at, first, last, company, email, line, tags, variables, verified, opt_out = row
    return Contact(
        contact_id,
        phone,
        moment(created_at),
        first,
        last,
        company,
        email,
        line,
        _decode_tags(tags),
        _decode_variables(variables),
        verified == 1,
        opt_out == 1,
    )


def listed_of(row: Iterable[Any]) -> ListedContact:
    """Return the contact of a listing whose `COLUMNS` these are."""
    return ListedContact(*row)


def values_of(contact: Contact) -> tuple[Any, ...]:
    """The `COLUMNS` of a contact."""
    return (
        contact.contact_id,
        contact.phone,
        micros(contact.created_at),
        contact.first_name,
        contact.last_name,
        contact.company_name,
        contact.assigned_to_email,
        contact.sendblue_number,
        _encode(contact.tags).decode(),
        _encode(contact.custom_variables).decode(),
        contact.verified,
        contact.opt_out,
    )


def values_of_tags(tags: Iterable[tuple[Contact, str]]) -> list[tuple[str, int, int]]:
    """Tag, created_at and contact_id of each tag of a contact."""
    return [(tag, micros(contact.created_at), contact.contact_id) for contact, tag in tags]


def answer_of(row: Iterable[Any]) -> KeptAnswer:
    """The answer whose `ANSWER_COLUMNS` these are."""
    return KeptAnswer(*row)


def values_of_answer(kept: KeptAnswer) -> tuple[Any, ...]:
    """The `ANSWER_COLUMNS` of an answer."""
    return kept.key, kept.fingerprint, kept.answer, kept.at


def verification_of(row: Iterable[Any]) -> Verification:
    """The verification whose `VERIFICATION_COLUMNS` these are."""
    phone, requested_at, expires_at, pending = row
    return Verification(phone, requested_at, expires_at, pending == 1)


def values_of_verification(verification: Verification) -> tuple[Any, ...]:
    """The `VERIFICATION_COLUMNS` of a verification."""
    return verification.phone, verification.requested_at, verification.expires_at, verification.pending


def message_of(row: Iterable[Any]) -> Message:
    """The message whose `MESSAGE_COLUMNS` these are."""
    message_id, phone, line, direction, content, status, at, handle, error = row
    return Message(message_id, phone, line, Direction(direction), content, MessageStatus(status), at, handle, error)


def values_of_message(message: Message) -> tuple[Any, ...]:
    """The `MESSAGE_COLUMNS` of a message."""
    return (
        message.message_id,
        message.phone,
        message.line,
        message.direction.value,
        message.content,
        message.status.value,
        message.at,
        message.handle,
        message.error,
    )


def event_of(row: Iterable[Any]) -> Event:
    """The event whose `EVENT_COLUMNS` these are."""
    event_id, type_, at, phone, subject = row
    of_type = EventType(type_)
    return Event(event_id, of_type, at, phone, _decode_subject(of_type)(subject))


def values_of_event(event: Event) -> tuple[Any, ...]:
    """The `EVENT_COLUMNS` of an event."""
    return event.event_id, event.type.value, event.at, event.phone, _encode(event.subject).decode()


def entry_of(row: Iterable[Any]) -> ConsentEntry:
    """The ledger entry whose `ENTRY_COLUMNS` these are."""
    entry_id, phone, at, opted_out, source, wording, digest = row
    return ConsentEntry(entry_id, phone, at, opted_out == 1, ConsentSource(source), wording, digest)


def values_of_entry(entry: ConsentEntry) -> tuple[Any, ...]:
    """The `ENTRY_COLUMNS` of a ledger entry."""
    return entry.entry_id, entry.phone, entry.at, entry.opted_out, entry.source.value, entry.wording, entry.hash


def delivery_of(row: Iterable[Any]) -> Delivery:
    """The delivery whose `DELIVERY_COLUMNS` these are."""
    target, item, phone, created_at, attempts, due_at, dead, error = row
    return Delivery(target, item, phone, created_at, attempts, due_at, dead == 1, error)


def values_of_delivery(delivery: Delivery) -> tuple[Any, ...]:
    """The `DELIVERY_COLUMNS` of a delivery."""
    return (
        delivery.target,
        delivery.item,
        delivery.phone,
        delivery.created_at,
        delivery.attempts,
        delivery.due_at,
        delivery.dead,
        delivery.error,
    )


def webhook_of(row: Iterable[Any]) -> Webhook:
    """The webhook whose `WEBHOOK_COLUMNS` these are."""
    webhook_id, url, secret, types, created_at = row
    return Webhook(webhook_id, url, secret, _decode_tags(types), created_at)


def values_of_webhook(webhook: Webhook) -> tuple[Any, ...]:
    """The `WEBHOOK_COLUMNS` of a webhook."""
    types = _encode(webhook.types).decode()
    return webhook.webhook_id, webhook.url, webhook.secret, types, webhook.created_at


def key_of(row: Iterable[Any]) -> ApiKey:
    """The key of key_id, secret_hash, created_at, revoked_at and its account's columns as `account_from` reads them."""
    key_id, secret_hash, created_at, revoked_at, *account = row
    revoked = None if revoked_at is None else moment(revoked_at)
    return ApiKey(key_id, secret_hash, account_from(account), moment(created_at), revoked)


def account_from(row: Iterable[Any]) -> Account:
    """The account of account_id, name, region and verification_text."""
    return Account(*row)


@cache
def _decode_subject(type_: EventType) -> Callable[[str], Subject]:
    return msgspec.json.Decoder(subject_type(type_)).decode
