"""From bytes to the shapes of wire.py, and from what does not fit to errors that name the field and the mend.

A body that fits is decoded once, straight into its shape. Only one that does not is decoded a second time, without a
shape, to say everything that is wrong with it instead of the first thing.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET

from numberkeep.domain.errors import FieldError, InvalidInput, MissingFields
from numberkeep.domain.limits import MAX_ERRORS
from numberkeep.http.legacy_names import settling, taking_old_names
from numberkeep.http.validation_errors import has_nul, validation_errors
from numberkeep.http.wire import BulkBody, BulkRow

S = TypeVar("S", bound=msgspec.Struct)

_MAX_QUERY_FIELDS: Final = 200
_NUL: Final = b"\\u0000"  # JSON has no other way to write it: a raw one is a syntax error


class _Shape(Generic[S]):
    """A shape with the older names of its fields, ready to decode."""

    def __init__(self, struct: type[S], *, ignore_unknown: bool) -> None:
        self.type = taking_old_names(struct, ignore_unknown=ignore_unknown)
        self.decode = msgspec.json.Decoder(self.type).decode
        self.settle = settling(self.type)

    def convert(self, value: Any) -> S:
        """What the plain JSON `value` is in this shape."""
        return self.settle(msgspec.convert(value, self.type))


class Decoder:
    """Decodes request bodies and queries.

    Args:
        ignore_unknown: drop fields that no version of the API has, instead of refusing them.
    """

    def __init__(self, *, ignore_unknown: bool) -> None:
        self._ignore_unknown = ignore_unknown
        self._shape = cache(partial(_Shape, ignore_unknown=ignore_unknown))

    def body(self, data: bytes, shape: type[S]) -> S:
        """The body of a request.

        Raises:
            InvalidInput: it is not JSON, or does not fit the shape.
        """
        return self._decode(data, shape, plain=_NUL not in data)

    def loosely(self, data: bytes, shape: type[S]) -> S:
        """The body of a request from elsewhere, which may have fields that nobody has told of.

        Raises:
            InvalidInput: it is not JSON, or does not fit the shape.
        """
        return self.taken(_any(data), shape)

    def taken(self, value: Any, shape: type[S]) -> S:
        """What `value`, from elsewhere too, is in this shape: JSON that is decoded already, or a form.

        Raises:
            InvalidInput: it does not fit the shape.
        """
        self._refuse(validation_errors(value, shape, ignore_unknown=True))
        return msgspec.convert(value, shape)

    def bulk_rows(self, data: bytes) -> tuple[list[tuple[int, BulkRow]], list[FieldError]]:
        """The rows of a bulk request that can be read, with their places, and what is wrong with the others.

        Raises:
            InvalidInput: it is not JSON, or no list of rows.
        """
        given = self._decode(data, BulkBody, plain=True).contacts
        if given is UNSET or given is None:
            raise MissingFields("contacts")
        shape: _Shape[BulkRow] = self._shape(BulkRow)
        suspect = _NUL in data
        good: list[tuple[int, BulkRow]] = []
        bad: list[FieldError] = []
        for index, row in enumerate(given):
            try:
                if suspect and has_nul(row):
                    self._refuse(self._errors_of(row, shape, most=1))
                good.append((index, shape.convert(row)))
            except (msgspec.ValidationError, InvalidInput):
                number = row.get("phone") if isinstance(row, dict) else None
                phone = number if isinstance(number, str) else None
                errors = self._errors_of(row, shape, whole="row", most=max(1, MAX_ERRORS - len(bad)))
                bad += [error.in_row(index, phone) for error in errors]
        return good, bad

    def query(self, query: bytes, shape: type[S]) -> S:
        """The query of a request.

        Raises:
            InvalidInput: a parameter is unknown or its value does not fit.
        """
        if not query:
            return shape()
        lists = {field.name for field in msgspec.structs.fields(shape) if field.type == list[str]}
        values: dict[str, Any] = {}
        for name, value in query_pairs(query):
            if name in lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        self._refuse(validation_errors(values, shape, ignore_unknown=self._ignore_unknown, strict=False))
        return msgspec.convert(values, shape, strict=False)

    def _decode(self, data: bytes, struct: type[S], *, plain: bool) -> S:
        shape: _Shape[S] = self._shape(struct)
        if plain:
            try:
                return shape.settle(shape.decode(data))
            except (msgspec.ValidationError, RecursionError):
                pass  # explained below
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise _not_json(data, error) from None
        value = _any(data)
        self._refuse(self._errors_of(value, shape))
        return shape.convert(value)

    def _errors_of(
        self, value: Any, shape: _Shape[Any], whole: str = "body", most: int = MAX_ERRORS
    ) -> list[FieldError]:
        return validation_errors(value, shape.type, ignore_unknown=self._ignore_unknown, whole=whole, most=most)

    @staticmethod
    def _refuse(errors: Sequence[FieldError]) -> None:
        if errors:
            raise InvalidInput(f"{errors[0].field} {errors[0].message}", errors)


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """The names and values of a query, escaped or in plain UTF-8.

    Raises:
        InvalidInput: there are too many.
    """
    try:
        return parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS)
    except ValueError:
        raise InvalidInput(f"more than {_MAX_QUERY_FIELDS} query parameters") from None


def _any(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise InvalidInput("the body is nested too deep: no field of the API is deeper than two levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(data, error) from None


def _not_json(data: bytes, error: Exception) -> InvalidInput:
    reason = str(error) if data else "it is empty"
    return InvalidInput(f"the body must be a JSON object in UTF-8: {reason}")
