"""A row of a file, whatever the format."""

from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One row: a record of CSV, a line of JSON Lines or a card.

    Attributes:
        line: the line on which it begins, from 1.
        columns: the names of its columns. A name can occur twice.
        cells: the text of each column.
        fault: why the row cannot be used, with the fix; `""` if it can.
    """

    line: int
    columns: Sequence[str]
    cells: Sequence[str]
    fault: str = ""
