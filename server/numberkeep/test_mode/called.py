"""Determines what a request calls: the operation, and the number that it is about."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.types import Scope

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.phone import find_phone
from numberkeep.http.application import Application
from numberkeep.http.endpoint import NO_OPERATION
from numberkeep.http.query import plus_restored, query_pairs
from numberkeep.http.routes import INBOUND, ROUTES
from numberkeep.http.stream import STREAM
from numberkeep.wire.answers import invalid
from numberkeep.wire.legacy_names import current_name

OPERATIONS: Final = frozenset(route.operation.name for route in (*ROUTES, INBOUND)) | {STREAM}
"""The names of the operations of the API."""

_NUMBER: Final = "number"
_SAME: Final = {"phone": _NUMBER, "from": _NUMBER}  # bulk rows, and messages that people write


@dataclass(slots=True, frozen=True)
class Called:
    """A call.

    Attributes:
        operation: the operation's name; `none` if nothing has the path and the method.
        phone: the number in the URL, E.164; None if there is none.
        region: the region of the account, in which numbers without `+` are read.
    """

    operation: str
    phone: str | None
    region: str


def called(application: Application, scope: Scope, region: str) -> Called:
    """Return the operation that a request calls, and the number in its URL."""
    endpoint, argument = application.find(scope["path"])
    operation, argument_name = NO_OPERATION if endpoint is None else endpoint.operation(scope["method"])
    if current_name(argument_name) == _NUMBER:
        return Called(operation, find_phone(plus_restored(argument), region), region)
    try:
        pairs = query_pairs(scope["query_string"])
    except InvalidInput:  # the application answers it
        pairs = []
    return Called(operation, _first(pairs, region), region)


def phone_in(body: bytes | None, region: str) -> str | None:
    """Return the number in a JSON body, in E.164; None if it has none."""
    try:
        value = msgspec.json.decode(body) if body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _first(value.items(), region) if isinstance(value, dict) else None


def check_operation(name: str, *others: str) -> None:
    """Check the name of an operation, which a test may have misspelled.

    Args:
        name: the name.
        others: further names that are allowed.

    Raises:
        InvalidInput: there is no such operation.
    """
    if name not in OPERATIONS and name not in others:
        nearest = difflib.get_close_matches(name, sorted(OPERATIONS | {*others}), 1, cutoff=0)
        choices = "".join(f", or `{each}`" for each in others)
        raise invalid(FieldError("operation", f"must be the name of an operation{choices}: did you mean {nearest[0]}?"))


def _first(pairs: Iterable[tuple[str, Any]], region: str) -> str | None:
    for name, value in pairs:
        if current_name(_SAME.get(name, name)) == _NUMBER and isinstance(value, str):
            return find_phone(value, region)
    return None
