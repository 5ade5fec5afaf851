"""Reads CSV and TSV as people have them."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from numberkeep.formats.delimiter import (
    Known,
    find_delimiter,
    has_header,
    made_up_header,
    named_delimiter,
    sample_records,
)
from numberkeep.formats.formulas import without_escape
from numberkeep.formats.lines import MAX_LINE, Line
from numberkeep.formats.rows import Row

REJECT_COLUMNS: Final = ("line", "field", "value", "reason")
"""The last columns of a file of rejected rows, which are left out when it is read again."""

_SAMPLE_LINES: Final = 200
_SECOND_READINGS: Final = 200
"""How often the lines that an unmatched quotation mark swallowed are read again, each time at most 1 MiB."""

_UNMATCHED: Final = "has an unmatched quotation mark: close it, or write a mark within a cell twice"
_TOO_LONG: Final = "is longer than 1 MiB: shorten it"

csv.field_size_limit(MAX_LINE)


def read_delimited(lines: Iterable[Line], known: Known) -> Iterator[Row]:
    """Yield the rows of a CSV file, whichever delimiter it has. Rows without any text are left out.

    Args:
        lines: the file's lines.
        known: whether a text is the name of a column that contact files have.
    """
    rest = iter(lines)
    sample = list(islice(rest, _SAMPLE_LINES))
    delimiter = named_delimiter(sample[0].text) if sample else None
    if delimiter:
        del sample[0]
    texts = [line.text for line in sample if not line.cut]
    delimiter = delimiter or find_delimiter(texts, known)
    first = sample_records(texts, delimiter)
    header: Sequence[str] | None = None if has_header(first, known) else made_up_header(first)
    records = _records(_Feed(chain(sample, rest)), delimiter, 0 if header is None else len(header))
    if header is None:
        header = next((record.cells for record in records), ())
    yield from _fitted(records, [name if name.strip() else f"Column {place}" for place, name in enumerate(header, 1)])


def _fitted(records: Iterable[Row], header: Sequence[str]) -> Iterator[Row]:
    """Yield each row with the columns of the header."""
    are_rejects = tuple(header[-len(REJECT_COLUMNS) :]) == REJECT_COLUMNS
    columns = header[: -len(REJECT_COLUMNS)] if are_rejects else header
    width = len(columns)
    for line, _, cells, fault in records:
        extra = [] if are_rejects else cells[width:]
        if not fault and any(map(str.strip, extra)):
            message = (
                f"has {len(cells)} cells, but the header has {width}: put cells that contain a delimiter in quotes"
            )
            names = [f"Column {place + 1}" for place in range(width, len(cells))]
            yield Row(line, [*columns, *names], cells, message)
        else:
            ours = [without_escape(cell) for cell in cells[:width]]
            yield Row(line, columns, [*ours, *[""] * (width - len(cells))], fault)


class _Feed:
    """The lines of a file, as `csv.reader` takes them. Lines can be put back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._back: deque[Line] = deque()
        self.taken: list[Line] = []
        self.ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        return line.text

    def begin(self) -> None:
        """Begin a record."""
        self.taken = []
        self.ended = False

    def put_back(self, lines: Sequence[Line]) -> None:
        """Put lines back, to be taken again."""
        self._back.extendleft(reversed(lines))


def _records(feed: _Feed, delimiter: str, width: int) -> Iterator[Row]:
    """Yield each record that has any text; a width of 0 is that of the first record."""
    reader = csv.reader(feed, delimiter=delimiter)
    readings = 0
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell of more than 1 MiB
            cells = None
        taken = feed.taken
        width = width or len(cells or ())
        # A mark that is not closed takes the lines that follow into its cell, up to the next mark or the end.
        swallowed = cells is None or (len(taken) > 1 and (feed.ended or len(cells) != width))
        fault = _UNMATCHED if swallowed else ""
        if swallowed or cells is None:
            [cells] = csv.reader([taken[0].text], delimiter=delimiter, quoting=csv.QUOTE_NONE)
            if readings < _SECOND_READINGS:
                readings += 1
                feed.put_back(taken[1:])
        if any(map(str.strip, cells)):
            yield Row(taken[0].number, (), cells, _TOO_LONG if taken[0].cut else fault)
