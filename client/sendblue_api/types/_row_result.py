"""The result of one row of `contacts.bulk.create_all`."""

from dataclasses import dataclass

from ._params import ContactInput
from .contact import Contact


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of `bulk.create_all`.

    Attributes:
        index: the row's place among all rows, from 0.
        row: the row as it was given.
        contact: the contact as it is stored; None when the row was refused, and where another row of the same chunk
            has the same number in another spelling.
        error: why the row was refused, or None. Where the service does not say which row it means, a row that no
            contact was found for has all that it says.
    """

    index: int
    row: ContactInput
    contact: Contact | None
    error: str | None
