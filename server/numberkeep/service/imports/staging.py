"""Where a plan keeps the rows of a file, reduced to one row a number, and those that are rejected."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, Protocol

import msgspec

from numberkeep.domain.limits import MAX_TAGS, MAX_VARIABLES
from numberkeep.formats.rows import Row
from numberkeep.service.imports.content import Content, Fault

StagedRow = tuple[int, str, bytes]
"""The index of a row of the file, a number of it, and its encoded content."""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(tuple[dict[str, str], list[str], dict[str, str], bool | None])


class Staging(Protocol):
    """Rows that do not fit in memory. What this module encodes means nothing to it."""

    def put(self, rows: Sequence[StagedRow]) -> None:
        """Add rows; a number may be added repeatedly."""

    def merge(self, combined: Callable[[bytes, bytes], bytes]) -> tuple[int, int]:
        """Reduce the rows to one for each number: the first, with the contents of all of them combined in order.

        Return how many numbers there are, and how many rows of the file have a number that no row before has.
        """

    def contents(self, phones: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of those of the numbers that are staged, after `merge`."""

    def rows(self, after: int = 0) -> Iterator[StagedRow]:
        """Yield the rows after that many, in the order in which they were added; nothing may be put meanwhile."""

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


def encode(content: Content) -> bytes:
    """Return a content in the form in which it is staged."""
    return _encoder.encode((content.texts, content.tags, content.variables, content.opt_out))


def decode(data: bytes) -> Content:
    """Return a content that was staged."""
    return Content(*_decoder.decode(data))


def merged(first: bytes, later: bytes) -> bytes:
    """Return what two rows of one number say: later texts count, tags add up, and an opt-out stays."""
    texts, tags, variables, opted_out = _decoder.decode(first)
    content = decode(later)
    opt_out = content.opt_out if opted_out is None else opted_out or bool(content.opt_out)
    all_tags = dict.fromkeys([*tags, *content.tags])
    return encode(
        Content(
            texts | content.texts,
            [*islice(all_tags, MAX_TAGS + 1)],  # a contact with more is refused, however many they are
            dict(islice((variables | content.variables).items(), MAX_VARIABLES + 1)),
            opt_out,
        )
    )
