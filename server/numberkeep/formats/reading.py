"""Reads a file of contacts in any of the formats, by what it contains and not by its name."""

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
    elif sample and sample[0].lstrip().startswith(b"{"):
        yield from read_json_lines(lines)
    else:
        yield from read_delimited(lines, known)
