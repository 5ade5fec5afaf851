"""Every change there is. A store applies a command in one transaction with all that follows from it.

`at` is the service's time in microseconds since 1970; a store never reads a clock, so the same commands make the
same store on every engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from numberkeep.domain.contact import Contact, ContactPatch, ReadOnly
from numberkeep.domain.errors import FieldError
from numberkeep.domain.identity import ApiKey

R_co = TypeVar("R_co", covariant=True)


class Command(Generic[R_co]):
    """A change whose result is of type R_co."""

    __slots__ = ()


@dataclass(slots=True)
class CreateContact(Command[Contact]):
    """Make a contact, or apply the patch to the one that is there where `update_if_exists`.

    Raises on application: ContactExists, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    update_if_exists: bool
    contact_id: int
    at: int


@dataclass(slots=True)
class UpdateContact(Command[Contact]):
    """Apply a patch to a contact.

    Raises on application: ContactNotFound, ReadOnlyFields, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    read_only: ReadOnly
    at: int


@dataclass(slots=True)
class BulkRow:
    """One contact of a bulk request, with the id and time it gets if it is new, and its place there for errors."""

    phone: str
    patch: ContactPatch
    contact_id: int
    at: int
    index: int = 0


@dataclass(slots=True, frozen=True)
class Upserted:
    """What became of the rows.

    Attributes:
        contacts: what is stored now, in the order of the rows.
        errors: what was wrong with the rows that were skipped.
    """

    contacts: Sequence[Contact]
    errors: Sequence[FieldError] = ()


@dataclass(slots=True)
class UpsertContacts(Command[Upserted]):
    """Make or patch every row's contact: all or none, or with `skip_bad` all whose patch fits what is there.

    No number comes twice in `rows`.
    Raises on application: InvalidRows, unless `skip_bad`.
    """

    account_id: int
    rows: Sequence[BulkRow]
    skip_bad: bool = False


@dataclass(slots=True)
class DeleteContacts(Command[int]):
    """Delete the contacts with these numbers; gives how many there were."""

    account_id: int
    phones: Sequence[str]


@dataclass(slots=True)
class SetOptOut(Command[None]):
    """Record whether the recipient behind a number has opted out, contact or not."""

    account_id: int
    phone: str
    opted_out: bool
    at: int


@dataclass(slots=True)
class RequestVerification(Command[bool]):
    """Owe the contact a verification message; gives False where it is verified already and nothing is sent.

    `resend_after` is the time in microseconds before which a second request is refused.
    Raises on application: ContactNotFound, RecipientOptedOut, VerificationTooSoon.
    """

    account_id: int
    phone: str
    content: str
    at: int
    resend_after: int


@dataclass(slots=True)
class CreateKey(Command[ApiKey]):
    """Make a key for the account of this name, and the account where there is none.

    Raises on application: InvalidInput where the key id is taken.
    """

    account_name: str
    region: str
    key_id: str
    secret_hash: bytes
    at: int


@dataclass(slots=True)
class CreateFirstKey(Command[ApiKey | None]):
    """Make a key if the store has none yet, revoked ones counted; gives None where it has."""

    key: CreateKey


@dataclass(slots=True)
class RevokeKey(Command[bool]):
    """Revoke a key for good; gives False where there is none of this id."""

    key_id: str
    at: int
