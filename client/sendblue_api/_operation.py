"""Describes HTTP calls from the arguments of methods. Does no I/O."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from ._arguments import CallOptions, HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, not_given, omit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One operation of the specification.

    Attributes:
        method: the HTTP method; a GET sends its fields in the query, the others in a JSON body.
        path: the path, with `{name}` for an argument. The logs show it in this form.
        response_type: returns the type of the response. A function, so that the models load at the first response.
        lists: the fields that take a list; a single text is an error.
        rows: the field that holds whole contacts.
        repeated: the query fields that may be lists, sent as one parameter per item.
        options: the TypedDict of the arguments that are not fields.
        once: whether the call must not happen twice, such as sending a message. It is only retried if the attempt
            certainly had no effect: no connection was made, or the status was 429.
    """

    method: str
    path: str
    response_type: Callable[[], type[T]]
    lists: tuple[str, ...] = ()
    rows: str = ""
    repeated: tuple[str, ...] = ()
    options: type[CallOptions] = CallOptions
    once: bool = False


class Call(NamedTuple, Generic[T]):
    """One call, ready to become a request.

    Attributes:
        operation: the operation.
        path: the path with its arguments, percent-encoded.
        query: the query parameters.
        body: the JSON body, or bytes; `omit` for no body.
        headers: headers of this call only; the value `omit` drops a default header.
        timeout: seconds, a Timeout, None for no limit, or `not_given` for the client's setting.
        max_retries: how many times a failed attempt is retried; None for the client's setting.
        follow_redirects: whether redirects are followed.
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
    """The values of a query parameter that is sent once per value; other lists are joined by commas."""

    __slots__ = ()


def describe(operation: Operation[T], arguments: dict[str, Any]) -> Call[T]:
    """Return the call for an operation and its arguments.

    Args:
        operation: the operation.
        arguments: the arguments of the method by name, which are the names on the wire: its `locals()`.

    Raises:
        TypeError: an argument is unknown, a field that takes a list is a text or a mapping, or a row is no mapping.
        ValueError: an argument in the path is not a text, or is empty, `.` or `..`.
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
    """Return `body` with the fields of `extra`, or `extra` if one of them is no mapping; a GET ignores `extra`."""
    if extra is None or method == "GET":
        return body
    return {**body, **extra} if isinstance(body, Mapping) and isinstance(extra, Mapping) else extra


def bare(value: object) -> object:
    """Return the fields that are set in a model or a mapping, or any other value unchanged."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if not isinstance(each, (Omit, NotGiven))}
    return value


def _take_options(operation: Operation[Any], options: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    # Moves the arguments of the official client to their fields, and returns the options of every call.
    extra = {}
    for name, value in options.items():
        if name not in operation.options.__annotations__:
            raise TypeError(f"{name!r} is not an argument of this method: check its spelling.")
        if name in CallOptions.__annotations__:
            extra[name] = value
        elif not isinstance(value, (Omit, NotGiven)):
            from ._casing import FIELD_OF  # noqa: PLC0415 - only for programs written for the official client

            if FIELD_OF[name] in fields:
                raise TypeError(f"{name} and {FIELD_OF[name]} set the same field: pass only one of them.")
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
                raise TypeError(f"{operation.rows} must hold mappings like {{'phone': ...}}, not {type(row).__name__}.")
            _refuse_text("tags", row.get("tags"))


def _refuse_text(name: str, value: object) -> None:
    if isinstance(value, (str, bytes, Mapping)):
        raise TypeError(f"{name} must be a list, not a {type(value).__name__}: write {name}=[...].")
