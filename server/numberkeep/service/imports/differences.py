"""What an import changes, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.contacts.importing import ImportedRow

_TEXTS: Final = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number", "tags")


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
    before = {} if done.before is None else _fields(done.before)
    after = _fields(done.after)
    names = [*before, *(name for name in after if name not in before)]
    changes = {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
    if done.before is not None and not changes:
        return None
    return Difference(done.phone, done.before is None, changes)


def _fields(contact: Contact) -> Mapping[str, Any]:
    """Return the fields that are not empty, custom variables one by one."""
    texts = {name: value for name in _TEXTS if (value := getattr(contact, name))}
    variables = {f"custom_variables.{label}": value for label, value in contact.custom_variables.items()}
    return texts | variables | ({"opt_out": True} if contact.opt_out else {})
