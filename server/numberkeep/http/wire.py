"""The shapes of requests and answers: the one place that knows the fields' names on the wire.

Those of webhooks are in webhook_wire.py, of messages that are handed in in inbound_wire.py, of events in event_wire.py;
the older names are in legacy_names.py. Source: api-reference.md, "The nine operations".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain import contact as domain
from numberkeep.domain.errors import FieldError
from numberkeep.domain.identity import contact_id_text, parse_contact_id
from numberkeep.domain.limits import (
    MAX_BULK_ROWS,
    MAX_CONTENT,
    MAX_EMAIL,
    MAX_HANDLE,
    MAX_LABEL,
    MAX_NAME,
    MAX_OFFSET,
    MAX_PHONE_INPUT,
    MAX_SECRET,
    MAX_TAG,
    MAX_TAGS,
    MAX_VALUE,
    MAX_VARIABLES,
)
from numberkeep.domain.message import Direction, Message
from numberkeep.domain.phone import find_phone
from numberkeep.http.legacy_names import echo_of, echoing_old_names

Time = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Email = Annotated[str, Meta(max_length=MAX_EMAIL)]
Number = Annotated[str, Meta(max_length=MAX_PHONE_INPUT)]
Tag = Annotated[str, Meta(min_length=1, max_length=MAX_TAG)]
Tags = Annotated[list[Tag], Meta(max_length=MAX_TAGS)]
Content = Annotated[str, Meta(max_length=MAX_CONTENT)]
Handle = Annotated[str, Meta(max_length=MAX_HANDLE)]
Secret = Annotated[str, Meta(max_length=MAX_SECRET)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]
Variables = Annotated[dict[Label, Annotated[str, Meta(max_length=MAX_VALUE)] | None], Meta(max_length=MAX_VARIABLES)]


class ContactFields(msgspec.Struct, kw_only=True):
    """What create, update and a row of a bulk request can all say of a contact. Null and `""` clear a field."""

    assigned_to_email: Email | UnsetType | None = UNSET
    company_name: Name | UnsetType | None = UNSET
    custom_variables: Variables | UnsetType | None = UNSET
    first_name: Name | UnsetType | None = UNSET
    last_name: Name | UnsetType | None = UNSET
    sendblue_number: Number | UnsetType | None = UNSET
    tags: Tags | UnsetType | None = UNSET


class CreateBody(ContactFields, kw_only=True):
    """POST /api/v2/contacts."""

    number: Number | UnsetType | None = UNSET
    update_if_exists: bool | None = None


class UpdateBody(ContactFields, kw_only=True):
    """PUT /api/v2/contacts/{phone_number}; the last four are read-only and must equal what is stored."""

    opt_out: bool | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    contact_id: str | UnsetType | None = UNSET
    created_at: datetime | UnsetType | None = UNSET
    verified: bool | UnsetType | None = UNSET


class BulkRow(ContactFields, kw_only=True):
    """One of `contacts` in POST /api/v2/contacts/bulk."""

    phone: Number | UnsetType | None = UNSET


class BulkBody(msgspec.Struct, kw_only=True):
    """POST /api/v2/contacts/bulk; each row is then read as a BulkRow, so that one bad row does not hide the others."""

    contacts: Annotated[list[Any], Meta(max_length=MAX_BULK_ROWS)] | UnsetType | None = UNSET


class BulkDeleteBody(msgspec.Struct, kw_only=True):
    """DELETE /api/v2/contacts. The ids are phone numbers."""

    contact_ids: Annotated[list[str], Meta(max_length=MAX_BULK_ROWS)] | UnsetType | None = UNSET


class NumberBody(msgspec.Struct, kw_only=True):
    """POST /api/v2/contacts/verify."""

    number: Number | UnsetType | None = UNSET


class OptOutBody(msgspec.Struct, kw_only=True):
    """POST /api/v2/contacts/opt-out."""

    number: Number | UnsetType | None = UNSET
    opted_out: bool | None = True


class ListParams(msgspec.Struct, kw_only=True):
    """The query of GET /api/v2/contacts; `tag` may come more than once, and `cursor` comes from a `Link` header."""

    cid: str | None = None
    created_at_gte: str | None = None
    cursor: str | None = None
    limit: Annotated[int, Meta(ge=1)] | None = None
    offset: Annotated[int, Meta(ge=0, le=MAX_OFFSET)] | None = None
    opt_out: bool | None = None
    order_by: str | None = None
    order_direction: Literal["asc", "desc"] | None = None
    phone_number: str | None = None
    tag: list[str] = []
    verified: bool | None = None


class NoParams(msgspec.Struct):
    """The query of all other operations: nothing, so that a filter which is none does not pass for one."""


class BulkParams(msgspec.Struct, kw_only=True):
    """The query of POST /api/v2/contacts/bulk."""

    on_error: Literal["fail", "skip"] = "fail"


class MessagesParams(msgspec.Struct, kw_only=True):
    """The query of GET /_numberkeep/messages."""

    limit: Annotated[int, Meta(ge=1)] | None = None


class ContactOut(msgspec.Struct):
    """A contact as answers show it; texts that are absent are null."""

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


class FieldErrorOut(msgspec.Struct):
    """What is wrong with one field; `index` and `phone` only in answers to a bulk request."""

    field: str
    message: str
    index: int | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class ErrorOut(msgspec.Struct, kw_only=True):
    """Every error of every route."""

    status: Literal["ERROR"] = "ERROR"
    message: str
    errors: Sequence[FieldErrorOut] | UnsetType = UNSET
    request_id: str


class StatusOut(msgspec.Struct):
    """Nothing but that it was done."""

    status: Literal["OK"] = "OK"


class ContactAnswer(msgspec.Struct):
    """One contact."""

    contact: ContactOut
    status: Literal["OK"] = "OK"


class BulkAnswer(msgspec.Struct):
    """The contacts that were stored, and with `on_error=skip` what was wrong with the rows that were not."""

    contacts: Sequence[ContactOut]
    errors: Sequence[FieldErrorOut] | UnsetType = UNSET
    status: Literal["OK"] = "OK"


class AmountAnswer(msgspec.Struct):
    """How many contacts were deleted, or deliveries are tried again."""

    amount: int
    status: Literal["OK"] = "OK"


class CountAnswer(msgspec.Struct):
    """How many contacts there are."""

    count: int


class OptOutAnswer(msgspec.Struct):
    """What is recorded for a number, in E.164 form."""

    number: str
    opted_out: bool
    status: Literal["OK"] = "OK"


class MessageOut(msgspec.Struct):
    """A message to or from a phone; the account's own line is null where it is not known."""

    id: str
    direction: str
    to: str | None
    from_: str | None = msgspec.field(name="from")
    content: str
    status: str
    created_at: Time
    handle: str | None
    error: str | None


EchoedContact: Any = echoing_old_names(ContactOut)
_echo = echo_of(ContactOut)


_texts_of = attrgetter("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")


def patch_of(body: ContactFields) -> domain.ContactPatch:
    """What a request says of a contact."""
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
    """What an update changes, and what it repeats of the read-only fields."""
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


def number_of(number: str | UnsetType | None) -> str:
    """A number that a request gives, as people write it; `""` where it gives none."""
    return "" if number is UNSET or number is None else number


def number_in_url(text: str) -> str:
    """A number in a path or a query: a `+` that was decoded as in a form arrives as a space."""
    return "+" + text[1:] if text.startswith(" ") else text


def _variables(body: ContactFields) -> dict[str, str] | domain.UnsetType | None:
    given = body.custom_variables
    if given is UNSET:
        return domain.UNSET
    if given is None:
        return None
    return {label: value or "" for label, value in given.items()}


def field_error_out(error: FieldError) -> FieldErrorOut:
    """What is wrong with a field, for an answer."""
    return FieldErrorOut(
        error.field,
        error.message,
        UNSET if error.index is None else error.index,
        UNSET if error.phone is None else error.phone,
    )


def message_out(message: Message) -> MessageOut:
    """A message, for an answer."""
    line = message.line or None
    outbound = message.direction is Direction.OUTBOUND
    return MessageOut(
        str(message.message_id),
        message.direction,
        message.phone if outbound else line,
        line if outbound else message.phone,
        message.content,
        message.status,
        domain.moment(message.at),
        message.handle or None,
        message.error or None,
    )


def contact_out(contact: domain.Contact) -> ContactOut:
    """A contact for an answer, with the older names beside the current ones."""
    current = (
        contact.assigned_to_email or None,
        contact.company_name or None,
        contact_id_text(contact.contact_id),
        contact.created_at,
        contact.custom_variables,
        contact.first_name or None,
        contact.last_name or None,
        contact.opt_out,
        contact.phone,
        contact.sendblue_number or None,
        contact.tags,
        contact.verified,
    )
    out: ContactOut = EchoedContact(*current, *_echo(current))
    return out
