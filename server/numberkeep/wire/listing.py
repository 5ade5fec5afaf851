"""The parameters of a listing of contacts, and the cursors that lead to its next page."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from numberkeep.domain.contacts.contact import composed, micros
from numberkeep.domain.contacts.listing import NO_CONTACTS, ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.domain.contacts.search import Search, parse_search
from numberkeep.domain.errors import FieldError
from numberkeep.domain.identity import parse_contact_id
from numberkeep.domain.limits import MAX_OFFSET
from numberkeep.wire.answers import invalid, page_size
from numberkeep.wire.field_types import Limit, Words
from numberkeep.wire.legacy_names import OLD_ORDERS

_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What a store can compare with; a forged cursor may contain more."""


class ListParams(msgspec.Struct, kw_only=True):
    """Which contacts to list, and in which order.

    `tag` may be repeated, every word of `q` must be found, and `cursor` leads to a next page.
    """

    cid: str | None = None
    created_at_gte: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})] | None = None
    created_at_lt: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})] | None = None
    cursor: Annotated[str, msgspec.Meta(extra_json_schema={"format": "cursor"})] | None = None
    limit: Limit | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=MAX_OFFSET)] | None = None
    opt_out: bool | None = None
    order_by: Annotated[str, msgspec.Meta(extra_json_schema={"enum": [*OrderBy, *OLD_ORDERS]})] | None = None
    order_direction: Literal["asc", "desc"] | None = None
    phone_number: str | None = None
    q: Words | None = None
    tag: list[str] = []
    unclear: bool | None = None
    verified: bool | None = None


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """The order that a cursor belongs to, and the position in it."""

    by: str
    descending: bool
    value: Annotated[str, msgspec.Meta(pattern=r"^[^\0]*$")] | _Int64
    contact_id: _Int64


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Cursor).decode


def list_query(params: ListParams) -> ListQuery:
    """Return the page that the parameters ask for; `phone_number` is left to the caller.

    Raises:
        InvalidInput: a parameter is not valid, or `cursor` comes with an offset or with another order.
    """
    order = Order(_order_by(params.order_by), params.order_direction != "asc")
    after = None if params.cursor is None else _position(params.cursor, order)
    if after is not None and params.offset:
        raise invalid(FieldError("offset", "must be left out if a cursor is given: the cursor says where to continue"))
    contact_id = None if params.cid is None else parse_contact_id(params.cid)
    since, before = params.created_at_gte, params.created_at_lt
    where = ContactFilter(
        contact_id=contact_id,
        created_from=None if since is None else parse_time("created_at_gte", since),
        created_before=None if before is None else parse_time("created_at_lt", before),
        tags=tuple(dict.fromkeys(map(composed, params.tag))),
        verified=params.verified,
        opt_out=params.opt_out,
        unclear=params.unclear,
        search=search_of(params.q),
    )
    return ListQuery(
        NO_CONTACTS if params.cid is not None and contact_id is None else where,
        order,
        limit=page_size(params.limit),
        offset=params.offset or 0,
        after=after,
    )


def cursor_text(order: Order, place: Position) -> str:
    """Return the cursor that continues a listing of this order after `place`."""
    cursor = _encode(_Cursor(order.by, order.descending, place.value, place.contact_id))
    return base64.urlsafe_b64encode(cursor).rstrip(b"=").decode()


def search_of(q: str | None) -> Search | None:
    """Return what words find; None if none are given.

    Raises:
        InvalidInput: they are blank.
    """
    if q is not None and not q.strip():
        raise invalid(FieldError("q", "must not be blank: name a word, or leave it out to have every contact"))
    return None if q is None else parse_search(q)


def parse_time(field: str, text: str) -> int:
    """Return a time in a parameter as microseconds since 1970.

    Raises:
        InvalidInput: it is not one.
    """
    try:
        return micros(datetime.fromisoformat(text.upper()))  # RFC 3339 also allows `t` and `z`
    except (ValueError, OverflowError):
        raise invalid(FieldError(field, "must be a time in ISO 8601, for example 2026-01-31T09:30:00Z")) from None


def _order_by(text: str | None) -> OrderBy:
    if text is None:
        return OrderBy.CREATED_AT
    try:
        return OrderBy(OLD_ORDERS.get(text, text))
    except ValueError:
        raise invalid(FieldError("order_by", f"must be one of {', '.join(OrderBy)}")) from None


def _position(cursor: str, order: Order) -> Position:
    try:
        place = _decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError):
        raise invalid(FieldError("cursor", "is not a cursor of this service: take it from a Link header")) from None
    is_text = isinstance(place.value, str)
    if (place.by, place.descending) != (order.by, order.descending) or is_text == (order.by is OrderBy.CREATED_AT):
        message = "belongs to another order: repeat the order_by and order_direction of the page before"
        raise invalid(FieldError("cursor", message))
    return Position(place.value, place.contact_id)
