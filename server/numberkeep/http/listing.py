"""From the query of a listing to the domain's ListQuery, and from a page to the link to the next one."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from numberkeep.domain.contact import micros
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.identity import parse_contact_id
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_PAGE
from numberkeep.domain.listing import ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.http.decoding import query_pairs
from numberkeep.http.legacy_names import OLD_ORDERS
from numberkeep.http.wire import ListParams

_NO_CONTACT = -1
"""An id that no contact has: what a `cid` of another form asks for."""


_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What a store can compare with: a forged cursor may say more."""


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What a cursor says: the order that it belongs to, and the place in it."""

    by: str
    descending: bool
    value: Annotated[str, msgspec.Meta(pattern=r"^[^\0]*$")] | _Int64
    contact_id: _Int64


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Cursor).decode


def list_query(params: ListParams) -> ListQuery:
    """The page that the query asks for.

    Raises:
        InvalidInput: a parameter is not valid, or `cursor` comes with an offset or for another order.
    """
    order = Order(_order_by(params.order_by), params.order_direction != "asc")
    after = None if params.cursor is None else _position(params.cursor, order)
    if after is not None and params.offset:
        raise _invalid("offset", "must be left out where a cursor is given: the cursor says where the page begins")
    return ListQuery(
        ContactFilter(
            contact_id=None if params.cid is None else _contact_id(params.cid),
            created_from=None if params.created_at_gte is None else _created_from(params.created_at_gte),
            tags=tuple(dict.fromkeys(params.tag)),
            verified=params.verified,
            opt_out=params.opt_out,
        ),
        order,
        limit=min(params.limit or DEFAULT_PAGE, MAX_PAGE),
        offset=params.offset or 0,
        after=after,
    )


def next_link(path: str, query: bytes, order: Order, place: Position) -> str:
    """The `Link` header that leads to the page behind `place`: the same query with a cursor. RFC 8288."""
    cursor = _encode(_Cursor(order.by, order.descending, place.value, place.contact_id))
    kept = [(name, value) for name, value in query_pairs(query) if name not in {"cursor", "offset"}]
    pairs: Sequence[tuple[str, str]] = [*kept, ("cursor", base64.urlsafe_b64encode(cursor).rstrip(b"=").decode())]
    return f'<{path}?{urlencode(pairs)}>; rel="next"'


def _order_by(text: str | None) -> OrderBy:
    if text is None:
        return OrderBy.CREATED_AT
    try:
        return OrderBy(OLD_ORDERS.get(text, text))
    except ValueError:
        raise _invalid("order_by", f"must be one of {', '.join(OrderBy)}") from None


def _position(cursor: str, order: Order) -> Position:
    try:
        place = _decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError):
        raise _invalid("cursor", "is not one that this service made: take it from a Link header") from None
    is_text = isinstance(place.value, str)
    if (place.by, place.descending) != (order.by, order.descending) or is_text == (order.by is OrderBy.CREATED_AT):
        raise _invalid("cursor", "belongs to another order: give order_by and order_direction as before")
    return Position(place.value, place.contact_id)


def _contact_id(text: str) -> int:
    contact_id = parse_contact_id(text)
    return _NO_CONTACT if contact_id is None else contact_id


def _created_from(text: str) -> int:
    # In a query an unescaped `+` of a time zone arrives as a space.
    written = text.replace(" ", "+") if "T" in text else text
    try:
        return micros(datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        mend = "must be a time in ISO 8601, for example 2026-01-31T09:30:00Z"
        raise _invalid("created_at_gte", mend) from None


def _invalid(field: str, mend: str) -> InvalidInput:
    return InvalidInput(f"{field} {mend}", [FieldError(field, mend)])
