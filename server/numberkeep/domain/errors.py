"""The errors of the domain; http/errors.py decides how an HTTP client sees them.

NumberkeepError
├── InvalidInput            a value is not valid
│   ├── MissingFields       a required field is absent
│   ├── InvalidPhone        a text is not a phone number
│   ├── InvalidRows         some rows of a bulk request are not valid
│   └── ReadOnlyFields      an update would change what only the service may change
├── ContactNotFound
├── ContactExists
├── AccountNotFound
├── WebhookNotFound
├── AttemptNotFound         it is not kept
├── NotSimulated            a carrier is connected
├── KeyNotFound
├── MessageNotFound
├── NoSuchEvent             the position is outside the retained change log
├── RecipientOptedOut
├── ReplyUnderReview         a reply of the recipient is unclear and not decided yet
├── ReviewNotFound
├── ReviewDecided           another decision was made before
├── JobNotFound             the account has no job with this number
├── JobConflict             the job's status does not allow it
│   ├── JobBusy             it is being worked on
│   └── JobLost             it was taken from its worker, or has ended
├── TooManyUploads          files of unfinished imports take too much space
├── VerificationTooSoon
├── IdempotencyKeyReused    the key was used for another request
├── AnsweredBefore          the request was answered before: not a failure, and nothing was done again
├── InvalidCredentials
├── ReadOnlyKey             the key may change nothing
├── StoreBusy               too many writes are waiting: try again
├── StoreUnavailable        the store cannot read or write (disk full, connection lost)
│   └── StoreUnsure         the connection was lost during commit
├── StoreUnusable           the store cannot be opened at all
│   ├── StoreTooNew         it was created by a newer version
│   └── StoreInUse          another process holds it
├── CannotCopy              one database cannot be copied to the other
└── DeliveryFailed          a message or an event was not accepted: domain/outbox/errors.py
    └── TargetRefused       the URL leads to an address that may not be reached
"""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.phone_spelling import visible


@dataclass(slots=True, frozen=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        field: the field's name as the request wrote it, with its place for a part of it: `tags[2]`.
        message: what is wrong and how to fix it.
        index: the row of a bulk request, from 0.
        phone: the row's number as the request wrote it; None if it was not a text.
    """

    field: str
    message: str
    index: int | None = None
    phone: str | None = None

    def in_row(self, index: int, phone: str | None) -> "FieldError":
        """Return this error with its row of a bulk request."""
        return FieldError(self.field, self.message, index, phone)


class NumberkeepError(Exception):
    """The root of the tree."""


class InvalidInput(NumberkeepError):
    """A value is not valid; `fields` says which and why."""

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


class MissingFields(InvalidInput):
    """A required field is absent, null or empty."""

    def __init__(self, *names: str) -> None:
        super().__init__("Missing fields", [FieldError(name, "is required") for name in names])


class InvalidPhone(InvalidInput):
    """The text is not a phone number.

    Args:
        field: the field's name.
        text: the text, which the caller is shown; `fields` must not be logged.
    """

    def __init__(self, field: str, text: str = "") -> None:
        seen = f": {visible(text)}" if text else ""
        message = f"is not a phone number{seen}; write it in E.164 form, for example +14155552671"
        super().__init__("Invalid phone number", [FieldError(field, message)])


class InvalidRows(InvalidInput):
    """Some rows of a bulk request are not valid, so none was stored."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        wrong = len({error.index for error in errors})
        super().__init__(f"No contact was stored, because {wrong} of them failed validation", errors)


class ReadOnlyFields(InvalidInput):
    """An update names read-only fields with values other than the stored ones."""

    def __init__(self, names: Sequence[str]) -> None:
        message = "is read-only: leave it out, or send the value that the contact has"
        super().__init__("Read-only fields", [FieldError(name, message) for name in names])


class ContactNotFound(NumberkeepError):
    """The account has no contact with this number."""


class ContactExists(NumberkeepError):
    """The account already has a contact with this number."""


class RecipientOptedOut(NumberkeepError):
    """The recipient has opted out, so nothing may be sent to the number."""


class ReplyUnderReview(NumberkeepError):
    """A reply of the recipient may be a refusal, so nobody may ask for another one until it is decided."""

    def __init__(self, review_id: int) -> None:
        super().__init__(
            f"A reply of the recipient is unclear: decide it first, with `numberkeep consent decide {review_id} "
            f"opt-out|keep` or POST /_numberkeep/consent/review/{review_id}."
        )


class ReviewNotFound(NumberkeepError):
    """The account has no review with this number."""


class ReviewDecided(NumberkeepError):
    """The review was decided before, otherwise; `decision` says how."""

    def __init__(self, decision: str) -> None:
        super().__init__(
            f"The reply was decided before, as {decision}: to change what holds, POST /api/v2/contacts/opt-out."
        )


class WebhookNotFound(NumberkeepError):
    """The account has no webhook with this number."""


class ConversationNotFound(NumberkeepError):
    """Nobody can write from this: it is neither a telephone number nor a sender id."""


class AttemptNotFound(NumberkeepError):
    """The webhook has no attempt with this number, or it is no longer kept."""


class NotSimulated(NumberkeepError):
    """A reply cannot be simulated, because a carrier is connected; the text says which."""


class MessageNotFound(NumberkeepError):
    """The account has no message with this handle."""


class AccountNotFound(NumberkeepError):
    """There is no account with this name."""


class NoSuchEvent(NumberkeepError):
    """The position is outside the retained change log."""


class VerificationTooSoon(NumberkeepError):
    """A verification was sent to the number a moment ago."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class IdempotencyKeyReused(NumberkeepError):
    """The idempotency key was used for another request."""


class AnsweredBefore(NumberkeepError):
    """A request with this idempotency key was answered before, with `answer`; nothing was done again."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


class KeyNotFound(NumberkeepError):
    """The account has no API key with this id."""


class ReadOnlyKey(NumberkeepError):
    """The key is read-only, and the request would change something."""


class InvalidCredentials(NumberkeepError):
    """The key is unknown or revoked, or the secret is wrong."""


class StoreBusy(NumberkeepError):
    """Too many writes are waiting; this one was not applied."""


class StoreUnavailable(NumberkeepError):
    """The store could not read or write; the command was not applied."""


class StoreDamaged(StoreUnavailable):
    """The store's file is damaged: retrying does not help, its operator has to repair it."""


class StoreFull(StoreUnavailable):
    """The disk of the store is full."""


class StoreUnsure(StoreUnavailable):
    """The connection was lost during commit; the command may or may not have been applied."""


class TemporaryFileFailed(NumberkeepError):
    """The folder of temporary files is full or cannot be written."""


class StoreUnusable(NumberkeepError):
    """The store cannot be opened: the path, the permissions or the contents of the file are wrong."""


class StoreTooNew(StoreUnusable):
    """The store was created by a newer version of numberkeep."""


class StoreInUse(StoreUnusable):
    """Another process holds the store, which only one may hold."""


class CannotCopy(NumberkeepError):
    """One database cannot be copied to the other; nothing was written."""
