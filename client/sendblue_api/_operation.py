"""From the arguments of a method to the description of one HTTP call. Pure: nothing here sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

from ._arguments import HeaderMapping, NotGiven, Omit, QueryMapping, TimeoutTypes, omit

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
    """

    method: str
    path: str
    answer: Callable[[], type[T]]
    lists: tuple[str, ...] = ()
    rows: str = ""


class Call(NamedTuple):
    """One call, ready to become a request.

    Attributes:
        operation: what is called.
        path: the path with its arguments in place, percent-encoded.
        query: the query parameters.
        body: what is sent as JSON; `omit` for no body.
        headers: headers of this call alone; `omit` as a value drops a default one.
        timeout: seconds, a Timeout, None for none, `not_given` for the client's.
    """

    operation: Operation[Any]
    path: str
    query: QueryMapping
    body: object
    headers: HeaderMapping | None
    timeout: TimeoutTypes | NotGiven


def describe(operation: Operation[Any], arguments: dict[str, Any]) -> Call:
    """Describe a call.

    Args:
        operation: what is called.
        arguments: the method's arguments by name, which are the names on the wire: its `locals()`.

    Raises:
        TypeError: a field that takes a list was given a text or a mapping, or a row is no mapping.
        ValueError: an argument in the path is empty, `.` or `..`, or no text.
    """
    headers = arguments.pop("extra_headers")
    extra_query = arguments.pop("extra_query")
    extra_body = arguments.pop("extra_body")
    timeout = arguments.pop("timeout")
    path = operation.path
    fields: dict[str, Any] = {}
    for name, value in arguments.items():
        slot = f"{{{name}}}"
        if slot in path:
            path = path.replace(slot, _segment(name, value))
        elif name != "self" and not isinstance(value, (Omit, NotGiven)):
            fields[name] = value
    _check_lists(operation, fields)
    query: QueryMapping = {}
    body: object = omit
    if operation.method == "GET":
        query = fields
    elif fields or operation.method != "DELETE":
        body = fields
    if extra_query:
        query = {**query, **extra_query}
    if extra_body is not None:
        merge = isinstance(body, dict) and isinstance(extra_body, Mapping)
        body = {**fields, **extra_body} if merge else extra_body
    return Call(operation, path, query, body, headers, timeout)


def _segment(name: str, value: object) -> str:
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise ValueError(f"{name} must be a phone number such as '+15551234567', not {value!r}.")
    return quote(value, safe="+")


def _check_lists(operation: Operation[Any], fields: dict[str, Any]) -> None:
    for name in operation.lists:
        _refuse_text(name, fields.get(name))
    if operation.rows in fields:
        fields[operation.rows] = list(fields[operation.rows])
        for row in fields[operation.rows]:
            if not isinstance(row, Mapping):
                raise TypeError(f"{operation.rows} takes mappings such as {{'phone': ...}}, not {type(row).__name__}.")
            _refuse_text("tags", row.get("tags"))


def _refuse_text(name: str, value: object) -> None:
    if isinstance(value, (str, bytes, Mapping)):
        raise TypeError(f"{name} takes a list, not one {type(value).__name__}: write {name}=[...].")
