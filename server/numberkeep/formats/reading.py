"""Reads a file of contacts in any of the formats, by what it contains and not by its name."""

from collections.abc import Iterator
from typing import BinaryIO

from numberkeep.formats.delimited import read_delimited
from numberkeep.formats.delimiter import Known
from numberkeep.formats.json_lines import read_json_lines
from numberkeep.formats.lines import read_lines
from numberkeep.formats.rows import Row
from numberkeep.formats.vcard import is_begin, read_vcards


def read_rows(file: BinaryIO, known: Known, encoding: str | None = None) -> Iterator[Row]:
    """Yield the rows of a file in order.

    Args:
        file: a seekable file.
        known: whether a text is the name of a column that contact files have.
        encoding: the file's encoding; by default it is found.
    """
    first = next((line for line in read_lines(file, encoding) if line.data.strip()), None)
    if first is None:
        return
    lines = read_lines(file, encoding)
    if is_begin(first.data):
        yield from read_vcards(lines)
    elif first.data.lstrip().startswith(b"{"):
        yield from read_json_lines(lines)
    else:
        yield from read_delimited(lines, known)
