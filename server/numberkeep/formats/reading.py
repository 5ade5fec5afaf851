"""Reads a file of contacts in any of the formats, by what it contains and not by its name."""

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import BinaryIO, Final

from numberkeep.formats.delimited import read_delimited
from numberkeep.formats.delimiter import Known
from numberkeep.formats.json_lines import read_json_lines
from numberkeep.formats.lines import read_lines
from numberkeep.formats.rows import Row
from numberkeep.formats.vcard import is_begin, read_vcards

_SAMPLE_LINES: Final = 50
"""Lines among which the first card begins, if a file has cards."""


_is_json = re.compile(rb"\s*(?:\{|\[\s*(?:\{|$))").match
"""An array is not JSON Lines; read as such, it is rejected with the fix, and not taken for a header of CSV."""


def read_rows(file: BinaryIO, known: Known, encoding: str | None = None) -> Iterator[Row]:
    """Yield the rows of a file in order.

    Args:
        file: a seekable file.
        known: whether a text is the name of a column that contact files have.
        encoding: the file's encoding; by default it is found.
    """
    with closing(read_lines(file, encoding)) as beginning:
        sample = [line.data for line in islice(beginning, _SAMPLE_LINES) if line.data.strip()]
    lines = read_lines(file, encoding)
    if any(map(is_begin, sample)):
        yield from read_vcards(lines)
    elif sample and _is_json(sample[0]):
        yield from read_json_lines(lines)
    else:
        yield from read_delimited(lines, known)
