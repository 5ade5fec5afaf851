"""The commands on contacts: create, update, bulk upsert, delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.contacts.contact import UNSET, Contact, ContactPatch, ReadOnly, moment, new_contact, patched
from numberkeep.domain.errors import ContactExists, ContactNotFound, FieldError, InvalidInput, InvalidRows
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class CreateContact(AccountCommand[Contact]):
    """Create a contact, or with `update_if_exists` apply the patch to the existing one.

    Raises on application: ContactExists, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    update_if_exists: bool
    contact_id: int
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number."""
        _want(needs, self.phone, self.patch)

    def apply(self, work: Work) -> Contact:
        """Return the contact as it is stored."""
        existing = work.contacts.get(self.phone)
        if existing is None:
            return work.put(_new(work, self.phone, self.patch, self.contact_id, self.stamp.at), self.stamp)
        if not self.update_if_exists:
            raise ContactExists
        return work.put(patched(existing, self.patch), self.stamp)


@dataclass(slots=True)
class UpdateContact(AccountCommand[Contact]):
    """Apply a patch to a contact.

    Raises on application: ContactNotFound, ReadOnlyFields, InvalidInput.
    """

    account_id: int
    phone: str
    patch: ContactPatch
    read_only: ReadOnly
    stamp: Stamp

    def want(self, needs: Needs) -> None:
        """Need the number."""
        _want(needs, self.phone, self.patch)

    def apply(self, work: Work) -> Contact:
        """Return the contact as it is stored."""
        existing = work.contacts.get(self.phone)
        if existing is None:
            raise ContactNotFound
        self.read_only.check(existing)
        return work.put(patched(existing, self.patch), self.stamp)


@dataclass(slots=True)
class BulkRow:
    """One contact of a bulk request.

    Attributes:
        phone: the number, E.164.
        patch: the row's other fields.
        contact_id: the id of the contact if it is new.
        at: the time of the change, microseconds since 1970; each row has its own, which keeps their order.
        index: the row's place in the request, for errors.
    """

    phone: str
    patch: ContactPatch
    contact_id: int
    at: int
    index: int = 0


@dataclass(slots=True, frozen=True)
class Upserted:
    """The outcome of a bulk request.

    Attributes:
        contacts: the contacts as they are stored, in the order of the rows.
        errors: the errors of the rows that were skipped, in the order of the request.
    """

    contacts: Sequence[Contact]
    errors: Sequence[FieldError] = ()


@dataclass(slots=True)
class UpsertContacts(AccountCommand[Upserted]):
    """Create or patch the contact of every row: all or none, or with `skip_bad` all whose patch can be applied.

    Every number in `rows` is different. `errors` are those of rows that were skipped before; the result includes them.
    Raises on application: InvalidRows, unless `skip_bad`.
    """

    account_id: int
    rows: Sequence[BulkRow]
    stamp: Stamp
    skip_bad: bool = False
    errors: Sequence[FieldError] = ()

    @property
    def weight(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def want(self, needs: Needs) -> None:
        """Need the numbers of the rows."""
        for row in self.rows:
            _want(needs, row.phone, row.patch)

    def apply(self, work: Work) -> Upserted:
        """Return the outcome."""
        done: list[tuple[Contact, int]] = []
        errors: list[FieldError] = []
        for row in self.rows:
            existing = work.contacts.get(row.phone)
            try:
                contact = (
                    _new(work, row.phone, row.patch, row.contact_id, row.at)
                    if existing is None
                    else patched(existing, row.patch)
                )
            except InvalidInput as error:
                errors += [field.in_row(row.index, row.phone) for field in error.fields]
            else:
                done.append((contact, row.at))
        if errors and not self.skip_bad:
            raise InvalidRows(errors)
        for contact, at in done:
            work.put(contact, Stamp(at, self.stamp.actor, self.stamp.cause))
        reported = sorted([*self.errors, *errors], key=lambda error: error.index or 0)
        return Upserted([contact for contact, _ in done], reported)


@dataclass(slots=True)
class DeleteContacts(AccountCommand[int]):
    """Delete the contacts with these numbers and return how many existed."""

    account_id: int
    phones: Sequence[str]
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The number of phone numbers."""
        return len(self.phones)

    def want(self, needs: Needs) -> None:
        """Need the numbers, and verifications, which end with their contacts."""
        needs.phones.update(dict.fromkeys(self.phones))
        needs.verifications.update(dict.fromkeys(self.phones))

    def apply(self, work: Work) -> int:
        """Return how many existed."""
        return sum(work.drop(phone, self.stamp) for phone in self.phones)


def _new(work: Work, phone: str, patch: ContactPatch, contact_id: int, at: int) -> Contact:
    return new_contact(contact_id, phone, moment(at), patch, opt_out=work.consent.opted_out(phone))


def _want(needs: Needs, phone: str, patch: ContactPatch) -> None:
    needs.phones[phone] = None
    if patch.opt_out is not UNSET:  # an opt-out cancels a pending verification
        needs.verifications[phone] = None
