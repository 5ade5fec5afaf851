"""What the cells of a row say, apart from phone numbers: names, tags, and objects in JSON."""

import csv
import json
from collections.abc import Iterator
from typing import Any, Final

_GOOGLE_LIST: Final = ":::"
_GOOGLE_MARK: Final = "* "
"""Before the groups that Google Contacts makes itself."""
_GOOGLE_EVERYBODY: Final = "mycontacts"


def name_parts(name: str) -> tuple[str, str]:
    """Return the first and the last name of a full name: `Ada King Lovelace` or `Lovelace, Ada King`."""
    last, comma, first = name.partition(",")
    if comma and first.strip() and "," not in first:
        return first.strip(), last.strip()
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def tags_in(cell: str) -> list[str]:
    """Return the tags of a cell: a list in JSON, or texts between `;`, `,` or ` ::: `."""
    if cell.startswith("[") and isinstance(found := _json(cell), list):
        return [tag for each in found if (tag := _valid(each if isinstance(each, str) else json.dumps(each))).strip()]
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
