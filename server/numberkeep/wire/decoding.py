"""Reads bytes and values into shapes, and reports what does not fit by field.

A body that fits is decoded once, straight into its shape. Only one that does not is decoded a second time, without a
shape, to report all that is wrong with it instead of the first fault (docs/adr/0005-errors-explained-late.md).
"""

import re
from collections.abc import Generator, Iterable, Sequence
from functools import cache, partial
from typing import Annotated, Any, Final, Generic, TypeVar, get_origin

import msgspec
from msgspec import UNSET

from numberkeep.domain.errors import FieldError, InvalidInput, MissingFields
from numberkeep.domain.limits import MAX_BULK_COMMAS, MAX_BULK_ROWS, MAX_ERRORS
from numberkeep.wire.answers import invalid
from numberkeep.wire.contacts import BulkBody, BulkRow, BulkRows
from numberkeep.wire.legacy_names import settling, taking_old_names
from numberkeep.wire.validation_errors import first_fault, has_nul, validation_errors

S = TypeVar("S", bound=msgspec.Struct)

_BOM: Final = b"\xef\xbb\xbf"
_NULL: Final = "must not be null: leave it out"
_NUL: Final = b"\\u0000"  # JSON has no other way to write it: a raw one is a syntax error
_SLICE_ROWS: Final = 16
"""Rows of a bulk request that are decoded without a break."""


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

    def rows(self, data: bytes) -> Generator[None, None, BulkRows]:
        """Return the rows of a BulkBody, after any number of slices of work, each of which ends with a yield.

        Each row is decoded by itself from its own bytes, so that no more than one row is ever held as plain JSON. The
        first MAX_ERRORS faults are explained in full, and of every further bad row its first fault in short.

        Raises:
            InvalidInput: it is not JSON, or not a list of rows.
        """
        shape: _Body[BulkRow] = self._body(BulkRow)
        suspect = _NUL in data
        good: list[tuple[int, BulkRow]] = []
        bad: list[FieldError] = []
        for index, raw in enumerate(self._raw_rows(data)):
            if index % _SLICE_ROWS == 0:
                yield
            try:
                row = shape.settle(shape.decode(raw))
            except msgspec.ValidationError as error:
                if len(bad) < MAX_ERRORS:
                    bad += self._errors_of_row(index, raw, shape, most=MAX_ERRORS - len(bad))
                else:
                    bad.append(first_fault(str(error), "row").in_row(index, _phone_in(raw)))
            except RecursionError:
                raise _too_deep() from None
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _not_json(raw, error) from None
            else:
                errors = []
                if suspect and has_nul(msgspec.json.decode(raw)):
                    errors = self._errors_of_row(index, raw, shape, most=max(1, MAX_ERRORS - len(bad)))
                    bad += errors
                if not errors:
                    good.append((index, row))
        return BulkRows(good, bad)

    def _raw_rows(self, data: bytes) -> Sequence[msgspec.Raw]:
        if data.count(b",") > MAX_BULK_COMMAS:
            raise InvalidInput(f"The body has more than {MAX_BULK_COMMAS:,} commas: send fewer rows in one request.")
        data = data.removeprefix(_BOM)
        shape: _Body[BulkBody] = self._body(BulkBody)
        try:
            given = shape.decode(data).contacts
        except (msgspec.ValidationError, RecursionError):
            _refuse(self._errors_of(_stand_ins(data), shape))
            raise _too_deep() from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _not_json(data, error) from None
        if given is UNSET or given is None:
            raise MissingFields("contacts")
        return given

    def _errors_of_row(self, index: int, raw: msgspec.Raw, shape: _Body[BulkRow], most: int) -> list[FieldError]:
        value = _plain(raw)
        phone = value.get("phone") if isinstance(value, dict) else None
        errors = self._errors_of(value, shape, whole="row", most=most)
        return [error.in_row(index, phone if isinstance(phone, str) else None) for error in errors]

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


class _PhoneOnly(msgspec.Struct):
    phone: Any = None


_decode_phone: Final = msgspec.json.Decoder(_PhoneOnly).decode
_decode_members: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_first_character: Final = re.compile(rb"\s*(.)", re.DOTALL).match
_STAND_INS: Final[dict[bytes, Any]] = {b"[": [], b"{": {}, b'"': ""}
_TOO_LONG: Final = [msgspec.Raw(b"0")] * (MAX_BULK_ROWS + 1)
_decode_rows: Final = msgspec.json.Decoder(Annotated[list[msgspec.Raw], msgspec.Meta(max_length=MAX_BULK_ROWS)]).decode


def _phone_in(raw: msgspec.Raw) -> str | None:
    """Return the number in a row that does not fit; None if it has no text there."""
    try:
        phone = _decode_phone(raw).phone
    except (msgspec.DecodeError, RecursionError):
        return None
    return phone if isinstance(phone, str) else None


def _stand_ins(data: bytes) -> Any:
    """Return a bulk body that does not fit with small values of the same kinds in the place of its own.

    Those may be huge, and the explanation needs no more than their kinds, and whether an array is too long.
    """
    try:
        members = _decode_members(data)
    except msgspec.ValidationError:
        return _stand_in(data)
    except RecursionError:
        raise _too_deep() from None
    return {name: _stand_in(bytes(value)) for name, value in members.items()}


def _stand_in(data: bytes) -> Any:
    found = _first_character(data)
    first = found[1] if found else b""
    if first == b"[":
        try:
            _decode_rows(data)
        except msgspec.ValidationError:
            return _TOO_LONG
        except RecursionError:
            raise _too_deep() from None
    return _STAND_INS[first] if first in _STAND_INS else _plain(data)


def _too_deep() -> InvalidInput:
    return InvalidInput("The body is nested too deep: no field of the API is deeper than two levels.")


def _plain(data: bytes | msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(data, error) from None


def _not_json(data: bytes | msgspec.Raw, error: Exception) -> InvalidInput:
    reason = str(error) if data else "it is empty"
    return InvalidInput(f"The body must be a JSON object in UTF-8: {reason}.")
