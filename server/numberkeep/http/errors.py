"""The one table of the answers to errors."""

import logging
import traceback
from collections.abc import Callable
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
from numberkeep.http.request_errors import (
    NO_RETRY,
    SOON,
    HttpError,
)
from numberkeep.service.inbound import NotSigned
from numberkeep.wire.answers import ErrorOut, field_error_out

_log = logging.getLogger("numberkeep.http")


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
        NO_RETRY,
    ),
    _Line(NotSigned, 401, str, "The key, the signing secret or the signature is wrong."),
    _Line(ContactNotFound, 404, "Contact not found", "There is no contact with this number."),
    _Line(ContactExists, 409, "Contact already exists", "The contact exists.", NO_RETRY),
    _Line(RecipientOptedOut, 409, "Recipient has opted out", "The recipient has opted out.", NO_RETRY),
    _Line(ReplyUnderReview, 409, str, "A reply of the recipient is unclear and not decided yet.", NO_RETRY),
    _Line(ReviewNotFound, 404, "There is no review of this number", "There is no review with this id."),
    _Line(ReviewDecided, 409, str, "Another decision was made before.", NO_RETRY),
    _Line(JobNotFound, 404, str, "There is no import or action with this id."),
    _Line(
        JobConflict,
        409,
        str,
        "The state of the import or action does not allow it; `message` says what to do.",
        NO_RETRY,
    ),
    _Line(TooManyUploads, 409, str, "The account's imports or exports keep too many files.", NO_RETRY),
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
    _Line(NotSimulated, 409, str, "A carrier is connected, so replies are not simulated.", NO_RETRY),
    _Line(MessageNotFound, 404, "Message not found", "There is no message with this handle."),
    _Line(NoSuchEvent, 410, str, "The position is outside the retained log; `message` says where to start."),
    _Line(
        IdempotencyKeyReused,
        409,
        "The Idempotency-Key was used for another request: use a new key.",
        "The `Idempotency-Key` was used for another request.",
        NO_RETRY,
    ),
    _Line(
        VerificationTooSoon,
        429,
        lambda error: f"A verification message was sent a moment ago: {error}.",
        "A verification message was sent a moment ago; `Retry-After` says when to retry.",
        NO_RETRY,
    ),
    _Line(StoreBusy, 503, "Too many writes are waiting: retry in a second.", headers=SOON),
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
        headers=NO_RETRY,
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
