"""The lines of a file in any encoding, in bounded memory."""

import codecs
from collections.abc import Generator
from io import TextIOWrapper
from typing import BinaryIO, Final, NamedTuple

MAX_LINE: Final = 1024 * 1024
"""Characters of a line that are read; the rest is skipped, so that a file without line breaks does not fill memory."""

_SAMPLE: Final = 64 * 1024
_BYTES: Final = "latin-1"
"""Decodes each byte to one character, so that each line can be decoded by itself."""

_DAMAGED: Final = "\ufffd"

_BOMS: Final = (
    (codecs.BOM_UTF8, None),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Line(NamedTuple):
    """A line with its line break.

    Attributes:
        number: its number in the file, from 1.
        data: its bytes: as the file has them, or UTF-8 if the encoding of the whole file is known.
        cut: whether it is longer than `MAX_LINE` and the rest was skipped.
    """

    number: int
    data: bytes
    cut: bool

    @property
    def text(self) -> str:
        """The line as text, without NUL characters."""
        return decoded(self.data).replace("\0", "")


def is_encoding(name: str) -> bool:
    """Return whether Python has a text encoding of this name."""
    try:
        b"a".decode(name, "replace")
    except (LookupError, ValueError):
        return False
    return True


def read_lines(file: BinaryIO, encoding: str | None = None) -> Generator[Line]:
    """Yield the lines of a file, which end with LF, CR LF or CR.

    Args:
        file: a seekable file, read from its start.
        encoding: its encoding. By default it is UTF-16 or UTF-32 if its first bytes show it, else unknown: see
            `decoded`.
    """
    encoding = _at_start(file, encoding)
    wrapper = TextIOWrapper(file, encoding or _BYTES, errors="replace", newline="")
    number = 0
    try:
        while text := wrapper.readline(MAX_LINE):
            number += 1
            cut = len(text) == MAX_LINE and text[-1] not in "\r\n"
            yield Line(number, text.encode("utf-8" if encoding else _BYTES, "replace"), cut)
            while cut and (text := wrapper.readline(MAX_LINE)) and text[-1] not in "\r\n":
                pass
    finally:
        wrapper.detach()  # else it would close the file


def read_text(file: BinaryIO, encoding: str | None = None) -> Generator[str]:
    """Yield the text of a file in pieces, without NUL characters; it is UTF-8 unless `read_lines` would find another.

    Args:
        file: a seekable file, read from its start.
        encoding: its encoding.
    """
    wrapper = TextIOWrapper(file, _at_start(file, encoding) or "utf-8", errors="replace")
    try:
        while text := wrapper.read(_SAMPLE):
            if shown := text.replace("\0", ""):
                yield shown
    finally:
        wrapper.detach()  # else it would close the file


def decoded(data: bytes, charset: str = "") -> str:
    """Return bytes as text: in `charset` if it is known, else in UTF-8 if they are valid, else in Windows-1252.

    A text with more characters in valid UTF-8 than bytes that are not is UTF-8 that was damaged.
    """
    if charset:
        try:
            return data.decode(charset, "replace").encode("utf-8", "replace").decode()
        except (LookupError, ValueError):
            pass
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
        damaged = text.count(_DAMAGED)
        others = sum(not character.isascii() for character in text) - damaged
        return text if others > damaged else data.decode("cp1252", "replace")


def _at_start(file: BinaryIO, encoding: str | None) -> str | None:
    """Go to where the text of a file begins, and return its encoding; None if it is not known."""
    file.seek(0)
    start = file.read(_SAMPLE)
    file.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
    return encoding or _wide_encoding(start)


def _wide_encoding(start: bytes) -> str | None:
    """Return the encoding of a file in UTF-16 or UTF-32, or None if it is neither."""
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    pairs = len(start) // 2
    high, low = start[0 : 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if pairs and high > 0.4 * pairs and low < 0.1 * pairs:
        return "utf-16-be"
    if pairs and low > 0.4 * pairs and high < 0.1 * pairs:
        return "utf-16-le"
    return None
