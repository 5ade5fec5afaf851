"""What every format of an export does."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from numberkeep.domain.contacts.contact import ContactRecord


class Form(Protocol):
    """Writes contacts in one format; for one file. `note` is called for every contact before anything is written."""

    def note(self, contacts: Sequence[ContactRecord]) -> None:
        """Note what the beginning of the file has to say of these contacts."""

    def head(self) -> bytes:
        """Return the beginning of the file."""

    def rows(self, contacts: Iterable[ContactRecord]) -> bytes:
        """Return contacts as they are written."""
