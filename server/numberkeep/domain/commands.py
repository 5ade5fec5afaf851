"""Every change there is to an account's contacts, and what it means.

A store applies a command in one transaction with all that follows from it. `at` is the service's time in microseconds
since 1970; nothing here or in a store reads a clock, so the same commands make the same store on every engine.
What people say and are asked is in conversation.py, what is owed to the world outside in outbox.py; commands on
accounts and keys are in directory.py.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from numberkeep.domain.contact import UNSET, Contact, ContactPatch, ReadOnly, moment, new_contact, patched
from numberkeep.domain.errors import (
    AnsweredBefore,
    ContactExists,
    ContactNotFound,
    FieldError,
    IdempotencyKeyReused,
    InvalidInput,
    InvalidRows,
    NumberkeepError,
)
from numberkeep.domain.snapshot import KeptAnswer, Wanted
from numberkeep.domain.work import Work

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

SECOND: Final = 1_000_000
ANSWERS_RETAINED: Final = 24 * 3600 * SECOND
"""How long the answer to an idempotency key is kept, microseconds."""


class Command(Generic[R_co]):
    """A change whose result is of type R_co."""

    __slots__ = ()

    @property
    def weight(self) -> int:
        """How many rows it may write, about: what shares a commit is measured by it."""
        return 1


class AccountCommand(Command[R_co]):
    """A change to what one account has.

    Attributes:
        account_id: whose.
    """

    __slots__ = ()
    account_id: int

    @abstractmethod
    def want(self, wanted: Wanted) -> None:
        """Add what `apply` will look at to `wanted`."""

    @abstractmethod
    def apply(self, work: Work) -> R_co:
        """Make the change.

        Raises:
            NumberkeepError: the command is refused; raised before anything is changed.
        """


@dataclass(slots=True)
class CreateContact(AccountCommand[Contact]):
    """Make a contact, or apply the patch to the one that is there where `update_if_exists`.

    Raises on application: ContactExists, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    update_if_exists: bool
    contact_id: int
    at: int

    def want(self, wanted: Wanted) -> None:
        """The number."""
        _want(wanted, self.phone, self.patch)

    def apply(self, work: Work) -> Contact:
        """Gives the contact as it is stored."""
        there = work.contact(self.phone)
        if there is None:
            return work.put(_new(self, work), self.at)
        if not self.update_if_exists:
            raise ContactExists
        return work.put(patched(there, self.patch), self.at)


@dataclass(slots=True)
class UpdateContact(AccountCommand[Contact]):
    """Apply a patch to a contact.

    Raises on application: ContactNotFound, ReadOnlyFields, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    read_only: ReadOnly
    at: int

    def want(self, wanted: Wanted) -> None:
        """The number."""
        _want(wanted, self.phone, self.patch)

    def apply(self, work: Work) -> Contact:
        """Gives the contact as it is stored."""
        there = work.contact(self.phone)
        if there is None:
            raise ContactNotFound
        self.read_only.check(there)
        return work.put(patched(there, self.patch), self.at)


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
        errors: what was wrong with the rows that were skipped, in the order of the request.
    """

    contacts: Sequence[Contact]
    errors: Sequence[FieldError] = ()


@dataclass(slots=True)
class UpsertContacts(AccountCommand[Upserted]):
    """Make or patch every row's contact: all or none, or with `skip_bad` all whose patch fits what is there.

    No number comes twice in `rows`. `errors` are those of rows that were skipped before, to be told with the others.
    Raises on application: InvalidRows, unless `skip_bad`.
    """

    account_id: int
    rows: Sequence[BulkRow]
    skip_bad: bool = False
    errors: Sequence[FieldError] = ()

    @property
    def weight(self) -> int:
        """The rows."""
        return len(self.rows)

    def want(self, wanted: Wanted) -> None:
        """The rows' numbers."""
        for row in self.rows:
            _want(wanted, row.phone, row.patch)

    def apply(self, work: Work) -> Upserted:
        """Gives what became of the rows."""
        done: list[tuple[Contact, int]] = []
        errors: list[FieldError] = []
        for row in self.rows:
            there = work.contact(row.phone)
            try:
                done.append((_new(row, work) if there is None else patched(there, row.patch), row.at))
            except InvalidInput as error:
                errors += [field.in_row(row.index, row.phone) for field in error.fields]
        if errors and not self.skip_bad:
            raise InvalidRows(errors)
        for contact, at in done:
            work.put(contact, at)
        told = sorted([*self.errors, *errors], key=lambda error: error.index or 0)
        return Upserted([contact for contact, _ in done], told)


@dataclass(slots=True)
class DeleteContacts(AccountCommand[int]):
    """Delete the contacts with these numbers; gives how many there were."""

    account_id: int
    phones: Sequence[str]
    at: int

    @property
    def weight(self) -> int:
        """The numbers."""
        return len(self.phones)

    def want(self, wanted: Wanted) -> None:
        """The numbers, and verifications that end with the contacts."""
        wanted.phones.update(dict.fromkeys(self.phones))
        wanted.verifications.update(dict.fromkeys(self.phones))

    def apply(self, work: Work) -> int:
        """Gives how many there were."""
        return sum(work.drop(phone, self.at) for phone in self.phones)


class Once(AccountCommand[R]):
    """`command`, but for one idempotency key only once: what is asked again is answered as the first time.

    Only what was done is kept; a command that was refused is tried anew.

    Args:
        command: what to do.
        key: the idempotency key, which belongs to the account.
        fingerprint: tells this request from others.
        encode: makes the answer, to be kept, out of the command's result.
        at: when, microseconds since 1970.

    Raises on application: what the command raises; AnsweredBefore with the answer of the first time;
        IdempotencyKeyReused where the key came with another request.
    """

    __slots__ = ("_at", "_command", "_encode", "_fingerprint", "_key", "account_id")

    def __init__(
        self, command: AccountCommand[R], key: str, fingerprint: bytes, encode: Callable[[R], bytes], at: int
    ) -> None:
        self.account_id = command.account_id
        self._command = command
        self._key = key
        self._fingerprint = fingerprint
        self._encode = encode
        self._at = at

    @property
    def weight(self) -> int:
        """The command's."""
        return self._command.weight

    def want(self, wanted: Wanted) -> None:
        """What the command wants, and the key's answer."""
        self._command.want(wanted)
        wanted.keys[self._key] = None

    def apply(self, work: Work) -> R:
        """Gives the command's result."""
        known = work.answer(self._key)
        if known is not None and known.at > self._at - ANSWERS_RETAINED:
            if known.fingerprint != self._fingerprint:
                raise IdempotencyKeyReused
            raise AnsweredBefore(known.answer)
        result = self._command.apply(work)
        work.keep(KeptAnswer(self._key, self._fingerprint, self._encode(result), self._at))
        return result


def outcomes(commands: Sequence[AccountCommand[R]], work: Work) -> list[R | NumberkeepError]:
    """The result of each command, or its refusal, each seeing what those before it did.

    Raises:
        NumberkeepError: a command was refused after it had changed something, so the work must not be saved.
    """
    done: list[R | NumberkeepError] = []
    for command in commands:
        before = work.changed
        try:
            done.append(command.apply(work))
        except NumberkeepError as refusal:
            if work.changed != before:
                raise
            done.append(refusal)
    return done


def _new(row: CreateContact | BulkRow, work: Work) -> Contact:
    return new_contact(row.contact_id, row.phone, moment(row.at), row.patch, opt_out=work.opted_out(row.phone))


def _want(wanted: Wanted, phone: str, patch: ContactPatch) -> None:
    wanted.phones[phone] = None
    if patch.opt_out is not UNSET:  # which ends a verification
        wanted.verifications[phone] = None
