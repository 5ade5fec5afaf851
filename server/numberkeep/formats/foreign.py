"""Files that have no contacts that can be read, such as workbooks and archives, and what to do with them."""

import re
from typing import Final

_CSV: Final = "save it as CSV (in a spreadsheet: Save As, CSV UTF-8), and import that file"
_UNPACK: Final = "unpack it, and import the file in it"

_SIGNATURES: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an Excel workbook (.xls): {_CSV}"),
    (b"%PDF-", "a PDF document: export the contacts as CSV or vCard where it was made, and import that file"),
    (b"{\\rtf", "a text document (RTF): save it as plain text or CSV, and import that file"),
    (b"SQLite format 3\0", "a SQLite database: export its contacts as CSV; for a database of numberkeep, use copy"),
    (b"\x1f\x8b", f"compressed with gzip: {_UNPACK}, for example with gunzip"),
    (b"BZh91AY&SY", f"compressed with bzip2: {_UNPACK}"),
    (b"\xfd7zXZ\0", f"compressed with xz: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"compressed with zstd: {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7-Zip archive: {_UNPACK}"),
    (b"Rar!\x1a\x07", f"a RAR archive: {_UNPACK}"),
    (b"\x89PNG", "an image: it has no contacts that can be read"),
    (b"\xff\xd8\xff", "an image: it has no contacts that can be read"),
)
_ZIP: Final = b"PK\x03\x04"
_WORKBOOKS: Final = (b"[Content_Types].xml", b"xl/", b"application/vnd.oasis.opendocument", b"Index/Document.iwa")
_ldif = re.compile(rb"(?:version: 1\s+)?dn::? ").match
_markup = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<(?:!doctype|html|head|table|\?xml)\b", re.IGNORECASE
).match


class UnreadableFile(Exception):
    """A file that is not text with contacts; the message says what it is and what to do."""


def check_readable(start: bytes) -> None:
    """Check the first bytes of a file.

    Raises:
        UnreadableFile: they are those of a workbook, an archive, a document or an image.
    """
    for signature, what in _SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFile(f"the file is {what}")
    if start.startswith(_ZIP):
        what = f"a workbook: {_CSV}" if any(name in start for name in _WORKBOOKS) else f"a ZIP archive: {_UNPACK}"
        raise UnreadableFile(f"the file is {what}")
    if _ldif(start):
        raise UnreadableFile("the file is LDIF: export the address book as vCard or CSV, and import that file")
    if _markup(start.replace(b"\0", b"")):
        raise UnreadableFile(f"the file is HTML or XML: open it in a spreadsheet or a browser, {_CSV}")
