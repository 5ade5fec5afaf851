"""How contacts, tags, messages and keys lie in their rows; the same on every engine."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from numberkeep.domain.contact import Contact, micros, moment
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.message import MessageStatus, NewMessage

COLUMNS: Final = (
    "contact_id, phone, created_at, first_name, last_name, company_name, assigned_to_email, sendblue_number, "
    "tags, custom_variables, verified, opt_out"
)
"""The order in which `contact_of` reads a row and `values_of` writes one."""

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


def values_of_messages(messages: Sequence[NewMessage], last: int) -> list[tuple[int, str, str, int, str]]:
    """Message_id, phone, content, created_at and status of messages of which the last has the number `last`."""
    first = last - len(messages) + 1
    queued = MessageStatus.QUEUED.value
    return [(number, each.to, each.content, each.at, queued) for number, each in enumerate(messages, start=first)]


def key_of(row: Iterable[Any]) -> ApiKey:
    """The key of key_id, secret_hash, account_id, the account's name and region, created_at and revoked_at."""
    key_id, secret_hash, account_id, name, region, created_at, revoked_at = row
    return ApiKey(
        key_id,
        secret_hash,
        Account(account_id, name, region),
        moment(created_at),
        None if revoked_at is None else moment(revoked_at),
    )
