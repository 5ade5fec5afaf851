"""Insertions of many rows by few statements; after each one, any thread that wants the interpreter may have it."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from numberkeep.store.flow import Row

Statement = tuple[str, Sequence[Any]]

_ROWS_OF_A_STATEMENT: Final = 64


def places(columns: str, *names: str) -> tuple[int, ...]:
    """Return the places of columns in a list of columns with commas between them."""
    return tuple(columns.split(", ").index(name) for name in names)


class ManyRows:
    """An insertion whose `VALUES` may have any number of rows.

    Args:
        sql: the insertion of one row, whose first value is the account.
        large: the places in a row of texts that may be large. They are passed as UTF-8: Python needs up to four times
            as much memory for a text, until it is written.
    """

    def __init__(self, sql: str, large: Sequence[int] = ()) -> None:
        head, _, rest = sql.partition(" VALUES (")
        values, _, self._tail = rest.partition(")")
        each = values.split(", ")
        for place in large:
            each[place + 1] = "CAST(? AS TEXT)"
        self._head, self._one, self._large = head, ", ".join(each), large

    def statements(self, account_id: int, rows: Sequence[Row]) -> Iterator[Statement]:
        """Yield the statements that insert these rows of an account."""
        for first in range(0, len(rows), _ROWS_OF_A_STATEMENT):
            some = rows[first : first + _ROWS_OF_A_STATEMENT]
            values = [value for row in some for value in (account_id, *row)]
            for place in self._large:
                step = len(values) // len(some)
                values[place + 1 :: step] = [text.encode() for text in values[place + 1 :: step]]
            yield f"{self._head} VALUES {', '.join([f'({self._one})'] * len(some))}{self._tail}", values
