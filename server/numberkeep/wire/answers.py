"""Answers that several operations share, and the shape of every error."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import DEFAULT_PAGE, MAX_PAGE
from numberkeep.wire.field_types import Limit


class Nothing(msgspec.Struct):
    """The input of an operation that takes none, and the query of one that has none.

    Decoding a query into it refuses every parameter, so that a mistyped filter does not go unnoticed.
    """


class LimitParams(msgspec.Struct, kw_only=True):
    """How many rows a listing returns."""

    limit: Limit | None = None


class StatusOut(msgspec.Struct):
    """The operation succeeded, and there is nothing more to say."""

    status: Literal["OK"] = "OK"


class AmountAnswer(msgspec.Struct):
    """How many contacts were deleted, or how many deliveries are retried."""

    amount: int
    status: Literal["OK"] = "OK"


class FieldErrorOut(msgspec.Struct):
    """What is wrong with one field; `index` and `phone` only in answers to a bulk request."""

    field: str
    message: str
    index: int | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class ErrorOut(msgspec.Struct, kw_only=True):
    """Every error of every route."""

    status: Literal["ERROR"] = "ERROR"
    message: str
    errors: Sequence[FieldErrorOut] | UnsetType = UNSET
    request_id: str


def page_size(limit: int | None) -> int:
    """Return the number of rows to read for a `limit` as a request sends it."""
    return min(limit or DEFAULT_PAGE, MAX_PAGE)


def field_error_out(error: FieldError) -> FieldErrorOut:
    """Return the wire's form of a field error."""
    return FieldErrorOut(
        error.field,
        error.message,
        UNSET if error.index is None else error.index,
        UNSET if error.phone is None else error.phone,
    )


def invalid(*errors: FieldError) -> InvalidInput:
    """Return the error for fields that are not valid; its message is a sentence on the first."""
    sentence = f"`{errors[0].field}` {errors[0].message}"
    return InvalidInput(sentence if sentence.endswith("?") else f"{sentence}.", errors)
