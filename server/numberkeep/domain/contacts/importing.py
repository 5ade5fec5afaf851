"""The command that applies rows of an imported file to contacts, and records opt-outs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import ConsentSource, Said
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import UNSET, Contact, ContactPatch, moment, new_contact, patched
from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


class Existing(StrEnum):
    """What an import does with contacts that exist."""

    UPDATE = "update"
    SKIP = "skip"
    FILL = "fill"
    """Sets the fields that are empty."""


@dataclass(slots=True)
class ImportedRow:
    """What became of one row.

    Attributes:
        index: the row's index.
        phone: its number.
        before: the contact before; None if there was none.
        after: the contact after; None if the row was refused.
        skipped: whether the contact exists and was left as it is because existing ones are skipped.
        opted_out: whether the number is opted out now and was not before.
        kept_opted_out: whether the row says that the number is not opted out, and it is: nothing was changed.
        errors: why the row was refused.
    """

    index: int
    phone: str
    before: Contact | None
    after: Contact | None
    skipped: bool = False
    opted_out: bool = False
    kept_opted_out: bool = False
    errors: Sequence[FieldError] = ()


@dataclass(slots=True)
class ImportContacts(AccountCommand[Sequence[ImportedRow]]):
    """Create or change the contact of every row, and record the opt-outs of the rows. Nobody is opted in.

    The tags of a row are added, its custom variables merged; fields that are UNSET stay as they are. `opt_out` of its
    patch is what the file says. Every number in `rows` is different.

    Attributes:
        account_id: the account.
        rows: the rows.
        existing: what happens to contacts that exist. Their opt-outs are recorded in any case.
        replace_tags: whether the tags of a row that has any replace the contact's.
        source: the name of the file, which the ledger keeps with each opt-out.
        stamp: see AccountCommand; its time is that of the opt-outs.
    """

    account_id: int
    rows: Sequence[BulkRow]
    existing: Existing
    replace_tags: bool
    source: str
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The number of rows."""
        return len(self.rows)

    def want(self, needs: Needs) -> None:
        """Need the numbers, and the verifications of those that opt out, which that ends."""
        for row in self.rows:
            needs.phones[row.phone] = None
            if row.patch.opt_out is True:
                needs.verifications[row.phone] = None

    def apply(self, work: Work) -> Sequence[ImportedRow]:
        """Return what became of the rows."""
        return [self._apply_row(work, row) for row in self.rows]

    def _apply_row(self, work: Work, row: BulkRow) -> ImportedRow:
        before = work.contacts.get(row.phone)
        done = ImportedRow(row.index, row.phone, before, before)
        claimed = row.patch.opt_out
        done.kept_opted_out = claimed is False and work.consent.opted_out(row.phone)
        if before is not None and self.existing is Existing.SKIP:
            done.skipped = True
        else:
            try:
                done.after = self._changed(work, row, before)
            except InvalidInput as error:
                done.after, done.errors = None, error.fields
        stamp = Stamp(row.at, self.stamp.actor, self.stamp.cause)
        if claimed is True:  # also of a row that was refused: an opt-out is never lost
            said = Said(ConsentSource.IMPORT, self.source)
            done.opted_out = work.set_opt_out(row.phone, said, stamp, opted_out=True)
        if done.after is not None:
            opted_out = work.consent.opted_out(row.phone)
            if done.after.opt_out is not opted_out:
                done.after = replace(done.after, opt_out=opted_out)
            if done.after != work.contacts.get(row.phone):
                work.put(done.after, stamp)
        return done

    def _changed(self, work: Work, row: BulkRow, before: Contact | None) -> Contact:
        patch = row.patch if row.patch.opt_out is UNSET else replace(row.patch, opt_out=UNSET)
        if before is None:
            contact = new_contact(
                row.contact_id, row.phone, moment(row.at), patch, opt_out=work.consent.opted_out(row.phone)
            )
        else:
            contact = patched(before, self._merged(before, patch))
        if len(contact.tags) > MAX_TAGS:
            message = f"a contact has at most {MAX_TAGS} tags, not {len(contact.tags)}: remove some"
            raise InvalidInput("Too many tags", [FieldError("tags", message)])
        return contact

    def _merged(self, before: Contact, patch: ContactPatch) -> ContactPatch:
        """Return the patch with the tags of the contact, and with `fill` without what the contact has."""
        if self.existing is Existing.FILL:
            patch = _empty_ones(before, patch)
        if patch.tags is UNSET or (self.replace_tags and patch.tags):
            return patch
        return replace(patch, tags=(*before.tags, *patch.tags))


def _empty_ones(before: Contact, patch: ContactPatch) -> ContactPatch:
    """Return the patch without the fields and custom variables that the contact has."""
    given = patch.custom_variables
    if given is not UNSET and given is not None:
        given = {label: value for label, value in given.items() if label not in before.custom_variables}
    return ContactPatch(
        UNSET if before.first_name else patch.first_name,
        UNSET if before.last_name else patch.last_name,
        UNSET if before.company_name else patch.company_name,
        UNSET if before.assigned_to_email else patch.assigned_to_email,
        UNSET if before.sendblue_number else patch.sendblue_number,
        UNSET if before.tags else patch.tags,
        given,
    )
