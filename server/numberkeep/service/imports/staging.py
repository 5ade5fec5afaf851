"""Where a plan keeps the rows of a file, reduced to one row a number, and those that are rejected."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from numberkeep.formats.rows import Row
from numberkeep.service.imports.content import Content, Fault

StagedRow = tuple[int, str, str]
"""The index of the first row of the file with the number, the number, and the encoded content of all its rows."""


class Staging(Protocol):
    """Rows that do not fit in memory. Texts that this module encodes mean nothing to it."""

    def contents(self, phones: Sequence[str]) -> Mapping[str, str]:
        """Return the content of those of the numbers that are staged."""

    def put(self, rows: Sequence[StagedRow]) -> None:
        """Add numbers, and replace the content of those that are staged."""

    def rows(self, after: int = 0) -> Iterator[StagedRow]:
        """Yield the rows after that many, in the order in which their numbers were added; put nothing meanwhile."""

    def put_opt_outs(self, phones: Sequence[str]) -> None:
        """Add numbers that opt out without being contacts; those that are there stay."""

    def opt_outs(self) -> Iterator[str]:
        """Yield those numbers in their order; nothing may be put meanwhile."""

    def put_rejects(self, rejects: Sequence[tuple[int, str]]) -> None:
        """Add rejected rows: the line of each, and what is known of it."""

    def rejects(self) -> Iterator[str]:
        """Yield what is known of each rejected row, by line."""


class Reject(NamedTuple):
    """A rejected row.

    Attributes:
        line: the line on which it begins.
        field: the field that is at fault; `""` if it is the row itself.
        value: its value.
        reason: what is wrong, and how to fix it.
        columns: the row's columns.
        cells: the row's cells.
    """

    line: int
    field: str
    value: str
    reason: str
    columns: Sequence[str]
    cells: Sequence[str]


def reject_of(row: Row, fault: Fault) -> tuple[int, str]:
    """Return a rejected row in the form in which it is staged."""
    reject = Reject(row.line, fault.field, fault.value, fault.reason, row.columns, row.cells)
    return row.line, json.dumps(reject)


def parse_reject(text: str) -> Reject:
    """Return a rejected row that was staged."""
    return Reject(*json.loads(text))


def encode(content: Content) -> str:
    """Return a content in the form in which it is staged."""
    return json.dumps([content.texts, content.tags, content.variables, content.opt_out])


def decode(text: str) -> Content:
    """Return a content that was staged."""
    return Content(*json.loads(text))


def merged(first: Content, later: Content) -> Content:
    """Return what two rows of one number say: later texts count, tags add up, and an opt-out stays."""
    opt_out = later.opt_out if first.opt_out is None else first.opt_out or bool(later.opt_out)
    return Content(
        first.texts | later.texts,
        list(dict.fromkeys([*first.tags, *later.tags])),
        first.variables | later.variables,
        opt_out,
    )
