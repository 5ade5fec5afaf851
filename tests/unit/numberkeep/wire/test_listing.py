"""Cursors: the service reads its own and refuses any other."""

import base64
import json
from typing import Literal

import pytest

from numberkeep.domain.contacts.listing import Order, OrderBy, Position
from numberkeep.domain.errors import InvalidInput
from numberkeep.wire.listing import ListParams, cursor_text, list_query

GOOD = ["created_at", True, 1_790_000_000_000_000, 77]


def forged(value: object) -> str:
    """Return a cursor that contains `value`."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize(
    ("by", "value"),
    [
        (OrderBy.CREATED_AT, 1_790_000_000_123_456),
        (OrderBy.FIRST_NAME, ""),
        (OrderBy.FIRST_NAME, 'O\'Brien & "S\u00f6hne"\n'),
        (OrderBy.LAST_NAME, "\U0001f600" * 200),
        (OrderBy.PHONE, "+14155552671"),
    ],
)
def test_a_cursor_round_trips(by: OrderBy, value: str | int, direction: Literal["asc", "desc"]) -> None:
    """It decodes to the position that it was created from, exactly."""
    place = Position(value, 2**63 - 1)
    cursor = cursor_text(Order(by, direction == "desc"), place)
    params = ListParams(cursor=cursor, order_by=by.value, order_direction=direction)
    assert list_query(params).after == place


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!!",
        "\u00e9",
        forged(None),
        forged({}),
        forged([]),
        forged(GOOD[:3]),
        forged([*GOOD, 1]),
        forged(["created_at", True, 2**63, 77]),
        forged(["created_at", True, -(2**63) - 1, 77]),
        forged(["created_at", True, 1, 2**63]),
        forged(["created_at", True, 1, -(2**70)]),
        forged(["created_at", True, 1.5, 77]),
        forged(["created_at", True, None, 77]),
        forged(["created_at", True, "text", 77]),
        forged(["created_at", True, "a\0", 77]),
        forged(["created_at", False, 1, 77]),
        forged(["phone", True, "+14155552671", 77]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_an_invalid_cursor_is_refused(cursor: str) -> None:
    """Noise, other types, other orders and numbers out of range are errors of the field."""
    with pytest.raises(InvalidInput) as refused:
        list_query(ListParams(cursor=cursor))
    assert [error.field for error in refused.value.fields] == ["cursor"]


@pytest.mark.parametrize(
    "text", ["2026-01-31T09:30:00Z", "2026-01-31t09:30:00z", "2026-01-31 09:30:00", "2026-01-31T10:30:00+01:00"]
)
def test_a_time_may_have_any_form_of_rfc_3339(text: str) -> None:
    """In lower case too (section 5.6), and with a space."""
    assert list_query(ListParams(created_at_gte=text)).where.created_from == 1_769_851_800_000_000


def test_a_text_with_nul_is_refused() -> None:
    """No stored text contains NUL, and not every store can compare with one."""
    with pytest.raises(InvalidInput):
        list_query(ListParams(cursor=forged(["first_name", True, "a\0b", 77]), order_by="first_name"))


def test_a_cursor_excludes_an_offset() -> None:
    """The cursor determines where the page begins, so an offset with it is refused by name."""
    with pytest.raises(InvalidInput) as refused:
        list_query(ListParams(cursor=forged(GOOD), offset=1))
    assert [error.field for error in refused.value.fields] == ["offset"]
    assert list_query(ListParams(cursor=forged(GOOD), offset=0)).after == Position(1_790_000_000_000_000, 77)
