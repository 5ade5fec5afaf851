"""Writes vCards 3.0 and 4.0."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from numberkeep.formats.vcard import OWN_PROPERTY

_LINE: Final = 75
"""Bytes of a line, without its end; longer ones are folded."""

_special = re.compile(r"[\\;,\r\n]").search
_ESCAPES: Final = {ord("\\"): "\\\\", ord(";"): "\\;", ord(","): "\\,", ord("\r"): "\\n", ord("\n"): "\\n"}


class Version(StrEnum):
    """The version of a card."""

    V3 = "3.0"
    V4 = "4.0"


_TELEPHONES: Final = {Version.V3: "TEL;TYPE=CELL:", Version.V4: "TEL;VALUE=uri;TYPE=cell:tel:"}


def card(
    version: Version, *, phone: str, first: str, last: str, company: str, tags: Sequence[str], others: Sequence[str]
) -> str:
    """Return a card.

    Args:
        version: its version.
        phone: the number, E.164.
        first: the first name.
        last: the last name.
        company: the company.
        tags: its categories.
        others: objects in JSON with fields that vCards have no property for.
    """
    if _special("".join((first, last, company, *tags, *others))):  # one search for all takes less time
        first, last, company = map(_escaped, (first, last, company))
        tags, others = list(map(_escaped, tags)), list(map(_escaped, others))
    full_name = f"{first} {last}" if first and last else first or last or company or phone
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        *[f"{OWN_PROPERTY}:{text}" for text in others],  # first, because what comes first counts
        f"FN:{full_name}",
        f"N:{last};{first};;;",
        f"{_TELEPHONES[version]}{phone}",
    ]
    if company:
        lines.append(f"ORG:{company}")
    if tags:
        lines.append(f"CATEGORIES:{','.join(tags)}")
    lines.append("END:VCARD\r\n")
    text = "\r\n".join(lines)
    return text if text.isascii() and max(map(len, lines)) <= _LINE else "\r\n".join(map(_folded, lines))


def _escaped(text: str) -> str:
    return text.replace("\r\n", "\n").translate(_ESCAPES)


def _folded(line: str) -> str:
    """Return a line in pieces of the right length; none is cut within a character."""
    if len(line) <= _LINE and line.isascii():
        return line
    return "\r\n ".join(_pieces(line.encode()))


def _pieces(line: bytes) -> Iterator[str]:
    begin, size = 0, _LINE
    while len(line) - begin > size:
        end = begin + size
        while line[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a byte within a character
            end -= 1
        yield line[begin:end].decode()
        begin, size = end, _LINE - 1  # a space precedes what follows
    yield line[begin:].decode()
