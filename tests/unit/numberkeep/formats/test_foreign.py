"""Files that people give by mistake."""

import gzip
import zipfile
from io import BytesIO

import pytest

from numberkeep.formats.foreign import UnreadableFile
from numberkeep.formats.reading import read_rows


def zipped(name: str) -> bytes:
    """Return an archive with one file."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped("[Content_Types].xml"), "a workbook: save it as CSV"),
        (zipped("xl/workbook.xml"), "a workbook: save it as CSV"),
        (zipped("contacts.csv"), "a ZIP archive: unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document: export the contacts as CSV or vCard"),
        (gzip.compress(b"Phone\n1\n", mtime=0), "compressed with gzip: unpack it"),
        (b"SQLite format 3\0", "a SQLite database: export"),
        (b"{\\rtf1", "a text document"),
        (b"dn: cn=Ada,mail=a@a.example\ncn: Ada\n", "LDIF: export the address book as vCard or CSV"),
        (b"version: 1\n\ndn: cn=Ada\n", "LDIF"),
        (b"\x89PNG\r\n", "an image"),
        (b"<!DOCTYPE html>\n<table>", "HTML or XML: open it in a spreadsheet"),
        (b"\xef\xbb\xbf\n<HTML><body>", "HTML or XML"),
        ('<?xml version="1.0"?><Workbook>'.encode("utf-16"), "HTML or XML"),
    ],
    ids=range(14),  # archives contain the time
)
def test_the_error_says_what_a_file_is_and_what_to_do(data: bytes, message: str) -> None:
    """Instead of a reject for each line of it."""
    with pytest.raises(UnreadableFile, match=f"^the file is {message}"):
        list(read_rows(BytesIO(data), lambda _: False))


@pytest.mark.parametrize("data", [b"<Ada>,Phone\nx,1\n", b"PK,Phone\nx,1\n", b"%,Phone\nx,1\n"])
def test_text_that_only_looks_similar_is_read(data: bytes) -> None:
    """A cell can begin with anything."""
    [row] = read_rows(BytesIO(data), lambda name: name == "Phone")
    assert row.cells == ["x", "1"]
