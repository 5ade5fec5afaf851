"""JSON Lines as programs export them."""

from io import BytesIO

import pytest

from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row


def rows(data: bytes) -> list[Row]:
    """Return the rows of a file."""
    return list(read_rows(BytesIO(data), lambda _: False))


def test_values_become_texts() -> None:
    """Numbers and lists as JSON, null as nothing; the fields of an object are columns."""
    [row] = rows(
        '\ufeff\n{"phone": 4155550101, "name": "Zoë", "tags": ["a", "b"], "x": null, "v": {"plan": true}}'.encode()
    )
    assert row == Row(2, ["phone", "name", "tags", "x", "v.plan"], ["4155550101", "Zoë", '["a", "b"]', "", "true"])


def test_what_utf_8_cannot_contain_is_replaced() -> None:
    """JSON can escape half a character, and NUL."""
    [row] = rows(rb'{"a\ud800": "b\ud800\u0000"}')
    assert (row.columns, row.cells) == (["a?"], ["b?"])


@pytest.mark.parametrize("line", [b"{", b"[1]", b"5", b"x" * 2_000_000, b"[" * 100_000])
def test_a_line_that_is_no_object_is_at_fault(line: bytes) -> None:
    """The others are not."""
    good, bad = rows(b'\n{"a": "1"}\n' + line + b"\n")
    assert (bad.line, bad.fault) == (3, "is not a JSON object: write one object on each line")
    assert good.fault == ""
