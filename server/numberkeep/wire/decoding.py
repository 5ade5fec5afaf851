"""Reads bytes and values into shapes, and reports what does not fit by field.

A body that fits is decoded once, straight into its shape. Only one that does not is decoded a second time, without a
shape, to report all that is wrong with it instead of the first fault (docs/adr/0005-errors-explained-late.md).
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any, Final, Generic, TypeVar, get_origin

import msgspec
from msgspec import UNSET

from numberkeep.domain.errors import FieldError, InvalidInput, MissingFields
from numberkeep.domain.limits import MAX_ERRORS
from numberkeep.wire.answers import invalid
from numberkeep.wire.contacts import BulkBody, BulkRow, BulkRows
from numberkeep.wire.legacy_names import settling, taking_old_names
from numberkeep.wire.validation_errors import has_nul, validation_errors

S = TypeVar("S", bound=msgspec.Struct)

_BOM: Final = b"\xef\xbb\xbf"
_NULL: Final = "must not be null: leave it out"
_NUL: Final = b"\\u0000"  # JSON has no other way to write it: a raw one is a syntax error


class _Body(Generic[S]):
    """A shape that also accepts older names of its fields, ready to decode JSON."""

    def __init__(self, struct: type[S], *, ignore_unknown: bool) -> None:
        self.type = taking_old_names(struct, ignore_unknown=ignore_unknown)
        self.decode = msgspec.json.Decoder(self.type).decode
        self.settle = settling(self.type)

    def convert(self, value: Any) -> S:
        """Return the plain JSON `value` in this shape."""
        return self.settle(msgspec.convert(value, self.type))


class _Params(Generic[S]):
    """A shape whose fields arrive as texts, ready to convert them."""

    def __init__(self, struct: type[S], *, ignore_unknown: bool) -> None:
        fields = msgspec.structs.fields(struct)
        self.lists = frozenset(field.name for field in fields if get_origin(field.type) is list)
        self.type: type[S] = struct
        if not ignore_unknown:  # defstruct's own type forgets its bases
            self.type = msgspec.defstruct(struct.__name__, (), bases=(struct,), forbid_unknown_fields=True)  # type: ignore[assignment]


class Decoder:
    """Decodes the input of operations.

    Args:
        ignore_unknown: drop fields that no version of the API has, instead of refusing them.
    """

    def __init__(self, *, ignore_unknown: bool) -> None:
        self._ignore_unknown = ignore_unknown
        self._body = cache(partial(_Body, ignore_unknown=ignore_unknown))
        self._params = cache(partial(_Params, ignore_unknown=ignore_unknown))

    def body(self, data: bytes, shape: type[S]) -> S:
        """Return a JSON document in this shape. Like every document here, it may begin with a byte order mark.

        Raises:
            InvalidInput: it is not JSON, or does not fit the shape.
        """
        return self._decode(data, shape, plain=_NUL not in data)

    def rows(self, data: bytes) -> BulkRows:
        """Return the rows of a BulkBody.

        Raises:
            InvalidInput: it is not JSON, or not a list of rows.
        """
        given = self._decode(data, BulkBody, plain=True).contacts
        if given is UNSET or given is None:
            raise MissingFields("contacts")
        shape: _Body[BulkRow] = self._body(BulkRow)
        suspect = _NUL in data
        good: list[tuple[int, BulkRow]] = []
        bad: list[FieldError] = []
        for index, row in enumerate(given):
            try:
                if suspect and has_nul(row):
                    _refuse(self._errors_of(row, shape, most=1))
                good.append((index, shape.convert(row)))
            except (msgspec.ValidationError, InvalidInput):
                number = row.get("phone") if isinstance(row, dict) else None
                phone = number if isinstance(number, str) else None
                errors = self._errors_of(row, shape, whole="row", most=max(1, MAX_ERRORS - len(bad)))
                bad += [error.in_row(index, phone) for error in errors]
        return BulkRows(good, bad)

    def params(self, pairs: Iterable[tuple[str, str]], shape: type[S]) -> S:
        """Return named texts, such as the parameters of a query, in this shape; of repeated names the last counts.

        Raises:
            InvalidInput: a name is unknown, or its value does not fit.
        """
        ready: _Params[S] = self._params(shape)
        values: dict[str, Any] = {}
        nul = False
        for name, value in pairs:
            nul = nul or "\0" in value
            if name in ready.lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        if not nul:
            try:
                found = msgspec.convert(values, ready.type, strict=False)
            except msgspec.ValidationError:
                pass  # reported below
            else:  # msgspec reads the text `null` as None, and a filter without effect would go unnoticed
                _refuse([FieldError(name, _NULL) for name in values if getattr(found, name, "") is None])
                return found
        _refuse(validation_errors(values, shape, ignore_unknown=self._ignore_unknown, strict=False))
        return msgspec.convert(values, ready.type, strict=False)

    def _decode(self, data: bytes, struct: type[S], *, plain: bool) -> S:
        shape: _Body[S] = self._body(struct)
        data = data.removeprefix(_BOM)  # Windows tools write one
        if plain:
            try:
                return shape.settle(shape.decode(data))
            except (msgspec.ValidationError, RecursionError):
                pass  # reported below
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _not_json(data, error) from None
        value = _plain(data)
        _refuse(self._errors_of(value, shape))
        return shape.convert(value)

    def _errors_of(
        self, value: Any, shape: _Body[Any], whole: str = "body", most: int = MAX_ERRORS
    ) -> list[FieldError]:
        return validation_errors(value, shape.type, ignore_unknown=self._ignore_unknown, whole=whole, most=most)


def decode_loosely(data: bytes, shape: type[S]) -> S:
    """Return a JSON document of another service in this shape; fields that the shape does not have are ignored.

    Raises:
        InvalidInput: it is not JSON, or does not fit the shape.
    """
    return convert_loosely(_plain(data.removeprefix(_BOM)), shape)


def convert_loosely(value: Any, shape: type[S]) -> S:
    """Return a decoded value of another service in this shape, likewise.

    Raises:
        InvalidInput: it does not fit the shape.
    """
    _refuse(validation_errors(value, shape, ignore_unknown=True))
    return msgspec.convert(value, shape)


def _refuse(errors: Sequence[FieldError]) -> None:
    if errors:
        raise invalid(*errors)


def _plain(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise InvalidInput("The body is nested too deep: no field of the API is deeper than two levels.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(data, error) from None


def _not_json(data: bytes, error: Exception) -> InvalidInput:
    reason = str(error) if data else "it is empty"
    return InvalidInput(f"The body must be a JSON object in UTF-8: {reason}.")
