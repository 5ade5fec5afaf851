"""The one table of the answers to errors, and the errors that only HTTP has."""

import logging
import traceback
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from numberkeep.domain.errors import (
    AccountNotFound,
    AttemptNotFound,
    ContactExists,
    ContactNotFound,
    ConversationNotFound,
    IdempotencyKeyReused,
    InvalidCredentials,
    InvalidInput,
    KeyNotFound,
    MessageNotFound,
    NoSuchEvent,
    NotSimulated,
    NumberkeepError,
    ReadOnlyKey,
    RecipientOptedOut,
    ReplyUnderReview,
    ReviewDecided,
    ReviewNotFound,
    StoreBusy,
    StoreDamaged,
    StoreFull,
    StoreUnavailable,
    StoreUnsure,
    TemporaryFileFailed,
    VerificationTooSoon,
    WebhookNotFound,
)
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.http.answer import Answer, Headers, encode
from numberkeep.service.inbound import NotSigned
from numberkeep.wire.answers import ErrorOut, field_error_out

_log = logging.getLogger("numberkeep.http")

_CLOSE: Final[Headers] = ((b"connection", b"close"),)
"""The rest of the body may not be read, so the connection cannot serve another request."""
_NO_RETRY: Final[Headers] = ((b"x-should-retry", b"false"),)
"""Clients retry a 409 and a 501 unless told otherwise, and a 429 after its time, when the message would be late."""
_SOON: Final[Headers] = ((b"retry-after", b"1"),)


CLIENT_GONE: Final = 499
"""The status of a request whose client went away before its answer."""


class HttpError(Exception):
    """An error that the domain does not know.

    Args:
        status: the HTTP status.
        message: the text for the client.
        headers: additional headers.
    """

    def __init__(self, status: int, message: str, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class AccountBusy(HttpError):
    """The account has too much under way."""

    def __init__(self, kind: str) -> None:
        message = f"This account has too many {kind} under way: retry when some of them have ended."
        super().__init__(429, message, (*_SOON, *_CLOSE))


class BodyBroken(HttpError):
    """The body ended early or its chunks are not valid; the server does not distinguish them."""

    def __init__(self) -> None:
        message = "The body is incomplete, or its chunked encoding is not valid: send it whole."
        super().__init__(400, message, _CLOSE)


class BodyEncoded(HttpError):
    """The body is compressed, and its size cannot be bounded before it is decompressed."""

    def __init__(self, encoding: str) -> None:
        super().__init__(415, f"Content-Encoding {encoding[:64]} is not supported: send the body uncompressed.")


class BodyInPieces(HttpError):
    """The body has too many chunks, each of which costs time."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The body arrived in more than {limit} chunks: send larger ones.", _CLOSE)


class BodyTooLarge(HttpError):
    """The body is larger than the route accepts."""

    def __init__(self, limit: int) -> None:
        message = f"The body is larger than {limit} bytes: send less in one request."
        super().__init__(413, message, _CLOSE)


class BodyTooSlow(HttpError):
    """The body did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        message = f"The body did not arrive within {seconds:g} s: send it faster, or less of it."
        super().__init__(408, message, _CLOSE)


class ClientGone(HttpError):
    """The client has disconnected: nobody reads this, but it is logged and counted."""

    def __init__(self) -> None:
        super().__init__(CLIENT_GONE, "The client has disconnected.", _CLOSE)


class MethodNotAllowed(HttpError):
    """The path has no operation for this method."""

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        names = ", ".join(sorted(allowed))
        super().__init__(405, f"{method} is not supported here: use {names}.", ((b"allow", names.encode()),))


class NoCredentials(HttpError):
    """A request without both key headers."""

    def __init__(self) -> None:
        super().__init__(403, "Did not get inputs for authorization")


class NotFound(HttpError):
    """No route has this path."""

    def __init__(self, path: str) -> None:
        message = f"There is no {path}: see /openapi.json for the paths; contacts are at /api/v2/contacts."
        super().__init__(404, message)


class NotServed(HttpError):
    """The hosted API has the path, and numberkeep does not.

    Args:
        missing: what numberkeep does not have, then `:` and what to do instead.
    """

    def __init__(self, missing: str) -> None:
        super().__init__(501, f"numberkeep does not have {missing}.", _NO_RETRY)


class ServiceBusy(HttpError):
    """The process has too much under way, of all accounts together."""

    def __init__(self) -> None:
        message = "The service has too many large requests and answers under way: retry in a second."
        super().__init__(503, message, (*_SOON, (b"connection", b"close")))


class _Line(NamedTuple):
    """The answer to a class of errors, unless an earlier line has it. `description` is for the OpenAPI document."""

    error: type[NumberkeepError]
    status: int
    message: str | Callable[[NumberkeepError], str]
    description: str = ""
    headers: Headers = ()


_LATER: Final[Headers] = ((b"retry-after", b"5"),)

_TABLE: Final = (
    _Line(InvalidInput, 400, str, "A field is not valid; `errors` names it."),
    _Line(InvalidCredentials, 401, "Invalid Credentials", "The key is unknown or revoked, or the secret is wrong."),
    _Line(
        ReadOnlyKey,
        403,
        "This API key is read-only: use a key that may make changes.",
        "The key is read-only.",
        _NO_RETRY,
    ),
    _Line(NotSigned, 401, str, "The key, the signing secret or the signature is wrong."),
    _Line(ContactNotFound, 404, "Contact not found", "There is no contact with this number."),
    _Line(ContactExists, 409, "Contact already exists", "The contact exists.", _NO_RETRY),
    _Line(RecipientOptedOut, 409, "Recipient has opted out", "The recipient has opted out.", _NO_RETRY),
    _Line(ReplyUnderReview, 409, str, "A reply of the recipient is unclear and not decided yet.", _NO_RETRY),
    _Line(ReviewNotFound, 404, "There is no review of this number", "There is no review with this id."),
    _Line(ReviewDecided, 409, str, "Another decision was made before.", _NO_RETRY),
    _Line(JobNotFound, 404, str, "There is no import or action with this id."),
    _Line(
        JobConflict,
        409,
        str,
        "The state of the import or action does not allow it; `message` says what to do.",
        _NO_RETRY,
    ),
    _Line(TooManyUploads, 409, str, "The account's imports or exports keep too many files.", _NO_RETRY),
    _Line(AccountNotFound, 404, "There is no account of this name", "There is no account of the name in `account`."),
    _Line(WebhookNotFound, 404, "There is no webhook of this number", "There is no webhook with this id."),
    _Line(KeyNotFound, 404, "There is no key with this id", "There is no key with this id."),
    _Line(
        ConversationNotFound,
        404,
        "This is not a phone number: write it in E.164 form, for example +14155552671",
        "It is not a phone number.",
    ),
    _Line(AttemptNotFound, 404, "This attempt is not kept", "The webhook has no attempt with this id."),
    _Line(NotSimulated, 409, str, "A carrier is connected, so replies are not simulated.", _NO_RETRY),
    _Line(MessageNotFound, 404, "Message not found", "There is no message with this handle."),
    _Line(NoSuchEvent, 410, str, "The position is outside the retained log; `message` says where to start."),
    _Line(
        IdempotencyKeyReused,
        409,
        "The Idempotency-Key was used for another request: use a new key.",
        "The `Idempotency-Key` was used for another request.",
        _NO_RETRY,
    ),
    _Line(
        VerificationTooSoon,
        429,
        lambda error: f"A verification message was sent a moment ago: {error}.",
        "A verification message was sent a moment ago; `Retry-After` says when to retry.",
        _NO_RETRY,
    ),
    _Line(StoreBusy, 503, "Too many writes are waiting: retry in a second.", headers=_SOON),
    _Line(
        StoreUnsure,
        503,
        "The database connection was lost during commit; the change may or may not have been saved.",
        headers=_LATER,
    ),
    _Line(
        StoreDamaged,
        503,
        "The database is damaged: its operator has to run `numberkeep check` and restore a backup.",
        headers=_NO_RETRY,
    ),
    _Line(StoreFull, 503, "The disk of the database is full: its operator has to free space.", headers=_LATER),
    _Line(
        TemporaryFileFailed,
        503,
        "The service has no room for temporary files: its operator has to free space, or to set TMPDIR.",
        headers=_LATER,
    ),
    _Line(
        StoreUnavailable,
        503,
        "The database cannot be reached: retry in a few seconds.",
        "The database is busy or cannot be reached; `Retry-After` says when to retry.",
        _LATER,
    ),
)


class Problem(NamedTuple):
    """An error as clients see it."""

    status: int
    message: str
    headers: Headers


def problem_of(error: Exception) -> Problem | None:
    """Return an expected error as clients see it; None for any other."""
    if isinstance(error, HttpError):
        return Problem(error.status, error.message, error.headers)
    line = next((line for line in _TABLE if isinstance(error, line.error)), None)
    if line is None or not isinstance(error, NumberkeepError):
        return None
    return Problem(line.status, line.message if isinstance(line.message, str) else line.message(error), line.headers)


def error_answer(error: Exception, request_id: str) -> Answer | None:
    """Return the answer for an expected error; None for any other."""
    known = problem_of(error)
    if known is None:
        return None
    body = ErrorOut(message=known.message, request_id=request_id)
    headers = known.headers
    if isinstance(error, InvalidInput) and error.fields:
        body.errors = [field_error_out(field) for field in error.fields]
    if isinstance(error, VerificationTooSoon):
        headers = ((b"retry-after", b"%d" % error.retry_after), *headers)
    return Answer(known.status, encode(body), headers)


def plain_error(status: int, message: str, request_id: str, headers: Headers = ()) -> Answer:
    """Return an error in the one shape that all errors have."""
    return Answer(status, encode(ErrorOut(message=message, request_id=request_id)), headers)


def log_unexpected(error: Exception, request_id: str) -> None:
    """Log an error that nobody expected, without its text, which may contain a number or a name."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("request %s failed with %s\n%s", request_id, type(error).__name__, where)


def described(error: type[NumberkeepError]) -> tuple[int, str]:
    """Return the status of an error and its description for the OpenAPI document."""
    line = next(line for line in _TABLE if issubclass(error, line.error))
    return line.status, line.description
