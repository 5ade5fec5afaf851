"""What an import changes, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numberkeep.domain.contacts.differences import differences
from numberkeep.domain.contacts.importing import ImportedRow


@dataclass(slots=True, frozen=True)
class Difference:
    """What an import does to a contact.

    Attributes:
        number: its number.
        created: whether the import creates it.
        changes: the old and the new value of each field that changes, by its name, those of custom variables one by
            one; None for a value that is empty.
    """

    number: str
    created: bool
    changes: Mapping[str, tuple[Any, Any]]


def difference_of(done: ImportedRow) -> Difference | None:
    """Return what was done to a contact; None if nothing was."""
    if done.after is None:
        return None
    changes = differences(done.before, done.after)
    if done.before is not None and not changes:
        return None
    return Difference(done.phone, done.before is None, changes)
