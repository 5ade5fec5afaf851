"""The fields of a contact as commands name and show them."""

import csv
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from operator import attrgetter
from typing import Any, Final

import click

from numberkeep.cli.on_database import time_text
from numberkeep.formats.formulas import escaped
from numberkeep.service.exports.table import tags_cell
from numberkeep.wire.contacts import ContactOut

TEXTS: Final = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")
VARIABLE: Final = "custom_variables."
_VALUES: Final[Mapping[str, Callable[[ContactOut], Any]]] = {
    "number": attrgetter("phone"),
    **{name: attrgetter(name) for name in (*TEXTS, "tags", "custom_variables", "verified", "opt_out")},
    **{name: attrgetter(name) for name in ("created_at", "contact_id", "phone")},
}
ALL_FIELDS: Final = tuple(name for name in _VALUES if name != "phone")
SHORT_FIELDS: Final = (
    *("number", "first_name", "last_name", "company_name"),
    *("tags", "verified", "opt_out", "created_at"),
)

_JOINERS: Final = "\u200c\u200d"
"""What joins and separates letters and emoji; without them, names in Persian or Hindi are misspelt."""


def parse_fields(_context: click.Context, _parameter: click.Parameter, given: str | None) -> Sequence[str] | None:
    """Return the fields of an option, whose names are separated by commas; quotes allow a comma in a label.

    Raises:
        click.BadParameter: there is no such field.
    """
    if given is None:
        return None
    names = [name.strip() for row in csv.reader([given]) for name in row if name.strip()]
    for name in names:
        if name not in _VALUES and not name.startswith(VARIABLE):
            [near] = get_close_matches(name.replace("-", "_"), [*_VALUES, "custom_variables"], 1) or [""]
            fix = f"did you mean {near}?" if near else f"use {', '.join(ALL_FIELDS)} or {VARIABLE}LABEL"
            raise click.BadParameter(f"{name!r} is not a field: {fix}")
    if not names:
        raise click.BadParameter("names no field: for example number,first_name,custom_variables.plan")
    return names


def value_of(contact: ContactOut, field: str) -> Any:
    """Return the value of a field; of a variable that the contact does not have, None."""
    if field in _VALUES:
        return _VALUES[field](contact)
    return contact.custom_variables.get(field.removeprefix(VARIABLE))


def cell(value: Any) -> str:
    """Return a value as a cell of CSV, which `numberkeep import` reads back and no spreadsheet runs as a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case str():
            return escaped(value)
        case list():
            return escaped(tags_cell(value))
        case _:
            return json.dumps(value, ensure_ascii=False) if value else ""


def words(value: Any) -> str:
    """Return a value as people read it, in one line; nothing in it can control a terminal."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return time_text(value)
        case str():
            return harmless(value)
        case list():
            return ", ".join(map(harmless, value))
        case _:
            return ", ".join(f"{harmless(label)}={harmless(text)}" for label, text in value.items())


def harmless(text: str) -> str:
    """Return a text with a name for each character that would control a terminal: `<U+001B>`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def runs_left(text: str) -> bool:
    """Return whether a part of the text runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs":
        return character
    return f"<U+{ord(character):04X}>"
