"""Reads a file of contacts in any of the formats, by what it contains and not by its name."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import BinaryIO, Final

from numberkeep.formats.delimited import read_delimited
from numberkeep.formats.delimiter import Known
from numberkeep.formats.foreign import check_readable
from numberkeep.formats.json_document import contacts_begin, read_json_document
from numberkeep.formats.json_lines import read_json_lines
from numberkeep.formats.lines import Line, read_lines, read_text
from numberkeep.formats.rows import Row
from numberkeep.formats.vcard import is_mark, read_vcards

_SAMPLE_LINES: Final = 50
"""Lines among which the first card begins, if a file has cards."""
_SIGNATURE: Final = 4096
"""Bytes that show whether a file is a workbook, an archive or another one that cannot be read."""

_is_object = re.compile(r"\s*\{").match
_is_array = re.compile(r"\s*\[\s*(?:[{\[\"]|$)").match


def read_rows(file: BinaryIO, known: Known, encoding: str | None = None) -> Iterator[Row]:
    """Yield the rows of a file in order.

    Args:
        file: a seekable file.
        known: whether a text is the name of a column that contact files have.
        encoding: the file's encoding; by default it is found.

    Raises:
        UnreadableFile: it is a workbook, an archive, a document or an image.
    """
    file.seek(0)
    check_readable(file.read(_SIGNATURE))
    with closing(read_lines(file, encoding)) as beginning:
        sample = [line for line in islice(beginning, _SAMPLE_LINES) if line.data.strip()]
    if any(is_mark(line.data) for line in sample):
        yield from read_vcards(read_lines(file, encoding))
    elif sample and (_is_object(sample[0].text) or _is_array(sample[0].text)):
        if _is_document(sample, known):
            yield from read_json_document(read_text(file, encoding), known)
        else:
            yield from read_json_lines(read_lines(file, encoding))
    else:
        yield from read_delimited(read_lines(file, encoding), known)


def _is_document(sample: Sequence[Line], known: Known) -> bool:
    """Return whether a file of JSON is one value: an array, or an object on many lines or with an array of contacts."""
    first = sample[0].text
    if _is_array(first):
        return True
    if len(sample) == 1 and contacts_begin(first, known) is not None:
        return True
    if _is_whole(sample[0]):
        return False
    return 2 * sum(map(_is_whole, sample)) < len(sample)


def _is_whole(line: Line) -> bool:
    """Return whether a line is an object in JSON."""
    text = line.text
    if line.cut or not _is_object(text):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
