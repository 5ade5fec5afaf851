"""How contacts are printed: a table on a terminal, else lines with tabs; CSV; JSON. Page by page."""

import csv
import sys
from collections.abc import Sequence
from io import StringIO
from typing import Any, Final, Protocol

import click
import msgspec

from numberkeep.cli.contacts_fields import ALL_FIELDS, SHORT_FIELDS, cell, runs_left, value_of, words
from numberkeep.cli.entry import importing
from numberkeep.wire.contacts import ContactOut

Fields = Sequence[str] | None

_LEFT_TO_RIGHT: Final = "\u200e"
_NEVER_CUT: Final = frozenset({"number", "phone", "contact_id"})


class Printer(Protocol):
    """Prints contacts on stdout."""

    def show(self, contacts: Sequence[ContactOut]) -> None:
        """Print some contacts after those before."""

    def end(self) -> None:
        """Print what comes after the last one."""


def printer(fields: Fields, *, as_json: bool, as_csv: bool, header: bool) -> Printer:
    """Return what prints contacts in a form.

    Args:
        fields: what to print of each; None for the usual ones of the form.
        as_json: print a JSON array, one contact a line, by default as the API shows them.
        as_csv: print CSV, by default with all fields.
        header: begin with the names of the fields, except in JSON.
    """
    if as_json:
        return _Json(fields)
    if as_csv:
        return _Csv(fields or ALL_FIELDS, header=header)
    if prints_table(as_json=as_json, as_csv=as_csv):
        return _Table(fields, header=header)
    return _Lines(fields or SHORT_FIELDS, header=header)


def prints_table(*, as_json: bool, as_csv: bool) -> bool:
    """Return whether contacts are printed as a table: by default, on a terminal."""
    return sys.stdout.isatty() and not as_json and not as_csv


def json_of(contact: ContactOut, fields: Fields = None) -> str:
    """Return a contact as JSON in one line, with all fields or some."""
    shown: Any = contact if fields is None else {field: value_of(contact, field) for field in fields}
    return msgspec.json.encode(shown).decode()


class _Json:
    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self._before = "["

    def show(self, contacts: Sequence[ContactOut]) -> None:
        for contact in contacts:
            click.echo(f"{self._before}{json_of(contact, self._fields)}", nl=False)
            self._before = ",\n"

    def end(self) -> None:
        click.echo("[]" if self._before == "[" else "]")


class _Csv:
    def __init__(self, fields: Sequence[str], *, header: bool) -> None:
        self._fields = fields
        self._rows: list[Sequence[str]] = [fields] if header else []

    def show(self, contacts: Sequence[ContactOut]) -> None:
        self._rows += [[cell(value_of(contact, field)) for field in self._fields] for contact in contacts]
        self.end()

    def end(self) -> None:
        text = StringIO(newline="")
        csv.writer(text).writerows(self._rows)
        click.echo(text.getvalue(), nl=False)
        self._rows = []


class _Lines:
    def __init__(self, fields: Sequence[str], *, header: bool) -> None:
        self._fields = fields
        self._header = header

    def show(self, contacts: Sequence[ContactOut]) -> None:
        rows = [[words(value_of(contact, field)) for field in self._fields] for contact in contacts]
        if self._header:
            rows.insert(0, list(self._fields))
            self._header = False
        click.echo("".join("\t".join(row) + "\n" for row in rows), nl=False)

    def end(self) -> None:
        pass


class _Table:
    def __init__(self, fields: Fields, *, header: bool) -> None:
        self._fields = fields
        self._header = header

    def show(self, contacts: Sequence[ContactOut]) -> None:
        with importing():
            from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - loads slowly, and only a terminal needs it
            from rich.console import Console  # noqa: PLC0415
            from rich.table import Table  # noqa: PLC0415
            from rich.text import Text  # noqa: PLC0415

        console = Console(highlight=False)
        style = "" if console.no_color else "bold"
        table = Table(
            box=SIMPLE_HEAD, show_header=self._header, header_style=style, show_edge=False, padding=(0, 1, 0, 0)
        )
        columns = [
            (field, [self._cell(contact, field) for contact in contacts]) for field in self._fields or SHORT_FIELDS
        ]
        if self._fields is None:  # a column that is empty takes room from the others
            columns = [(field, cells) for field, cells in columns if any(cells)]
        for field, cells in columns:
            whole = max(map(len, cells)) if field in _NEVER_CUT else None
            table.add_column(Text(field), no_wrap=True, min_width=whole)
        for row in zip(*(cells for _, cells in columns), strict=True):
            # Without marks, a terminal may show two cells that run from right to left in the wrong order.
            mark = _LEFT_TO_RIGHT if any(map(runs_left, row)) else ""
            table.add_row(*(Text(mark + text) for text in row))
        console.print(table)

    def _cell(self, contact: ContactOut, field: str) -> str:
        text = words(value_of(contact, field))
        return text.partition("T")[0] if self._fields is None and field == "created_at" else text

    def end(self) -> None:
        pass


def print_whole(contact: ContactOut, fields: Fields) -> None:
    """Print one contact for people, a field a line; without `fields`, those that have a value."""
    shown = [(field, words(value_of(contact, field))) for field in fields or ALL_FIELDS]
    width = max(len(field) for field, _ in shown)
    lines = [f"{field:<{width}}  {text}\n" for field, text in shown if text or fields]
    click.echo("".join(lines), nl=False)
