"""Replaces the values in JSON, each as the table of fields says."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from numberkeep.recording.fictitious import Fictitious
from numberkeep.recording.fields import Kind, is_field_name, kind_of

_DEEPEST: Final = 50
_MOST_COUNT: Final = 999_999
_OF_TEXT: Final[Mapping[Kind, Callable[[Fictitious, str], str]]] = {
    Kind.WORD: Fictitious.word,
    Kind.COUNT: Fictitious.count,
    Kind.PHONE: Fictitious.phone,
    Kind.TIME: Fictitious.moment,
    Kind.CONTENT: Fictitious.content,
    Kind.MESSAGE: Fictitious.message,
}


def replaced_body(value: Any, fictitious: Fictitious) -> Any:
    """Return a JSON value of a request or an answer, with its values replaced and its shape unchanged."""
    return _replaced(value, Kind.TEXT, fictitious, _DEEPEST)


def replaced_text(value: str, kind: Kind, fictitious: Fictitious) -> str:
    """Return the replacement of a text of this kind."""
    return _OF_TEXT.get(kind, Fictitious.text)(fictitious, value)


def _replaced(value: Any, kind: Kind, fictitious: Fictitious, depth: int) -> Any:
    match value:
        case dict() if depth:
            return _object(value, kind, fictitious, depth - 1)
        case list() if depth:
            return [_replaced(each, kind, fictitious, depth - 1) for each in value]
        case str():
            return replaced_text(value, kind, fictitious)
        case bool() | None:
            return value
        case int() | float():
            return _number(value, kind, fictitious)
    return None  # nested deeper than any answer of the API


def _object(value: dict[str, Any], kind: Kind, fictitious: Fictitious, depth: int) -> dict[str, Any]:
    made = {}
    for key, each in value.items():
        if kind is Kind.LABELLED or not is_field_name(key):
            made[fictitious.text(key)] = _replaced(each, _kind_below(kind), fictitious, depth)
        elif (of_key := kind_of(key)) is not Kind.LEFT_OUT:
            made[key] = _replaced(each, of_key, fictitious, depth)
    return made


def _kind_below(kind: Kind) -> Kind:
    """Return what becomes of a value whose key is no name of a field."""
    return Kind.LABELLED if kind is Kind.LABELLED else Kind.TEXT


def _number(value: float, kind: Kind, fictitious: Fictitious) -> float:
    if kind in {Kind.COUNT, Kind.WORD} and abs(value) <= _MOST_COUNT:
        return value
    if kind is Kind.PHONE and isinstance(value, int):
        made = fictitious.phone(f"+{value}").removeprefix("+")
        return int(made) if made.isdecimal() else fictitious.number(value)
    return fictitious.number(value)
