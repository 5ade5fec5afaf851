"""Whatever a file contains, reading it ends without an exception, and no row is lost."""

import time
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from numberkeep.formats.foreign import UnreadableFile
from numberkeep.formats.formulas import without_escape
from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row

PIECES = st.sampled_from(
    [
        b"BEGIN:VCARD\n",
        b"END:VCARD\n",
        b"TEL;CELL:",
        b"N;CHARSET=hex:",
        b"AGENT:\n",
        b"FN;QUOTED-PRINTABLE:=C3=\n",
        b"{",
        b'"',
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\r\n",
        b"sep=",
        b"+14155550101",
        b"Phone",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"=",
        b"\\",
        b":",
        b" ",
        b"\xe9",
        "é".encode(),
        b"item1.",
        b"PHOTO;BASE64:",
        b"}",
        b'"a": 1',
        b"[",
        b'[{"phone": "1"}',
        b'{"contacts": [{',
        b"],",
        b'\\"',
        b"\xd8\x00",
    ]
)
FILES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join))


def rows(data: bytes) -> list[Row]:
    """Return the rows of a file."""
    return list(read_rows(BytesIO(data), lambda name: name in {"Phone", "Name"}))


@given(FILES)
@example(b"sep=\r1\r")
@example(b"\xff\xfe\x00")
def test_any_bytes_can_be_read(data: bytes) -> None:
    """Each row has a cell for each column, texts that UTF-8 can contain, and the line on which it begins.

    A file that is a workbook or an archive by its first bytes is refused.
    """
    try:
        found = rows(data)
    except UnreadableFile:
        return
    for row in found:
        assert len(row.columns) == len(row.cells)
        "".join([*row.columns, *row.cells]).encode()
        assert "\0" not in "".join([*row.columns, *row.cells])
    lines = [row.line for row in found]
    assert lines == sorted(lines)
    assert len(lines) == len(set(lines)) or b"[" in data  # contacts of a JSON array may share a line


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20))
def test_every_record_that_csv_writes_is_a_row(records: list[tuple[str, str]]) -> None:
    """In order, with its cells as they were."""
    text = "Phone,Name\r\n" + "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in record) + "\r\n" for record in records
    )
    expected = [list(map(without_escape, record)) for record in records if any(map(str.strip, record))]
    assert [row.cells for row in rows(text.encode())] == expected


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\nA;" + b" " * 900_000 + b"\nEND:VCARD\n",
        b'BEGIN:VCARD\nA;"' + b';"' * 400_000 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nN:" + b"\\" * 900_001 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nA" + b"\n b" * 300_000 + b"\nEND:VCARD\n",
        b"BEGIN:VCARD\nN:" + b"\n ;" * 300_000 + b"\nEND:VCARD\n",
        b"Phone,Name\n" + b'1,"x\n' * 20_001,
        b"Phone," + b'"' * 900_000,
        b"Phone,Name\n" + b'5" x,"y\n' * 20_000,
        b'{"a":' * 100_000,
        b"[" * 900_000,
        b"[" + b'{"a":"},' * 100_000,
        b"[{},\n" + b'{"a":\n},\n' * 60_000,
        b'{"' + b'\\"' * 450_000,
        b"{" + b'"a":[{' * 150_000,
        b'Phone,Name\n1,"' + b'\\"' * 450_000,
        b'"Phone,Name"\n' + b'"1,""x"\n' * 80_000,
    ],
    ids=range(16),
)
def test_no_file_takes_quadratic_time(data: bytes) -> None:
    """A file of a megabyte takes seconds of CPU at most, however hostile; quadratic time would take hours."""
    begin = time.process_time()
    rows(data)
    assert time.process_time() - begin < 20
