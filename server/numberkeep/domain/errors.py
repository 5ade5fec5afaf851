"""What can go wrong in the domain's own words; what an HTTP client is told of it is decided in http/errors.py.

NumberkeepError
├── InvalidInput            a value cannot be taken as it is
│   ├── MissingFields       a required field is absent
│   ├── InvalidPhone        a number that no telephone can have
│   ├── InvalidRows         some rows of a bulk request cannot be taken
│   └── ReadOnlyFields      an update would change what only the service may change
├── ContactNotFound
├── ContactExists
├── AccountNotFound
├── WebhookNotFound
├── NoSuchEvent             the change log cannot be followed from there
├── RecipientOptedOut
├── VerificationTooSoon
├── IdempotencyKeyReused    the key came with another request before
├── AnsweredBefore          the request was answered before: not a fault, and nothing more was done
├── InvalidCredentials
├── StoreBusy               try again: too much is waiting to be written
├── StoreUnavailable        the store cannot read or write (disk full, connection lost)
│   └── StoreUnsure         the connection was lost in the middle of a commit
├── StoreUnusable           the store cannot be opened at all
│   ├── StoreTooNew         it was made by a newer version
│   └── StoreInUse          another process has what only one may have
├── CannotCopy              the two databases of a copy do not go together
└── DeliveryFailed          the world outside did not take what is owed to it
    └── TargetRefused       it is an address to which nothing may be sent
"""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.phone_spelling import visible


@dataclass(slots=True, frozen=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        field: the field's name as the request wrote it, with its place for a part of it: `tags[2]`.
        message: what is wrong and how to mend it.
        index: the row of a bulk request, from 0.
        phone: what the row gave as its number, where it gave text.
    """

    field: str
    message: str
    index: int | None = None
    phone: str | None = None

    def in_row(self, index: int, phone: str | None) -> "FieldError":
        """The same fault, in this row of a bulk request."""
        return FieldError(self.field, self.message, index, phone)


class NumberkeepError(Exception):
    """The root of the tree."""


class InvalidInput(NumberkeepError):
    """A value cannot be taken as it is; `fields` says which and why."""

    def __init__(self, message: str, fields: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.fields = tuple(fields)


class MissingFields(InvalidInput):
    """A required field is absent, null or empty."""

    def __init__(self, *names: str) -> None:
        super().__init__("Missing fields", [FieldError(name, "is required") for name in names])


class InvalidPhone(InvalidInput):
    """The text is no number that a telephone can have.

    Args:
        field: the field's name.
        text: the text, which its writer is shown; `fields` must not be logged.
    """

    def __init__(self, field: str, text: str = "") -> None:
        seen = f": {visible(text)}" if text else ""
        message = f"is not a phone number{seen}; write it in E.164 form, for example +14155552671"
        super().__init__("Invalid phone number", [FieldError(field, message)])


class InvalidRows(InvalidInput):
    """Some rows of a bulk request cannot be taken, so none was."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        wrong = len({error.index for error in errors})
        super().__init__(f"{wrong} of the contacts cannot be taken, so none was stored", errors)


class ReadOnlyFields(InvalidInput):
    """An update names read-only fields with values other than the stored ones."""

    def __init__(self, names: Sequence[str]) -> None:
        mend = "is read-only: leave it out, or send the value that the contact has"
        super().__init__("Read-only fields", [FieldError(name, mend) for name in names])


class ContactNotFound(NumberkeepError):
    """The account has no contact with this number."""


class ContactExists(NumberkeepError):
    """The account has a contact with this number already."""


class RecipientOptedOut(NumberkeepError):
    """The recipient has opted out, so nothing may be sent to the number."""


class WebhookNotFound(NumberkeepError):
    """The account has no webhook of this number."""


class AccountNotFound(NumberkeepError):
    """There is no account of this name."""


class NoSuchEvent(NumberkeepError):
    """The change log cannot be followed from there: it does not reach back, or does not reach so far."""


class VerificationTooSoon(NumberkeepError):
    """A verification was sent to the number a moment ago."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class IdempotencyKeyReused(NumberkeepError):
    """The idempotency key came with another request before."""


class AnsweredBefore(NumberkeepError):
    """A request with this idempotency key was answered before, with `answer`; nothing more was done."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self.answer = answer


class InvalidCredentials(NumberkeepError):
    """The key is unknown or revoked, or the secret is not its own."""


class StoreBusy(NumberkeepError):
    """More writes are waiting than the store takes on; nothing of this one was done."""


class StoreUnavailable(NumberkeepError):
    """The store could not read or write; nothing of this command was done."""


class StoreUnsure(StoreUnavailable):
    """The connection was lost while the store committed: all of the command was done, or nothing."""


class StoreUnusable(NumberkeepError):
    """The store cannot be opened: the path, the rights or the file's content are wrong."""


class StoreTooNew(StoreUnusable):
    """The store was made by a newer version of numberkeep than this one."""


class StoreInUse(StoreUnusable):
    """Another process has the store in a way in which only one may have it."""


class CannotCopy(NumberkeepError):
    """The two databases of a copy do not go together; nothing was written."""


class DeliveryFailed(NumberkeepError):
    """The world outside did not take what is owed to it, as far as is known.

    Args:
        reason: why, in words that may be stored, shown and logged: no number, name, secret or answer's body in them.
        permanent: to try again would be in vain.
        retry_after: seconds that the other side asked to wait; None where it did not say.
    """

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after


class TargetRefused(DeliveryFailed):
    """The URL leads to an address to which nothing may be sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, permanent=True)
