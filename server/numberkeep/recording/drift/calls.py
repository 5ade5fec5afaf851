"""What a recorded request calls, and which contacts it concerns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from msgspec import UNSET

from numberkeep.domain.phone import find_phone
from numberkeep.http.routes import ROUTES
from numberkeep.recording.exchange import RecordedRequest
from numberkeep.recording.fields import snake_case

_OURS: Final = ("/openapi.json", "/metrics")
_BELOW_OURS: Final = ("/_numberkeep/", "/health/")
_NUMBERS: Final = ("number", "phone_number", "phone")


@dataclass(slots=True, frozen=True)
class Call:
    """A recorded request, as far as the comparison has to understand it.

    Attributes:
        operation: the name of the operation, such as `contacts.create`; `""` if no route of ours is called.
        method: the HTTP method.
        path: the path, decoded.
        query: the parameters; of a repeated one the last value.
        body: the JSON value of the body; None if there is none.
        rows: the fields that the request sets of each contact, by its number in E.164.
    """

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    rows: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, request: RecordedRequest, region: str) -> "Call":
        """Return the call of a request; `region` is that of numbers without `+`."""
        raw, _, query = request.target.partition("?")
        path = unquote(raw)
        body = None if request.body is UNSET else request.body
        operation, argument = _operation(request.method, path)
        pairs = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
        return cls(operation, request.method, path, pairs, body, _rows(argument, body, region))

    @property
    def phones(self) -> frozenset[str]:
        """The numbers of the contacts that the request names."""
        return frozenset(self.rows)

    @property
    def is_ours(self) -> bool:
        """Whether only numberkeep has the path, so that a comparison says nothing about the hosted service."""
        return self.path in _OURS or self.path.startswith(_BELOW_OURS)

    def sets(self, phone: str, field: str) -> bool:
        """Return whether the request sets this field of a contact."""
        return snake_case(field) in self.rows.get(phone, frozenset())

    def sets_any(self, *fields: str) -> bool:
        """Return whether the request sets one of these fields of any contact."""
        return any(self.sets(phone, field) for phone in self.rows for field in fields)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str], str]]:
    fixed_first = sorted(ROUTES, key=lambda route: "{" in route.path)
    return [
        (route.method, re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(route.path))), route.operation.name)
        for route in fixed_first
    ]


def _operation(method: str, path: str) -> tuple[str, str]:
    for of_method, pattern, name in _patterns():
        if of_method == method and (match := pattern.fullmatch(path)):
            return name, match[1] if match.groups() else ""
    return "", ""


def _rows(argument: str, body: Any, region: str) -> dict[str, frozenset[str]]:
    made: dict[str, frozenset[str]] = {}

    def add(number: Any, fields: frozenset[str]) -> None:
        phone = find_phone(str(number), region)
        if phone is not None:
            made[phone] = fields

    fields = body if isinstance(body, dict) else {}
    if argument:
        add(argument, _names(fields))
    for row in [fields, *_objects(fields.get("contacts"))]:
        for name, value in row.items():
            if snake_case(name) in _NUMBERS and isinstance(value, str):
                add(value, _names(row))
    listed = fields.get("contact_ids")
    for number in listed if isinstance(listed, list) else ():
        add(number, frozenset())
    return made


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _names(fields: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(snake_case, fields))
