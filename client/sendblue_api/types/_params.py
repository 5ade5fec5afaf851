"""The arguments of methods as TypedDicts, for `client.contacts.create(**params)`. The methods document them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Required, TypedDict

from sendblue_api._arguments import OldCreateNames, OldUpdateNames


class ContactListParams(TypedDict, total=False):
    """The arguments of `contacts.list`."""

    cid: str
    created_at_gte: str | datetime
    limit: int
    offset: int
    order_by: str
    order_direction: Literal["asc", "desc"]
    phone_number: str
    cursor: str
    tag: str | Sequence[str]
    verified: bool
    opt_out: bool
    q: str


class ContactCreateParams(OldCreateNames, total=False):
    """The arguments of `contacts.create`."""

    number: Required[str]
    assigned_to_email: str | None
    company_name: str | None
    custom_variables: Mapping[str, str] | None
    first_name: str | None
    last_name: str | None
    sendblue_number: str | None
    tags: Sequence[str] | None
    update_if_exists: bool


class ContactUpdateParams(OldUpdateNames, total=False):
    """The fields of `contacts.update`; None clears a field."""

    assigned_to_email: str | None
    company_name: str | None
    custom_variables: Mapping[str, str | None] | None
    first_name: str | None
    last_name: str | None
    opt_out: bool
    sendblue_number: str | None
    tags: Sequence[str] | None


class ContactVerifyParams(TypedDict):
    """The argument of `contacts.verify`."""

    number: str


class ContactOptOutParams(TypedDict, total=False):
    """The arguments of `contacts.opt_out`."""

    number: Required[str]
    opted_out: bool


class ContactInput(TypedDict, total=False):
    """One row of `contacts.bulk.create`."""

    phone: Required[str]
    company_name: str | None
    custom_variables: Mapping[str, str] | None
    first_name: str | None
    last_name: str | None
    tags: Sequence[str] | None


class BulkCreateParams(TypedDict):
    """The argument of `contacts.bulk.create`."""

    contacts: Iterable[ContactInput]


class BulkDeleteParams(TypedDict):
    """The argument of `contacts.bulk.delete`."""

    contact_ids: Sequence[str]
