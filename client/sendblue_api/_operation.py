"""From the arguments of a method to the description of one HTTP call. Pure: nothing here sends."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from ._arguments import CallOptions, HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, not_given, omit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One line of the specification's table of operations.

    Attributes:
        method: the HTTP method; the fields of a GET go into the query, those of any other into a JSON body.
        path: the path, with `{name}` where an argument stands in it. The logs show it as it is written here.
        answer: gives the type of the answer. A function, so that the models load at the first answer.
        lists: the fields that take a list, where a lone text is a mistake.
        rows: the field that holds whole contacts, whose tags are lists too.
        repeated: the fields of a query that may be a list, sent as one parameter for each item.
        options: the TypedDict of what it takes besides its fields.
        once: it does something that must not happen twice, as to send a message. Then an attempt is repeated only when
            it certainly did nothing: no connection was made, or the service answered 429.
    """

    method: str
    path: str
    answer: Callable[[], type[T]]
    lists: tuple[str, ...] = ()
    rows: str = ""
    repeated: tuple[str, ...] = ()
    options: type[CallOptions] = CallOptions
    once: bool = False


class Call(NamedTuple, Generic[T]):
    """One call, ready to become a request.

    Attributes:
        operation: what is called.
        path: the path with its arguments in place, percent-encoded.
        query: the query parameters.
        body: what is sent as JSON; `omit` for no body.
        headers: headers of this call alone; `omit` as a value drops a default one.
        timeout: seconds, a Timeout, None for none, `not_given` for the client's.
        max_retries: how often a failed attempt is repeated; None for as often as the client says.
        follow_redirects: whether a redirect is followed at all.
    """

    operation: Operation[T]
    path: str
    query: QueryMapping
    body: object
    headers: HeaderMapping | None
    timeout: TimeoutTypes | NotGiven
    max_retries: int | None = None
    follow_redirects: bool = True


class Repeated(tuple[object, ...]):
    """The values of a query parameter that comes more than once, where lists are joined by commas."""

    __slots__ = ()


def describe(operation: Operation[T], arguments: dict[str, Any]) -> Call[T]:
    """Describe a call.

    Args:
        operation: what is called.
        arguments: the method's arguments by name, which are the names on the wire: its `locals()`.

    Raises:
        TypeError: an argument that the operation does not take; or a field that takes a list was given a text or a
            mapping, or a row is no mapping.
        ValueError: an argument in the path is empty, `.` or `..`, or no text.
    """
    options = arguments.pop("options")
    path = operation.path
    fields: dict[str, Any] = {}
    for name, value in arguments.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", _segment(name, value))
        elif name != "self" and not isinstance(value, (Omit, NotGiven)):
            fields[name] = value
    extra: Any = options and _take_options(operation, options, fields)
    _check_lists(operation, fields)
    query: QueryMapping = {}
    body: object = omit
    if operation.method == "GET":
        query = fields
    elif fields or operation.method != "DELETE":
        body = fields
    if not extra:
        return Call(operation, path, query, body, None, not_given)
    query = {**query, **(extra.get("extra_query") or {})}
    body = merged(operation.method, body, extra.get("extra_body"))
    return Call(operation, path, query, body, extra.get("extra_headers"), extra.get("timeout", not_given))


def merged(method: str, body: object, extra: object) -> object:
    """A body with more fields, or another instead of it where one of the two is no mapping; a GET has none."""
    if extra is None or method == "GET":
        return body
    return {**body, **extra} if isinstance(body, Mapping) and isinstance(extra, Mapping) else extra


def bare(value: object) -> object:
    """What is sent of a model, or of a mapping: only what was set. Anything else is given back as it is."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if not isinstance(each, (Omit, NotGiven))}
    return value


def _take_options(operation: Operation[Any], options: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    # Moves the values of older names to the fields that they stand for; the rest is what every call takes.
    extra = {}
    for name, value in options.items():
        if name not in operation.options.__annotations__:
            raise TypeError(f"There is no argument {name!r}.")
        if name in CallOptions.__annotations__:
            extra[name] = value
        elif not isinstance(value, (Omit, NotGiven)):
            from ._casing import FIELD_OF  # noqa: PLC0415 - for programs of the official client only

            if FIELD_OF[name] in fields:
                raise TypeError(f"{name} and {FIELD_OF[name]} are one field: give one of them.")
            fields[FIELD_OF[name]] = value
    return extra


def _segment(name: str, value: object) -> str:
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise ValueError(f"{name} must be a phone number such as '+15551234567', not {value!r}.")
    return quote(value, safe="+")


def _check_lists(operation: Operation[Any], fields: dict[str, Any]) -> None:
    for name in operation.lists:
        _refuse_text(name, fields.get(name))
    for name in operation.repeated:
        if isinstance(fields.get(name), Iterable) and not isinstance(fields[name], str):
            fields[name] = Repeated(fields[name])
    if operation.rows in fields:
        fields[operation.rows] = [bare(row) for row in fields[operation.rows]]
        for row in fields[operation.rows]:
            if not isinstance(row, Mapping):
                raise TypeError(f"{operation.rows} takes mappings such as {{'phone': ...}}, not {type(row).__name__}.")
            _refuse_text("tags", row.get("tags"))


def _refuse_text(name: str, value: object) -> None:
    if isinstance(value, (str, bytes, Mapping)):
        raise TypeError(f"{name} takes a list, not one {type(value).__name__}: write {name}=[...].")
