"""Snapshots: JSON documents with everything in an account, which `dump` makes and `load` reads.

Any JSON library can carry a document: a value that JSON lacks, or that JavaScript would round, is an object with one
field, `{"base64": "..."}` for bytes and `{"integer": "..."}` for a large number. A checksum detects changed documents.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import msgspec

from numberkeep import __version__
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.work.loaded import Tallies
from numberkeep.store.flow import Row
from numberkeep.store.whole_account import OF_ACCOUNTS, SETTINGS, Contents, columns_of

VERSION: Final = 1
"""The version of the document's form. The form of its rows is that of the columns that it names."""

_FIELD: Final = "numberkeep_snapshot"
_EXACT: Final = 2**53 - 1
"""The largest integer that every JSON library reads exactly."""

_DAMAGED: Final = "The snapshot was changed or is damaged: take it again, or seed the account with data of your own."

_encode: Final = msgspec.json.Encoder(order="sorted").encode


def is_snapshot(document: object) -> bool:
    """Return whether a JSON document says that it is a snapshot."""
    return isinstance(document, dict) and _FIELD in document


def dump(contents: Contents) -> dict[str, Any]:
    """Return the document of an account's contents."""
    content = {
        "settings": _cells(contents.settings),
        "numbers": _cells({each.name: getattr(contents.tallies, each.name) for each in fields(Tallies)}),
        "tables": {
            table.name: {
                "columns": columns_of(table),
                "rows": [[_cell(value) for value in row] for row in contents.rows[table.name]],
            }
            for table in OF_ACCOUNTS
        },
    }
    return {_FIELD: VERSION, "numberkeep": __version__, "sha256": _sha256(content), "content": content}


def load(document: object) -> Contents:
    """Return the contents that a document describes.

    Raises:
        InvalidInput: it is not a snapshot, its version or its tables are not those of this numberkeep, or it was
            changed.
    """
    if not isinstance(document, dict) or _FIELD not in document:
        raise InvalidInput("This is not a snapshot: send what GET /_numberkeep/test/snapshot returned.")
    version = document[_FIELD]
    if version != VERSION:
        raise InvalidInput(
            f"The snapshot has version {version}, but this numberkeep ({__version__}) reads version {VERSION}: "
            "take it again."
        )
    content = document.get("content")
    if not isinstance(content, dict) or document.get("sha256") != _sha256(content):
        raise InvalidInput(_DAMAGED)
    try:
        return _contents(content, document.get("numberkeep"))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput(_DAMAGED) from None


def _contents(content: Mapping[str, Any], made_by: object) -> Contents:
    settings, tables = content["settings"], content["tables"]
    numbers = {name: _value(cell) for name, cell in content["numbers"].items()}
    ours = {table.name: list(columns_of(table)) for table in OF_ACCOUNTS}
    theirs = {name: table["columns"] for name, table in tables.items()}
    other = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
    if set(settings) != set(SETTINGS):
        other.append("settings")
    if set(numbers) != {each.name for each in fields(Tallies)}:
        other.append("numbers")
    if other:
        raise InvalidInput(
            f"The snapshot was made by numberkeep {made_by} and does not fit the tables of this one ({__version__}), "
            f"which differ in {', '.join(other)}: take it again."
        )
    rows = {table.name: [_row(row, ours[table.name]) for row in tables[table.name]["rows"]] for table in OF_ACCOUNTS}
    return Contents({name: _value(settings[name]) for name in SETTINGS}, Tallies(**numbers), rows)


def _row(cells: list[Any], columns: list[str]) -> Row:
    return tuple(_value(cell) for cell, _ in zip(cells, columns, strict=True))


def _cells(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _cell(value) for name, value in values.items()}


def _cell(value: Any) -> Any:
    """Return a stored value in JSON: a text, an integer, bytes or None."""
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    if isinstance(value, int) and abs(value) > _EXACT:
        return {"integer": str(value)}
    return value


def _value(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    [(kind, text)] = cell.items()
    return int(text) if kind == "integer" else b64decode(text, validate=True)


def _sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_encode(content)).hexdigest()
