"""Exports as CSV, with a column for each custom variable."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from operator import attrgetter
from typing import Final

import msgspec

from numberkeep.domain.contacts.contact import ContactRecord, moment
from numberkeep.domain.identity import contact_id_text
from numberkeep.formats.formulas import escaped
from numberkeep.service.imports.cells import tags_in
from numberkeep.service.imports.options import VARIABLES_PREFIX

TEXTS: Final = ("phone", "first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number")
"""The fields of a contact that are one text."""

_VARIABLES: Final = VARIABLES_PREFIX.removesuffix(".")
_MOST_LABELS: Final = 200
"""Custom variables that are columns of their own; if there are more, one column has all of them as JSON."""

_needs_quotes = re.compile(r'["\r\n]').search

decode_tags = msgspec.json.Decoder(list[str]).decode
decode_variables = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(slots=True, frozen=True)
class Layout:
    """The columns of a table; those of custom variables follow.

    Attributes:
        texts: the fields that are one text, by the names of their columns.
        tags: the name of the column of tags.
        opt_out: the name of the column that says who opted out.
        tags_cell: returns the cell of tags in JSON.
        variable: returns the name of the column of a custom variable.
        read_only: whether columns of what only the service sets come last.
    """

    texts: Mapping[str, str]
    tags: str
    opt_out: str
    tags_cell: Callable[[str], str]
    variable: Callable[[str], str]
    read_only: bool = False


class Table:
    """A CSV file; `numberkeep.service.exports.form.Form` documents its methods.

    Args:
        layout: its columns.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._texts_of = attrgetter(*layout.texts.values())
        self._found: set[str] = set()
        self._labels: Sequence[str] | None = None  # None if there are too many

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Note the labels of custom variables."""
        for contact in contacts:
            if contact.custom_variables != "{}" and len(self._found) <= _MOST_LABELS:
                self._found.update(decode_variables(contact.custom_variables))

    def head(self) -> bytes:
        """Return the header."""
        layout = self._layout
        variables = [_VARIABLES]
        if len(self._found) <= _MOST_LABELS:
            self._labels = sorted(self._found)
            variables = [layout.variable(label) for label in self._labels]
        read_only = ["verified", "created_at", "contact_id"] if layout.read_only else []
        return csv_bytes([[*layout.texts, layout.tags, layout.opt_out, *variables, *read_only]])

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return rows; no cell is run as a formula by a spreadsheet."""
        return csv_bytes(map(self._row, contacts))

    def _row(self, contact: ContactRecord) -> list[str]:
        cells = [*map(escaped, self._texts_of(contact)), escaped(self._layout.tags_cell(contact.tags))]
        cells.append("true" if contact.opt_out else "false")
        if self._labels is None:
            cells.append(contact.custom_variables)
        elif self._labels:
            value_of = decode_variables(contact.custom_variables).get
            cells += [escaped(value_of(label, "")) for label in self._labels]
        if self._layout.read_only:
            cells.append("true" if contact.verified else "false")
            cells += _time_text(contact.created_at), contact_id_text(contact.contact_id)
        return cells


@lru_cache(maxsize=1024)
def own_tags_cell(tags: str) -> str:
    """Return the cell of tags in JSON; see `tags_cell`."""
    return tags_cell(decode_tags(tags))


def tags_cell(each: list[str]) -> str:
    """Return tags as people write them, or as JSON if an import would read that differently."""
    cell = ";".join(each)
    return cell if tags_in(cell) == each and not cell.startswith("[") else json.dumps(each, ensure_ascii=False)


def own_table() -> Table:
    """Return a table with our own columns, from which an import reads equal contacts."""
    texts = {name: name for name in TEXTS}
    return Table(Layout(texts, "tags", "opt_out", own_tags_cell, VARIABLES_PREFIX.__add__, read_only=True))


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of CSV."""
    return "".join(map(_csv_line, rows)).encode()


def _csv_line(cells: Sequence[str]) -> str:
    line = ",".join(cells)
    if line.count(",") == len(cells) - 1 and not _needs_quotes(line):  # as most lines, which csv takes five times for
        return f"{line}\r\n"
    text = StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _time_text(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_seconds_text(seconds)}.{rest:06}Z" if rest else f"{_seconds_text(seconds)}Z"


@lru_cache(maxsize=64)
def _seconds_text(seconds: int) -> str:
    """Return a time to the second, which contacts that were created together share."""
    return moment(seconds * 1_000_000).isoformat().removesuffix("+00:00")
