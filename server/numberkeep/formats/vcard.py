"""Reads vCards 2.1, 3.0 and 4.0 as rows, in the columns of a contact file."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from numberkeep.formats.json_lines import object_pairs
from numberkeep.formats.lines import Line
from numberkeep.formats.rows import Row
from numberkeep.formats.vcard_properties import Property, read_properties

OWN_PROPERTY: Final = "X-NUMBERKEEP"
"""An object in JSON with fields that vCards have no property for."""

_MAX_PROPERTIES: Final = 2000

_mark_line = re.compile(rb"\s*(?:BEGIN|END)\s*:\s*VCARD\s*", re.IGNORECASE).fullmatch
_begins_card = re.compile(rb"\s*BEGIN\s*:\s*VCARD", re.IGNORECASE).match
_ends_card = re.compile(rb"END\s*:\s*VCARD", re.IGNORECASE).search
_says_consent = re.compile(r"X-.*(?:OPT.?OUT|OPTED|OPT.?IN|UNSUB|CONSENT|DO.?NOT|DNC|DND|BLOCK).*").fullmatch
"""The names of properties about consent, which programs write with names of their own."""
_no_year = re.compile(r"1604-?([0-9]{2})-?([0-9]{2})(?:T.*)?").fullmatch
"""Apple writes birthdays without a year as of 1604."""
_apple_label = re.compile(r"_\$!<(.*)>!\$_").fullmatch

_NAME_PARTS: Final = ("Last Name", "First Name", "Middle Name", "Name Prefix", "Name Suffix")
_ORG_PARTS: Final = ("Company", "Department")
_TEXTS: Final = {
    "FN": "Name",
    "NICKNAME": "Nickname",
    "TITLE": "Job Title",
    "ROLE": "Role",
    "EMAIL": "Email",
    "URL": "URL",
    "NOTE": "Note",
    "BDAY": "Birthday",
}
_KINDS: Final = frozenset({"KIND", "X-ADDRESSBOOKSERVER-KIND"})
_NO_LABELS: Final = frozenset({"VOICE", "PREF", "INTERNET", "TEXT", "MSG", "IPHONE", "X-VOICE"})

_EMPTY: Final = "has no content that can be read: export it again, or remove it"
_OUTSIDE: Final = "is outside of any card: remove it, or put it between BEGIN:VCARD and END:VCARD"
_GROUP: Final = "is a group of contacts and not a contact: leave it out, or tag its contacts with its name"
_TOO_LARGE: Final = f"has more than {_MAX_PROPERTIES:,} properties: remove some"
_SHOWN: Final = 200


def is_mark(data: bytes) -> bool:
    """Return whether this line begins or ends a card."""
    return _mark_line(data) is not None


@dataclass(slots=True)
class _Card:
    line: int
    properties: list[Property] = field(default_factory=list)
    size: int = 0
    nested: int = 0  # how many cards within this one have begun and not ended

    @property
    def awaits_card(self) -> bool:
        """Whether a card that begins now is a part of this one: the value of its AGENT."""
        last = self.properties[-1] if self.properties else None
        return self.nested > 0 or (last is not None and last.name == "AGENT" and not last.raw.strip())

    def add(self, each: Property) -> None:
        """Add a property, unless it is one of a nested card or there are too many."""
        if each.name == "AGENT" and _begins_card(each.raw) and not _ends_card(each.raw):
            self.nested += 1
        elif not self.nested:
            self.size += 1
            if self.size <= _MAX_PROPERTIES:
                self.properties.append(each)


def read_vcards(lines: Iterable[Line]) -> Iterator[Row]:
    """Yield a row for each card, and one for each block of other text between cards.

    A card that never ends is read up to the next one. A card within the AGENT of another is left out.
    """
    card: _Card | None = None
    outside = False  # whether the last line was outside of any card
    for each in read_properties(lines):
        mark = _mark(each)
        if mark == "BEGIN" and (card is None or not card.awaits_card):
            if card is not None:
                yield _row(card)
            card, outside = _Card(each.number), False
        elif card is None:
            if not outside:
                outside = True
                yield Row(each.number, ("content",), (_shown(each),), _OUTSIDE)
        elif mark == "END" and not card.nested:
            yield _row(card)
            card = None
        elif mark:
            card.nested += 1 if mark == "BEGIN" else -1
        elif isinstance(each, Property):
            card.add(each)
    if card is not None:
        yield _row(card)


def _mark(each: Property | Line) -> str:
    """Return BEGIN or END for the first and the last line of a card, `""` for any other."""
    marks = isinstance(each, Property) and each.name in {"BEGIN", "END"} and each.text.strip().upper() == "VCARD"
    return each.name if marks and isinstance(each, Property) else ""


def _shown(each: Property | Line) -> str:
    text = each.text if isinstance(each, Line) else f"{each.name}:{each.text}"
    return text.strip()[:_SHOWN]


def _row(card: _Card) -> Row:
    pairs = [(column, cell) for column, cell in _pairs(card.properties) if cell]
    fault = _TOO_LARGE if card.size > _MAX_PROPERTIES else "" if pairs else _EMPTY
    if any(each.name in _KINDS and each.text.strip().lower() == "group" for each in card.properties):
        fault = _GROUP
    return Row(card.line, [column for column, _ in pairs], [cell for _, cell in pairs], fault)


def _pairs(properties: Sequence[Property]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a card and their texts, some empty."""
    labels = {each.group: _label(each.text.strip()) for each in properties if each.name == "X-ABLABEL" and each.group}
    counts: dict[str, int] = {}
    for each in properties:
        if each.name == "N":
            yield from zip(_NAME_PARTS, each.parts(";"), strict=False)
        elif each.name == "ORG":
            yield from zip(_ORG_PARTS, each.parts(";"), strict=False)
        elif each.name == "CATEGORIES":
            yield "Tags", _tags(each.parts(","))
        elif each.name == "ADR":
            yield _numbered("Address", counts), ", ".join(filter(None, each.parts(";")))
        elif each.name == OWN_PROPERTY:
            yield from object_pairs(each.text)
        elif each.name == "TEL":
            place = counts["TEL"] = counts.get("TEL", 0) + 1
            kinds = [kind.removeprefix("X-") for kind in each.types if kind not in _NO_LABELS]
            yield f"Phone {place} - Label", labels.get(each.group) or " ".join(kinds).title()
            yield f"Phone {place} - Value", each.text
        elif _says_consent(each.name):
            yield each.name.removeprefix("X-").replace("-", " ").title(), each.text
        elif each.name in _TEXTS:
            yield _numbered(_TEXTS[each.name], counts), _birthday(each.text) if each.name == "BDAY" else each.text


def _birthday(text: str) -> str:
    match = _no_year(text.strip())
    return f"--{match[1]}-{match[2]}" if match else text


def _tags(tags: Sequence[str]) -> str:
    """Return tags in one text: as people write them, or in JSON if one of them would be read as several."""
    text = ";".join(tags)
    return text if text.count(";") < len(tags) and (len(tags) > 1 or "," not in text) else json.dumps(tags)


def _numbered(column: str, counts: dict[str, int]) -> str:
    """Return a column's name, with a number from its second occurrence on."""
    count = counts[column] = counts.get(column, 0) + 1
    return column if count == 1 else f"{column} {count}"


def _label(text: str) -> str:
    match = _apple_label(text)
    return match[1] if match else text
