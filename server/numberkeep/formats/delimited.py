"""Reads CSV and TSV as people have them."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Final

from numberkeep.formats.delimiter import (
    Dialect,
    Known,
    find_dialect,
    has_header,
    header_place,
    made_up_header,
    named_delimiter,
    sample_records,
)
from numberkeep.formats.formulas import without_escape
from numberkeep.formats.lines import MAX_LINE, Line
from numberkeep.formats.rows import Row
from numberkeep.formats.wrapped import are_wrapped, unwrapped

REJECT_COLUMNS: Final = ("line", "field", "value", "reason")
"""The last columns of a file of rejected rows, which are left out when it is read again."""

_SAMPLE_LINES: Final = 200
_MOST_LINES: Final = 500
"""Lines that are parsed at a time, if each is a record."""
_SECOND_READINGS: Final = 200
"""How often the lines that an unmatched quotation mark swallowed are read again, each time at most 1 MiB."""

_UNMATCHED: Final = "has an unmatched quotation mark: close it, or write a mark within a cell twice"
_TOO_LONG: Final = "is longer than 1 MiB: shorten it"

_Record = tuple[int, Sequence[str], str]
"""The line on which a record begins, its cells, and what is wrong with it."""

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
    every = chain(sample, rest)
    if are_wrapped([line.text for line in sample]):
        sample = list(map(unwrapped, sample))
        every = chain(sample, map(unwrapped, rest))
    texts = [line.text for line in sample if not line.cut]
    dialect = find_dialect(texts, delimiter, known)
    first = sample_records(texts, dialect)
    titles = header_place(first, known)
    header: Sequence[str] | None = None
    if not has_header(first[titles:], known):
        header = made_up_header(first)
    records = _records(
        _Feed(every, dialect.escape), dialect, len(first[titles]) if header is None and first else len(header or ())
    )
    if header is None:
        header = next(islice((cells for _, cells, _ in records), titles, None), ())
    names = [name if name.strip() else f"Column {place}" for place, name in enumerate(map(without_escape, header), 1)]
    yield from _fitted(records, names)


def _fitted(records: Iterable[_Record], header: Sequence[str]) -> Iterator[Row]:
    """Yield each row with the columns of the header."""
    are_rejects = tuple(header[-len(REJECT_COLUMNS) :]) == REJECT_COLUMNS
    columns = header[: -len(REJECT_COLUMNS)] if are_rejects else header
    width = len(columns)
    for line, cells, fault in records:
        if len(cells) != width:
            extra = [] if are_rejects else cells[width:]
            if not fault and any(map(str.strip, extra)):
                message = (
                    f"has {len(cells)} cells, but the header has {width}: put cells that contain a delimiter in quotes"
                )
                names = [f"Column {place + 1}" for place in range(width, len(cells))]
                yield Row(line, [*columns, *names], cells, message)
                continue
            cells = [*cells[:width], *[""] * (width - len(cells))]  # noqa: PLW2901 - the fitted cells
        if "'" in "".join(cells):
            cells = [without_escape(cell) for cell in cells]  # noqa: PLW2901
        yield Row(line, columns, cells, fault)


class _Feed:
    """The lines of a file, as `csv.reader` takes them. Lines can be put back."""

    def __init__(self, lines: Iterable[Line], escape: str | None) -> None:
        self._lines = iter(lines)
        self._escape = escape.encode() if escape else b""
        self._most = _MOST_LINES
        self._back: deque[Line] = deque()
        self.taken: list[Line] = []
        self.ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._next()
        if line is None:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        return line.text

    def likely_records(self) -> list[Line]:
        """Take the next lines, as many as are records by themselves if their quotation marks are in pairs."""
        taken: list[Line] = []
        while len(taken) < self._most and (line := self._next()) is not None:
            if line.data.count(b'"') % 2 or (self._escape and self._escape in line.data):
                self._back.appendleft(line)
                break
            taken.append(line)
        return taken

    def tried(self, lines: Sequence[Line], records: int) -> None:
        """Put those of the lines back that were not records by themselves, and expect fewer or more of them next."""
        self.put_back(lines[records:])
        self._most = min(2 * self._most, _MOST_LINES) if records else 1

    def _next(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def begin(self) -> None:
        """Begin a record."""
        self.taken = []
        self.ended = False

    def put_back(self, lines: Sequence[Line]) -> None:
        """Put lines back, to be taken again."""
        self._back.extendleft(reversed(lines))


def _records_of_one_line(feed: _Feed, dialect: Dialect) -> Iterator[_Record]:
    """Yield the next records as long as each is one line: without looking at lines one by one, in half the time."""
    lines = feed.likely_records()
    reader = csv.reader([line.text for line in lines], delimiter=dialect.delimiter)
    done = 0
    with suppress(csv.Error):  # a cell of more than 1 MiB
        for cells in reader:
            line = lines[done]
            if reader.line_num > done + 1 or (line is lines[-1] and b'"' in line.data):
                break  # the record has other lines, or may have those that follow
            done += 1
            if any(map(str.strip, cells)):
                yield line.number, cells, _TOO_LONG if line.cut else ""
    feed.tried(lines, done)


def _records(feed: _Feed, dialect: Dialect, width: int) -> Iterator[_Record]:
    """Yield each record that has any text; its width is that of the header."""
    reader = csv.reader(feed, delimiter=dialect.delimiter, escapechar=dialect.escape)
    readings = 0
    while True:
        yield from _records_of_one_line(feed, dialect)
        feed.begin()
        record: list[str] | None
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell of more than 1 MiB
            record = None
        taken = feed.taken
        # A mark that is not closed takes the lines that follow into its cell, up to the next mark or the end.
        swallowed = record is None or (len(taken) > 1 and (feed.ended or len(record) != width))
        fault = _UNMATCHED if swallowed else ""
        if swallowed or record is None:
            [record] = csv.reader([taken[0].text], delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
            if readings < _SECOND_READINGS:
                readings += 1
                feed.put_back(taken[1:])
        if any(map(str.strip, record)):
            yield taken[0].number, record, _TOO_LONG if taken[0].cut else fault
