"""What differs between two states of a contact, field by field."""

from collections.abc import Mapping
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact

_TEXTS: Final = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number", "tags")


def differences(before: Contact | None, after: Contact) -> Mapping[str, tuple[Any, Any]]:
    """Return the old and the new value of each field that differs, by its name; None for a value that is empty.

    Custom variables are compared one by one, as `custom_variables.LABEL`. `before` is None for a new contact.
    """
    old = {} if before is None else _fields(before)
    new = _fields(after)
    names = [*old, *(name for name in new if name not in old)]
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _fields(contact: Contact) -> Mapping[str, Any]:
    """Return the fields that are not empty, custom variables one by one."""
    texts = {name: value for name in _TEXTS if (value := getattr(contact, name))}
    variables = {f"custom_variables.{label}": value for label, value in contact.custom_variables.items()}
    return texts | variables | {name: True for name in ("opt_out", "verified") if getattr(contact, name)}
