"""The shapes of contacts in requests and answers. Source: api-reference.md, "The nine operations"."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from numberkeep.domain.contacts import contact as domain
from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.errors import FieldError
from numberkeep.domain.identity import contact_id_text, parse_contact_id
from numberkeep.domain.limits import MAX_BULK_ROWS
from numberkeep.domain.phone import find_phone
from numberkeep.wire.answers import FieldErrorOut
from numberkeep.wire.field_types import Email, Name, Number, Region, Tags, Time, Variables
from numberkeep.wire.legacy_names import echoing_old_names


class ContactFields(msgspec.Struct, kw_only=True):
    """The fields that create, update and a row of a bulk request have in common. Null and `""` clear a field."""

    assigned_to_email: Email | UnsetType | None = UNSET
    company_name: Name | UnsetType | None = UNSET
    custom_variables: Variables | UnsetType | None = UNSET
    first_name: Name | UnsetType | None = UNSET
    last_name: Name | UnsetType | None = UNSET
    sendblue_number: Number | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET


class CreateBody(ContactFields, kw_only=True):
    """A contact to create."""

    number: Number | UnsetType | None = UNSET
    update_if_exists: bool | None = None


class UpdateBody(ContactFields, kw_only=True):
    """Changes to a contact; the last four fields are read-only and must equal what is stored."""

    opt_out: bool | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    contact_id: str | UnsetType | None = UNSET
    created_at: Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})] | UnsetType | None = UNSET
    verified: bool | UnsetType | None = UNSET


class ByNumber(msgspec.Struct):
    """The number that identifies a contact, as people write it."""

    phone_number: str


class ContactUpdate(msgspec.Struct):
    """The number that identifies a contact, and the changes to it."""

    phone_number: str
    changes: UpdateBody


class BulkRow(ContactFields, kw_only=True):
    """One of the `contacts` of a bulk request."""

    phone: Number | UnsetType | None = UNSET


class BulkBody(msgspec.Struct, kw_only=True):
    """Contacts to create or update. Each is decoded as a BulkRow by itself, so that one bad row hides no other."""

    contacts: Annotated[list[Raw], Meta(max_length=MAX_BULK_ROWS)] | UnsetType | None = UNSET


class BulkParams(msgspec.Struct, kw_only=True):
    """Whether a bad row fails the whole request, and the region of numbers without `+` instead of the account's."""

    on_error: Literal["fail", "skip"] = "fail"
    region: Region | None = None


class BulkRows(NamedTuple):
    """The rows of a bulk request that could be decoded, each with its index, and what is wrong with the others."""

    good: Sequence[tuple[int, BulkRow]]
    bad: Sequence[FieldError]


class BulkCreate(NamedTuple):
    """A bulk request."""

    params: BulkParams
    rows: BulkRows


class BulkDeleteBody(msgspec.Struct, kw_only=True):
    """Contacts to delete. The ids are phone numbers."""

    contact_ids: Annotated[list[str], Meta(max_length=MAX_BULK_ROWS)] | UnsetType | None = UNSET


class NumberBody(msgspec.Struct, kw_only=True):
    """The number of the contact to verify."""

    number: Number | UnsetType | None = UNSET


class ContactOut(msgspec.Struct):
    """A contact; texts that are absent are null."""

    assigned_to_email: str | None
    company_name: str | None
    contact_id: str
    created_at: Time
    custom_variables: Mapping[str, str]
    first_name: str | None
    last_name: str | None
    opt_out: bool
    phone: str
    sendblue_number: str | None
    tags: Sequence[str]
    verified: bool


class ContactAnswer(msgspec.Struct):
    """One contact."""

    contact: ContactOut
    status: Literal["OK"] = "OK"


class BulkAnswer(msgspec.Struct):
    """The contacts that were stored and, with `on_error=skip`, what was wrong with the rows that were not."""

    contacts: Sequence[ContactOut]
    errors: Sequence[FieldErrorOut] | UnsetType = UNSET
    status: Literal["OK"] = "OK"


class CountAnswer(msgspec.Struct):
    """The number of contacts."""

    count: int


class MatchesAnswer(msgspec.Struct):
    """How many contacts match; `is_exact` is false if there are more, which are not counted."""

    count: int
    is_exact: bool


EchoedContact: Any = echoing_old_names(ContactOut)
_texts_of = attrgetter("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")


def patch_of(body: ContactFields) -> domain.ContactPatch:
    """Return what a request changes about a contact."""
    first, last, company, email, line = [domain.UNSET if text is UNSET else text or "" for text in _texts_of(body)]
    return domain.ContactPatch(
        first,
        last,
        company,
        email,
        line,
        tags=domain.UNSET if body.tags is UNSET else tuple(body.tags or ()),
        custom_variables=_variables(body),
    )


def update_of(body: UpdateBody, region: str) -> tuple[domain.ContactPatch, domain.ReadOnly]:
    """Return what an update changes, and the read-only fields that it repeats."""
    patch = patch_of(body)
    if body.opt_out is not UNSET:
        patch.opt_out = body.opt_out
    repeated = domain.ReadOnly()
    if body.phone is not UNSET:
        repeated.phone = find_phone(body.phone or "", region)
    if body.contact_id is not UNSET:
        repeated.contact_id = parse_contact_id(body.contact_id or "")
    if body.created_at is not UNSET:
        repeated.created_at = body.created_at
    if body.verified is not UNSET:
        repeated.verified = body.verified
    return patch, repeated


def contact_out(contact: domain.Contact) -> ContactOut:
    """Return a contact as answers show it, with the older names after the current ones."""
    return _out(contact, contact.created_at, contact.custom_variables, contact.tags)


def record_out(contact: ContactRecord) -> ContactOut:
    """Return a contact that was read as answers show it; its stored JSON goes out as it is."""
    return _out(contact, domain.moment(contact.created_at), Raw(contact.custom_variables), Raw(contact.tags))


def _out(contact: domain.Contact | ContactRecord, created_at: datetime, variables: Any, tags: Any) -> ContactOut:
    # One call without intermediate tuples: it is made for each contact of a page.
    email = contact.assigned_to_email or None
    company = contact.company_name or None
    first = contact.first_name or None
    last = contact.last_name or None
    line = contact.sendblue_number or None
    opt_out = contact.opt_out == 1
    out: ContactOut = EchoedContact(
        email,
        company,
        contact_id_text(contact.contact_id),
        created_at,
        variables,
        first,
        last,
        opt_out,
        contact.phone,
        line,
        tags,
        contact.verified == 1,
        email,  # from here on under the older names, in the order of ECHOED
        company,
        first,
        last,
        opt_out,
        line,
    )
    return out


def _variables(body: ContactFields) -> dict[str, str] | domain.UnsetType | None:
    given = body.custom_variables
    if given is UNSET:
        return domain.UNSET
    if given is None:
        return None
    return {label: value or "" for label, value in given.items()}
