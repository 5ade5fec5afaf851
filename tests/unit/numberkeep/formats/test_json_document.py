"""JSON documents with many contacts, or with one."""

import tracemalloc
from io import BytesIO

import pytest

from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row


def rows(data: bytes) -> list[Row]:
    """Return the rows of a file."""
    return list(read_rows(BytesIO(data), lambda name: name in {"phone", "name", "status"}))


@pytest.mark.parametrize(
    "text",
    [
        '[{"phone": "1"}, {"phone": "2"}]',
        '[\n  {"phone": "1"},\n  {\n    "phone": "2"\n  }\n]\n',
        '\ufeff{"contacts": [{"phone": "1"}, {"phone": "2"}], "status": "OK"}',
        '{\n"status": "OK",\n"data": {"total": 2, "list": [\n{"phone": "1"}\n,{"phone": "2"}]}}\n',
        '{"text": "[{\\"[{", "none": [], "contacts": [{"phone": "1"}, {"phone": "2"}]}',
    ],
)
def test_the_objects_of_an_array_are_rows(text: str) -> None:
    """Of one on a line, of a pretty-printed one, and of one within an answer."""
    assert [(row.columns, row.cells, row.fault) for row in rows(text.encode())] == [
        (["phone"], ["1"], ""),
        (["phone"], ["2"], ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_encoding_is_found(encoding: str) -> None:
    """As for other files."""
    assert [row.cells for row in rows('[{"name": "Zoë"}]'.encode(encoding))] == [["Zoë"]]


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "phone": "1",\n  "name": "x",\n  "emails": [{"a": "b"}]\n}',
        '{"phone": "1", "name": "x", "emails": [{"a": "b"}]}',
        '{\n"contact": {"phone": "1", "name": "x", "emails": [{"a": "b"}]},\n"status": "OK"}',
    ],
)
def test_one_contact_is_a_row(text: str) -> None:
    """With an array of its own, or in the answer that the API gives for it."""
    [row] = rows(text.encode())
    assert (row.columns, row.cells) == (["phone", "name", "emails"], ["1", "x", '[{"a": "b"}]'])


def test_values_one_after_another_are_rows() -> None:
    """Pretty-printed objects, and arrays."""
    assert [row.cells for row in rows(b'{"phone": "1",\n"name": "x"}\n{"phone": "2",\n"name": "y"}\n')] == [
        ["1", "x"],
        ["2", "y"],
    ]
    assert [row.cells for row in rows(b'[{"phone": "1"}]\n[{"phone": "2"}, {"phone": "3"}]')] == [["1"], ["2"], ["3"]]


def test_an_array_without_objects_is_at_fault() -> None:
    """It is not taken for a header of CSV, below which nothing is; nor is what follows an array ignored."""
    [row] = rows(b'["vcard", [["version", {}, "text", "4.0"]]]')
    assert row.fault.startswith("is not a JSON object")
    good, bad = rows(b'[{"phone": "1"}] rest')
    assert (good.fault, bad.fault != "") == ("", True)


def test_rows_have_the_lines_on_which_they_begin() -> None:
    """Also if the document does not fit in memory as a whole."""
    text = "[" + ",\n".join(f'{{"phone": "{number}", "note": "{"x" * 90}"}}' for number in range(5000)) + "\n]"
    assert [(row.line, row.cells[0]) for row in rows(text.encode())] == [(n + 1, str(n)) for n in range(5000)]


def test_what_is_no_object_is_at_fault() -> None:
    """Alone; the objects after it are read."""
    found = rows(b'[{"phone": "1"},\n5,\n{"phone": oops},\n{"phone": "2"}, "x"]')
    assert [(row.line, row.fault and row.cells[0][:16]) for row in found] == [
        (1, ""),
        (2, "5"),
        (3, '{"phone": oops},'),
        (4, ""),
        (4, '"x"'),
    ]


def test_a_document_that_is_cut_off_is_at_fault_at_its_end() -> None:
    """Its last contact is not lost silently."""
    good, bad = rows(b'[{"phone": "1"},\n{"phone": "2"')
    assert (good.fault, bad.line, bad.fault.startswith("is not complete JSON")) == ("", 2, True)


def test_memory_is_bounded() -> None:
    """A document on one line, of which 20 MB are contacts and 4 MB one text."""
    contacts = b'{"phone": "1", "note": "%s"},' % (b"x" * 1000)
    file = BytesIO(b"[" + contacts * 10_000 + b'{"note": "' + b"y" * 4_000_000 + b'"},' + contacts * 10_000 + b"5]")
    tracemalloc.start()
    try:
        found = [bool(row.fault) for row in read_rows(file, lambda _: True)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(found), sum(found)) == (20_002, 2)
    assert peak < 20_000_000
