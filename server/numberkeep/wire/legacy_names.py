"""The names that older versions of the API had: accepted in requests, and repeated in answers beside the current ones.

No other module of the service contains these names. Source: api-reference.md, "The nine operations".
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Final, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)

OLD_NAMES: Final = {
    "assigned_to_email": ("assignedToEmail",),
    "company_name": ("companyName",),
    "first_name": ("firstName",),
    "last_name": ("lastName",),
    "number": ("phone_number", "phoneNumber"),
    "opt_out": ("optOut",),
    "sendblue_number": ("sendblueNumber",),
}
"""Current name to older names. The current name wins over older ones, and an earlier older name over a later one.

A request shape has either none of these fields or at least two, which `settling` relies on."""

OLD_ORDERS: Final = {"firstName": "first_name", "lastName": "last_name"}
"""Older values of the query parameter `order_by`."""

ECHOED: Final = tuple(name for name in OLD_NAMES if name != "number")
"""The fields that answers repeat under their older names, in this order."""


def taking_old_names(struct: type[S], *, ignore_unknown: bool) -> type[S]:
    """Return a subclass of the request shape `struct` that also accepts the older names of its fields."""
    types = {field.name: field.type for field in msgspec.structs.fields(struct)}
    fields = [
        (old, types[name] | msgspec.UnsetType, msgspec.UNSET) for name in types for old in OLD_NAMES.get(name, ())
    ]
    # defstruct's own type forgets its bases.
    return msgspec.defstruct(  # type: ignore[return-value]
        struct.__name__, fields, bases=(struct,), kw_only=True, forbid_unknown_fields=not ignore_unknown
    )


def settling(struct: type[S]) -> Callable[[S], S]:
    """Return the function that moves values from older names to current ones.

    Args:
        struct: a shape made by `taking_old_names`.
    """
    names = {field.name for field in msgspec.structs.fields(struct)}
    pairs = [(old, name) for name in names for old in OLD_NAMES.get(name, ())]
    if not pairs:
        return lambda body: body
    old_values = attrgetter(*(old for old, _ in pairs))

    def settle(body: S) -> S:
        if old_values(body).count(msgspec.UNSET) < len(pairs):
            for old, name in pairs:
                if getattr(body, name) is msgspec.UNSET:
                    setattr(body, name, getattr(body, old))
                setattr(body, old, msgspec.UNSET)
        return body

    return settle


def current_name(name: str) -> str:
    """Return the current name of a field, given any of its names."""
    return next((current for current, old in OLD_NAMES.items() if name in old), name)


def is_old_name(name: str) -> bool:
    """Return whether only older versions of the API had this name."""
    return current_name(name) != name


def echoing_old_names(struct: type[S]) -> type[S]:
    """Return a subclass of the answer shape `struct` with the older names of `ECHOED` after its own fields."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    echoed = [(OLD_NAMES[name][0], fields[name]) for name in ECHOED]
    return msgspec.defstruct(struct.__name__, echoed, bases=(struct,))  # type: ignore[return-value]
