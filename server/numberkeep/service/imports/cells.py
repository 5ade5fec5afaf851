"""What the cells of a row say, apart from phone numbers: names, tags, and objects in JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from numberkeep.domain.contacts.contact import composed
from numberkeep.service.imports.column_names import Use, word_set

_GOOGLE_LIST: Final = ":::"
_GOOGLE_MARK: Final = "* "
"""Before the groups that Google Contacts makes itself."""
_GOOGLE_EVERYBODY: Final = "mycontacts"

_SUFFIXES: Final = word_set("jr sr ii iii iv phd md do dds dvm esq cpa mba rn jd pe inc llc ltd gmbh")
"""What follows a comma after a full name: `Ada Lovelace, PhD`."""

_REMEMBERED: Final = 200
"""Characters of a cell whose tags are remembered, because many rows have the same."""


def name_parts(name: str) -> tuple[str, str]:
    """Return the first and the last name of a full name: `Ada King Lovelace` or `Lovelace, Ada King`."""
    last, comma, first = name.partition(",")
    if comma and first.strip() and "," not in first and first.replace(".", "").strip().casefold() not in _SUFFIXES:
        return first.strip(), last.strip()
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def add_name(texts: dict[str, str], name: str) -> None:
    """Add the parts of a full name that a row does not have apart."""
    first, last = texts.get(Use.FIRST_NAME), texts.get(Use.LAST_NAME)
    if first is None and last is None:
        first, last = name_parts(name)
    elif last is None and first is not None:
        last = _rest(name, first)
    elif first is None and last is not None:
        first = _rest(name, last)
    for use, text in ((Use.FIRST_NAME, first), (Use.LAST_NAME, last)):
        if text:
            texts.setdefault(use, text)


def _rest(name: str, part: str) -> str:
    """Return the other part of a full name: what is after or before the part, or all of it if it does not have it."""
    place = f" {name.replace(',', ' ')} ".lower().find(f" {part} ".lower())
    if place < 0:
        return "" if name in part else name
    after, before = name[place + len(part) :].strip(" ,"), name[:place].strip(" ,")
    return after or before


def tags_in(cell: str) -> list[str]:
    """Return the tags of a cell, each once, in NFC: a list in JSON, or texts between `;`, `,` or ` ::: `."""
    return list(_remembered_tags(cell) if len(cell) <= _REMEMBERED else _tags_in(cell))


def _tags_in(cell: str) -> Sequence[str]:
    return list(dict.fromkeys(map(composed, _listed_tags(cell))))


def _listed_tags(cell: str) -> Sequence[str]:
    if cell.startswith("[") and isinstance(found := _json(cell), list):
        texts = (each if isinstance(each, str) else json.dumps(each) for each in found)
        return [tag for text in texts if (tag := _valid(text)).strip()]
    if _GOOGLE_LIST in cell:
        parts = cell.split(_GOOGLE_LIST)
    elif ";" in cell:
        parts = cell.split(";")
    else:
        parts = next(csv.reader([cell.replace("\n", ",").replace("\r", ",")], skipinitialspace=True), [])
    tags = []
    for part in map(str.strip, parts):
        tag = part.removeprefix(_GOOGLE_MARK).strip() if part.startswith(_GOOGLE_MARK) else part
        if tag and tag.replace(" ", "").casefold() != _GOOGLE_EVERYBODY:
            tags.append(tag)
    return tags


_remembered_tags = lru_cache(4096)(_tags_in)


def object_fields(cell: str) -> Iterator[tuple[str, str]] | None:
    """Return the fields of an object in JSON as texts, or None if the cell is not one."""
    found = _json(cell) if cell.startswith("{") else None
    if not isinstance(found, dict):
        return None
    return (
        (_valid(str(name)), _valid(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
        for name, value in found.items()
        if value is not None
    )


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def _valid(text: str) -> str:
    """Return the text without what JSON can escape and UTF-8 cannot contain, and without NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
