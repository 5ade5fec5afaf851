"""The one table of what an HTTP client is told of each error, and the errors that only HTTP has."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from numberkeep.domain.errors import (
    AccountNotFound,
    ContactExists,
    ContactNotFound,
    IdempotencyKeyReused,
    InvalidCredentials,
    InvalidInput,
    NoSuchEvent,
    NumberkeepError,
    RecipientOptedOut,
    StoreBusy,
    StoreUnavailable,
    StoreUnsure,
    VerificationTooSoon,
    WebhookNotFound,
)
from numberkeep.http.answer import Answer, Headers
from numberkeep.http.wire import ErrorOut, field_error_out


class HttpError(Exception):
    """An error that the domain knows nothing of.

    Args:
        status: the HTTP status.
        message: what the client is told.
        headers: further headers.
    """

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class BodyEncoded(HttpError):
    """The body is compressed, and nothing here says how large it would become."""

    def __init__(self, encoding: str) -> None:
        super().__init__(415, f"Content-Encoding {encoding[:64]} is not taken: send the body as it is")


class BodyTooLarge(HttpError):
    """The body is larger than the route takes."""

    def __init__(self, limit: int) -> None:
        mend = f"the body is larger than {limit} bytes: send less in one request"
        # What the client is still sending is not read, so the connection cannot serve another request.
        super().__init__(413, mend, ((b"connection", b"close"),))


class BodyTooSlow(HttpError):
    """The body did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(408, f"the body did not arrive within {seconds:g} s", ((b"connection", b"close"),))


class MethodNotAllowed(HttpError):
    """The path has no operation for this method."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        names = ", ".join(sorted(allowed))
        super().__init__(405, f"{method} is not possible here: use {names}", ((b"allow", names.encode()),))


class NotSigned(HttpError):
    """A carrier's request without the proof that it comes from the carrier."""

    def __init__(self, mend: str) -> None:
        super().__init__(401, mend)


class NoCredentials(HttpError):
    """A request without both key headers."""

    def __init__(self) -> None:
        super().__init__(403, "Did not get inputs for authorization")


_NO_RETRY: Final[Headers] = ((b"x-should-retry", b"false"),)
"""Clients try a 409 again unless they are told, and a 429 after its time: then a refused message would be sent late."""
_LATER: Final[Headers] = ((b"retry-after", b"5"),)

_TABLE: Final[list[tuple[type[NumberkeepError], int, Callable[[NumberkeepError], str], Headers]]] = [
    (InvalidInput, 400, str, ()),
    (InvalidCredentials, 401, lambda _: "Invalid Credentials", ()),
    (ContactNotFound, 404, lambda _: "Contact not found", ()),
    (ContactExists, 409, lambda _: "Contact already exists", _NO_RETRY),
    (RecipientOptedOut, 409, lambda _: "Recipient has opted out", _NO_RETRY),
    (AccountNotFound, 404, lambda _: "There is no account of this name", ()),
    (WebhookNotFound, 404, lambda _: "There is no webhook of this number", ()),
    (NoSuchEvent, 410, str, ()),
    (IdempotencyKeyReused, 409, lambda _: "The Idempotency-Key came with another request before", _NO_RETRY),
    (VerificationTooSoon, 429, lambda error: f"A verification was sent a moment ago: {error}", _NO_RETRY),
    (StoreBusy, 503, lambda _: "Too many writes are waiting: try again", ((b"retry-after", b"1"),)),
    (StoreUnsure, 503, lambda _: "The store was lost in the middle, so the change may have been made", _LATER),
    (StoreUnavailable, 503, lambda _: "The store cannot be reached: try again", _LATER),
]

_encode = msgspec.json.Encoder().encode


def error_answer(error: Exception, request_id: str) -> Answer | None:
    """The answer for an error that is expected; None for one that is not."""
    if isinstance(error, HttpError):
        return plain_error(error.status, error.message, request_id, error.headers)
    for kind, status, message, headers in _TABLE:
        if isinstance(error, kind):
            body = ErrorOut(message=message(error), request_id=request_id)
            if isinstance(error, InvalidInput) and error.fields:
                body.errors = [field_error_out(field) for field in error.fields]
            if isinstance(error, VerificationTooSoon):
                return Answer(status, _encode(body), ((b"retry-after", b"%d" % error.retry_after), *headers))
            return Answer(status, _encode(body), headers)
    return None


def plain_error(status: int, message: str, request_id: str, headers: Headers = ()) -> Answer:
    """An error in the one shape that all have."""
    return Answer(status, _encode(ErrorOut(message=message, request_id=request_id)), headers)
