"""Reads JSON Lines: one JSON object a line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from numberkeep.formats.lines import Line
from numberkeep.formats.rows import Row

SEPARATOR: Final = "."
"""Between a field and a field inside it, in the name of a column: `custom_variables.plan`."""

_SHOWN: Final = 200


def read_json_lines(lines: Iterable[Line]) -> Iterator[Row]:
    """Yield a row for each line that is not blank. Fields of an object inside the object are columns of their own."""
    for line in lines:
        text = line.text.strip()
        if not text:
            continue
        try:
            value = None if line.cut else json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield Row(line.number, *flat(value))
        else:
            yield Row(
                line.number, ("content",), (text[:_SHOWN],), "is not a JSON object: write one object on each line"
            )


def object_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the columns and cells of an object in JSON; none if the text is not one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        yield from zip(*flat(value), strict=True)


def flat(value: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the columns and cells of an object; fields of an object inside it are columns of their own."""
    columns: list[str] = []
    cells: list[str] = []
    for name, field in value.items():
        pairs = (
            {f"{name}{SEPARATOR}{inner}": each for inner, each in field.items()} if _is_object(field) else {name: field}
        )
        for column, each in pairs.items():
            columns.append(_valid(column))
            cells.append(_valid(each if isinstance(each, str) else _text(each)))
    return columns, cells


def _is_object(field: Any) -> bool:
    return isinstance(field, dict)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _valid(text: str) -> str:
    """Return the text without what JSON can escape and UTF-8 cannot contain, and without NUL."""
    if text.isascii():
        return text.replace("\0", "")
    return text.encode("utf-8", "replace").decode().replace("\0", "")
