"""CSV files each of whose lines is in quotation marks as a whole: a program took them for one column of text."""

import csv
from collections.abc import Sequence

from numberkeep.formats.delimiter import DELIMITERS
from numberkeep.formats.lines import Line


def are_wrapped(sample: Sequence[str]) -> bool:
    """Return whether each of the lines is one cell in quotation marks, with a delimiter in it."""
    texts = [line.strip() for line in sample if line.strip()]
    return bool(texts) and all(_inner(text) is not None for text in texts)


def unwrapped(line: Line) -> Line:
    """Return a line without the quotation marks around it, if it has them."""
    inner = _inner(line.text.strip())
    return line if inner is None else line._replace(data=f"{inner}\n".encode())


def _inner(text: str) -> str | None:
    """Return the only cell of a line, whichever the delimiter is; None if it has several, or no delimiter in it."""
    if len(text) < len('""') or text[0] != '"' or text[-1] != '"':
        return None
    inner = text[1:-1].replace('""', "")
    if '"' in inner or not any(delimiter in inner for delimiter in DELIMITERS):
        return None
    [[cell]] = csv.reader([text])
    return cell
