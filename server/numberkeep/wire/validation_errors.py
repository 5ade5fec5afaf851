"""Reports what is wrong with a decoded value that does not fit its shape, in words that a person can act on."""

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final, get_args

import msgspec

from numberkeep.domain.errors import FieldError
from numberkeep.domain.limits import MAX_ERRORS
from numberkeep.wire.legacy_names import current_name

_JSON_NAMES: Final = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "an array",
    "object": "an object",
    "datetime": "a time in ISO 8601, for example 2026-01-31T09:30:00Z",
}
_TEXT: Final = ", not a string"
_FEW: Final = 2
"""Choices that can be read without a comma."""

_NUMBERS: Final = ("number", "phone", "numbers", "from")
"""What requests call the number of a contact; no shape has two of them."""

_expected = re.compile(
    r"Expected `([^`]+)`(?:, got `([^`]+)`| of length (<=|>=) (\d+)| (<=|>=|<|>) (-?[\d.]+))(?: - at .*)?"
)
_BOUNDS: Final = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}

_odd_object = re.compile(r"Object (missing required|contains unknown) field `([^`]+)`(?: - at .*)?").fullmatch
_deeper = re.compile(r" - at `\$(?:\[[\d.]+\]|\.\w+)([.[][^`]*)`$").search
"""The path within a part, after the step to the part itself."""
_path = re.compile(r" - at `(?:key in )?\$\.([^`]+)`$").search


def validation_errors(
    value: Any,
    shape: type[msgspec.Struct],
    *,
    ignore_unknown: bool,
    strict: bool = True,
    whole: str = "body",
    most: int = MAX_ERRORS,
) -> list[FieldError]:
    """Return the fields of `value` that do not fit `shape`; an empty list if all fit.

    Args:
        value: the decoded JSON or query.
        shape: the shape that it should have.
        ignore_unknown: report no fields that the shape does not have.
        strict: False if numbers and booleans arrive as text, as in a query.
        whole: the name to report for `value` itself.
        most: the most faults to report; finding the nearest name for every field of a large body takes too long.
    """
    if not isinstance(value, dict):
        return [FieldError(whole, f"must be a JSON object, not {_json_name(value)}")]
    fields = msgspec.structs.fields(shape)
    types = {field.encode_name: field.type for field in fields}
    faults = _faults(value, types, ignore_unknown=ignore_unknown, strict=strict)
    missing = (
        FieldError(field.encode_name, "is required")
        for field in fields
        if field.required and field.encode_name not in value
    )
    return list(islice(chain(faults, missing), most))


def first_fault(text: str, whole: str) -> FieldError:
    """Return what msgspec's error says in a few words, without looking at the value or for similar names.

    Args:
        text: the text of the ValidationError.
        whole: the name to report for the value itself.
    """
    unknown = _odd_object(text)
    if unknown is not None and " - at " not in text:
        return FieldError(_shown(unknown[2]), "is not a field of the API")
    path = _path(text)
    return FieldError(_shown(path[1]) if path else whole, _in_words(text))


def one_of(choices: Sequence[str]) -> str:
    """Return the values among which a field must be, for a sentence."""
    return " or ".join(choices) if len(choices) <= _FEW else f"one of {', '.join(choices)}"


def has_nul(value: Any) -> bool:
    """Return whether any text in `value` contains a NUL character, which PostgreSQL cannot store."""
    waiting = [value]  # no recursion: the decoder accepts values nested deeper than Python's own stack
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting += item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return False


def _faults(
    value: dict[str, Any], fields: dict[str, Any], *, ignore_unknown: bool, strict: bool
) -> Iterator[FieldError]:
    for name, given in value.items():
        if name not in fields:
            if not ignore_unknown:
                shown = _shown(name)
                yield FieldError(shown, _unknown(shown, list(fields)))
        elif has_nul(given):
            yield FieldError(name, "must not contain a NUL character")
        else:
            yield from _misfits(name, given, fields[name], strict=strict)


def _misfits(name: str, given: Any, wanted: Any, *, strict: bool) -> Iterator[FieldError]:
    text = _misfit(given, wanted, strict=strict)
    if text is None:
        return
    if text.startswith("Invalid enum value"):
        yield FieldError(name, f"must be {one_of(_choices(wanted))}")
        return
    if " - at `" not in text:
        if strict:
            yield FieldError(name, _in_words(text))
        else:  # in a query no value is null, and every one is a string
            yield FieldError(name, _in_words(text.replace(" | null", "")).removesuffix(_TEXT))
        return
    for place, part in _parts(name, given):
        fault = _misfit(part, wanted, strict=strict)
        if fault is not None:
            deeper = _deeper(fault)
            yield FieldError(place + (deeper[1] if deeper else ""), _in_words(fault))


def _parts(name: str, given: Any) -> list[tuple[str, Any]]:
    """Return the parts of an array or object, each alone in a container so that the same type judges it."""
    if isinstance(given, list):
        return [(f"{name}[{place}]", [item]) for place, item in enumerate(given)]
    return [(f"{name}.{_shown(label)}", {label: item}) for label, item in given.items()]


def _misfit(given: Any, wanted: Any, *, strict: bool) -> str | None:
    """Return msgspec's error for a value that does not fit, with the path to the part at fault; None if it fits."""
    try:
        msgspec.convert(given, wanted, strict=strict)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _choices(wanted: Any) -> list[str]:
    """Return the texts of the `Literal` in a type."""
    return [wanted] if isinstance(wanted, str) else [text for part in get_args(wanted) for text in _choices(part)]


def _in_words(text: str) -> str:
    odd = _odd_object(text)
    if odd is not None:
        return (
            f"must have {odd[2]}" if odd[1] == "missing required" else f"has {odd[2]}, which is not a field of the API"
        )
    match = _expected.fullmatch(text)
    if match is None:
        return f"is not valid: {text}"
    wanted, got, length_is, length, value_is, value = match.groups()
    kind = wanted.split(" | ")[0]
    if length:
        unit = {"str": "characters", "array": "items", "object": "entries"}.get(kind, "long")
        return "must be empty, or left out" if length == "0" else f"must have {_BOUNDS[length_is]} {length} {unit}"
    if value:
        return f"must be {_BOUNDS[value_is]} {value.removesuffix('.0')}"
    names = " or ".join(_JSON_NAMES.get(one, one) for one in wanted.split(" | "))
    return f"must be {names}, not {_JSON_NAMES.get(got, got)}"


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return "is not a field of the API: this request has none"
    near = _other_name(name, known) or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    fix = f"did you mean {current_name(near[0])}?" if near else f"the fields are {', '.join(_current(known))}"
    return f"is not a field of the API: {fix}"


def _other_name(name: str, known: Sequence[str]) -> list[str]:
    """Return what a route calls the number that another calls by this name; an empty list if it is no such name."""
    return [each for each in _NUMBERS if each in known][:1] if name in _NUMBERS else []


def _current(known: list[str]) -> list[str]:
    return sorted({current_name(name) for name in known})


def _shown(name: str, longest: int = 64) -> str:
    return name if len(name) <= longest else f"{name[:longest]}…"


def _json_name(value: Any) -> str:
    kinds = {bool: "bool", str: "str", int: "int", float: "float", list: "array", dict: "object", type(None): "null"}
    return _JSON_NAMES[kinds[type(value)]]
