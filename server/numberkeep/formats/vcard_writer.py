"""Writes vCards 3.0 and 4.0."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from numberkeep.formats.vcard import OWN_PROPERTY

_LINE: Final = 75
"""Bytes of a line, without its end; longer ones are folded."""


class Version(StrEnum):
    """The version of a card."""

    V3 = "3.0"
    V4 = "4.0"


def card(
    version: Version, *, phone: str, first: str, last: str, company: str, tags: Sequence[str], others: Mapping[str, Any]
) -> str:
    """Return a card.

    Args:
        version: its version.
        phone: the number, E.164.
        first: the first name.
        last: the last name.
        company: the company.
        tags: its categories.
        others: fields that vCards have no property for, as JSON can express them.
    """
    full_name = " ".join(filter(None, (first, last))) or company or phone
    tel = f"TEL;VALUE=uri;TYPE=cell:tel:{phone}" if version is Version.V4 else f"TEL;TYPE=CELL:{phone}"
    own = [json.dumps({name: value}, ensure_ascii=False) for name, value in others.items()]
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        *(f"{OWN_PROPERTY}:{_escaped(text)}" for text in own),  # first, because what comes first counts
        f"FN:{_escaped(full_name)}",
        f"N:{_escaped(last)};{_escaped(first)};;;",
        *([f"ORG:{_escaped(company)}"] if company else []),
        tel,
        *([f"CATEGORIES:{','.join(map(_escaped, tags))}"] if tags else []),
        "END:VCARD",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield the lines of a folded line; none is cut within a character."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _LINE:
            yield part
            part, size = " ", 1
        part += character
        size += width
    yield part
