"""What separates the cells of a CSV file, and where its header is.

The sniffers of `csv` and `clevercsv` choose letters as delimiters of files with one column, so here is a score instead.
"""

import contextlib
import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

DELIMITERS: Final = (",", ";", "\t", "|")

Known = Callable[[str], bool]
"""Whether a text is the name of a column that contact files have."""

_sep_line = re.compile(r'"?sep=([^\w"\s]|\t)"?\s*', re.IGNORECASE).fullmatch
_number = re.compile(r"[+('=\"]{0,4}[0-9][0-9\s().\-/\u2010-\u2015]+['\"]?").fullmatch
_date = re.compile(r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}(\s.*)?").fullmatch
_address = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}").fullmatch
"""An IPv4 address."""
_digit = re.compile(r"[0-9]").findall

_KNOWN_POINTS: Final = 10
_CONSTANT_POINTS: Final = 5
_MOST_COLUMNS: Final = 5
"""More columns than this say nothing about the delimiter: a text can have many commas."""
_SHORTEST_NUMBER: Final = 7
_LONGEST_NUMBER: Final = 15
_MOST_TITLES: Final = 20
"""Records that may be above the header: the title of a report, its date."""
_FEWEST_NAMES: Final = 2
"""Known names of columns that make a header of a record that is not the first."""

_ESCAPE: Final = "\\"


class Dialect(NamedTuple):
    r"""How a CSV file is written.

    Attributes:
        delimiter: what separates its cells.
        escape: what is before a quotation mark within a cell: a backslash, or None if the mark is written twice.
    """

    delimiter: str
    escape: str | None = None


def named_delimiter(line: str) -> str | None:
    """Return the delimiter that a line `sep=;` names, as Excel writes it; None for any other line."""
    match = _sep_line(line)
    return match and match[1]


def find_dialect(sample: Sequence[str], delimiter: str | None, known: Known) -> Dialect:
    """Return how a file is written whose first lines are `sample`.

    The delimiter is the one that makes the most known column names and the most rows of one length.

    Args:
        sample: the lines.
        delimiter: the delimiter, if it is known.
        known: whether a text is the name of a column.
    """
    escaped = any(f'{_ESCAPE}"' in line for line in sample)
    dialects = [
        Dialect(each, escape)
        for each in (delimiter or DELIMITERS)
        for escape in ([None, _ESCAPE] if escaped else [None])
    ]
    return max(dialects, key=lambda dialect: _score(sample_records(sample, dialect), known))


def sample_records(sample: Sequence[str], dialect: Dialect) -> list[list[str]]:
    """Return the records of the first lines that are not blank, up to one that cannot be parsed."""
    records = []
    with contextlib.suppress(csv.Error):  # a cell of more than 1 MiB
        for record in csv.reader(sample, delimiter=dialect.delimiter, escapechar=dialect.escape):
            if any(map(str.strip, record)):
                records.append(record)  # noqa: PERF401 - those before an error count
    return records


def header_place(records: Sequence[Sequence[str]], known: Known) -> int:
    """Return which record has the column names: the first, unless a later one looks more like a header.

    It has several known names, and is wider than all records before it, or half of it are known names and none of
    theirs.
    """
    widest = most = 0
    for place, record in enumerate(records[:_MOST_TITLES]):
        width = sum(map(bool, map(str.strip, record)))
        names = sum(map(known, record))
        if names >= _FEWEST_NAMES and (width > widest or (2 * names >= width and not most)):
            return place
        if any(map(_is_number, record)):
            return 0
        widest, most = max(widest, width), max(most, names)
    return 0


def has_header(records: Sequence[Sequence[str]], known: Known) -> bool:
    """Return whether the first record has column names: several known ones, or no number above a column of numbers.

    An empty cell above a column of numbers is one that is missing, unless another cell is a known name.
    """
    names = sum(map(known, records[0])) if records else _FEWEST_NAMES
    if names >= _FEWEST_NAMES:
        return True
    above = [records[0][place] for place in _number_columns(records) if place < len(records[0])]
    return not any(_is_number(cell) or not (names or cell.strip()) for cell in above)


def made_up_header(records: Sequence[Sequence[str]]) -> list[str]:
    """Return column names for a file without a header: `Phone`, `Phone 2` for numbers, `Column 1` for others."""
    numbers = _number_columns(records)
    width = max(map(len, records), default=0)
    phones = iter(["Phone", *(f"Phone {place}" for place in range(2, width + 1))])
    return [next(phones) if place in numbers else f"Column {place + 1}" for place in range(width)]


def _score(records: Sequence[Sequence[str]], known: Known) -> float:
    if not records:
        return 0
    header = header_place(records, known)
    width = len(records[header])
    constant = sum(len(record) == width for record in records[header:]) / len(records)
    names = sum(map(known, records[header]))
    return _KNOWN_POINTS * names + _CONSTANT_POINTS * constant + min(width, _MOST_COLUMNS)


def _number_columns(records: Sequence[Sequence[str]]) -> set[int]:
    """Return the columns that have a phone number in at least half of the records."""
    counts = Counter(place for record in records for place, cell in enumerate(record) if _is_number(cell))
    return {place for place, count in counts.items() if 2 * count >= len(records)}


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return (
        _number(text) is not None
        and _date(text) is None
        and _address(text) is None
        and _SHORTEST_NUMBER <= len(_digit(text)) <= _LONGEST_NUMBER
    )
