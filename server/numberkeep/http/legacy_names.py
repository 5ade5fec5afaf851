"""The names that older versions of the API had: still taken in requests, and echoed in answers beside the current ones.

No other module of the service writes these names. Source: api-reference.md, "The nine operations".
"""

from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

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
"""Current name to the older ones, at least two of which every request type has or none; the first that comes counts,
and the current name before all."""

OLD_ORDERS: Final = {"firstName": "first_name", "lastName": "last_name"}
"""Older values of the query parameter `order_by`."""

_ECHOED: Final = tuple(name for name in OLD_NAMES if name != "number")


def taking_old_names(struct: type[S], *, ignore_unknown: bool) -> type[S]:
    """A subclass of the request type `struct` that takes the older names of its fields too."""
    types = {field.name: field.type for field in msgspec.structs.fields(struct)}
    fields = [
        (old, types[name] | msgspec.UnsetType, msgspec.UNSET) for name in types for old in OLD_NAMES.get(name, ())
    ]
    # defstruct's own type forgets its bases.
    return msgspec.defstruct(  # type: ignore[return-value]
        struct.__name__, fields, bases=(struct,), kw_only=True, forbid_unknown_fields=not ignore_unknown
    )


def settling(struct: type[S]) -> Callable[[S], S]:
    """What moves values under older names to the current ones, in bodies of a type made by `taking_old_names`."""
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
        return body

    return settle


def current_name(name: str) -> str:
    """The current name of a field that came under any of its names."""
    return next((current for current, old in OLD_NAMES.items() if name in old), name)


def is_old_name(name: str) -> bool:
    """Whether this is a name that only older versions of the API had."""
    return current_name(name) != name


def echoing_old_names(struct: type[S]) -> type[S]:
    """A subclass of the answer type `struct` with the older names behind its own fields; fill it with `echo_of`."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    echoed = [(OLD_NAMES[name][0], fields[name]) for name in _ECHOED]
    return msgspec.defstruct(struct.__name__, echoed, bases=(struct,))  # type: ignore[return-value]


def echo_of(struct: type[msgspec.Struct]) -> "itemgetter[Any]":
    """What picks the values to echo from the values of `struct`'s own fields in their order."""
    names = [field.name for field in msgspec.structs.fields(struct)]
    return itemgetter(*(names.index(name) for name in _ECHOED))
