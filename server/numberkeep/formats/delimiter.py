"""What separates the cells of a CSV file, and whether it begins with a header.

The sniffers of `csv` and `clevercsv` choose letters as delimiters of files with one column, so here is a score instead.
"""

import contextlib
import csv
import re
from collections.abc import Callable, Sequence
from typing import Final

DELIMITERS: Final = (",", ";", "\t", "|")

Known = Callable[[str], bool]
"""Whether a text is the name of a column that contact files have."""

_sep_line = re.compile(r'"?sep=([^\w"\s]|\t)"?\s*', re.IGNORECASE).fullmatch
_number = re.compile(r"[+(]{0,2}[0-9][0-9\s().\-/\u2010-\u2015]+").fullmatch
_date = re.compile(r"[0-9]{1,4}([-./])[0-9]{1,2}\1[0-9]{1,4}(\s.*)?").fullmatch
_digit = re.compile(r"[0-9]").findall

_KNOWN_POINTS: Final = 10
_CONSTANT_POINTS: Final = 5
_MOST_COLUMNS: Final = 5
"""More columns than this say nothing about the delimiter: a text can have many commas."""
_SHORTEST_NUMBER: Final = 7
_LONGEST_NUMBER: Final = 15


def named_delimiter(line: str) -> str | None:
    """Return the delimiter that a line `sep=;` names, as Excel writes it; None for any other line."""
    match = _sep_line(line)
    return match and match[1]


def find_delimiter(sample: Sequence[str], known: Known) -> str:
    """Return the delimiter of a file whose first lines are `sample`.

    It is the one that makes the most known column names and the most rows of one length.
    """
    return max(DELIMITERS, key=lambda delimiter: _score(sample_records(sample, delimiter), known))


def sample_records(sample: Sequence[str], delimiter: str) -> list[list[str]]:
    """Return the records of the first lines that are not blank, up to one that cannot be parsed."""
    records = []
    with contextlib.suppress(csv.Error):  # a cell of more than 1 MiB
        for record in csv.reader(sample, delimiter=delimiter):
            if any(map(str.strip, record)):
                records.append(record)  # noqa: PERF401 - those before an error count
    return records


def has_header(records: Sequence[Sequence[str]], known: Known) -> bool:
    """Return whether the first record has column names: known ones, or no number above a column of numbers."""
    return not records or any(map(known, records[0])) or not _number_columns(records)


def made_up_header(records: Sequence[Sequence[str]]) -> list[str]:
    """Return column names for a file without a header: `Phone`, `Phone 2` for numbers, `Column 1` for others."""
    numbers = _number_columns(records)
    width = max(map(len, records), default=0)
    phones = iter(["Phone", *(f"Phone {place}" for place in range(2, width + 1))])
    return [next(phones) if place in numbers else f"Column {place + 1}" for place in range(width)]


def _score(records: Sequence[Sequence[str]], known: Known) -> float:
    if not records:
        return 0
    width = len(records[0])
    constant = sum(len(record) == width for record in records) / len(records)
    names = sum(map(known, records[0]))
    return _KNOWN_POINTS * names + _CONSTANT_POINTS * constant + min(width, _MOST_COLUMNS)


def _number_columns(records: Sequence[Sequence[str]]) -> set[int]:
    """Return the columns that have a phone number in the first record and in at least half of them."""
    return {
        place
        for place, cell in enumerate(records[0])
        if _is_number(cell)
        and 2 * sum(len(record) > place and _is_number(record[place]) for record in records) >= len(records)
    }


def _is_number(cell: str) -> bool:
    text = cell.strip()
    return (
        _number(text) is not None and _date(text) is None and _SHORTEST_NUMBER <= len(_digit(text)) <= _LONGEST_NUMBER
    )
