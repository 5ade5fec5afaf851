"""The use cases on many contacts at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.contacts.commands import BulkRow, DeleteContacts, UpsertContacts, Upserted
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import FieldError, InvalidInput, InvalidRows
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.contacts import normalised
from numberkeep.service.context import Context, Idempotency
from numberkeep.service.slices import Steps

_SLICE_ROWS: Final = 16
"""Rows that are checked without a break; a number of some plans takes 30 microseconds."""


@dataclass(slots=True)
class GivenRow:
    """A row as a request has it: a number in any notation, and the contact's fields."""

    index: int
    number: str
    patch: ContactPatch


async def create(
    context: Context,
    account: Account,
    rows: Iterable[GivenRow],
    bad: Sequence[FieldError],
    *,
    skip_bad: bool,
    once: Idempotency | None = None,
) -> Upserted:
    """Create or update every row's contact in one transaction; if a number is repeated, its last row counts.

    Args:
        context: the service's context.
        account: the account of the contacts.
        rows: the rows that could be parsed; they are read in slices, so making them may take time.
        bad: the errors of those that could not.
        skip_bad: store the valid rows and report the errors of the others, instead of storing none.
        once: runs the command only if its idempotency key was not used before.

    Raises:
        InvalidRows: a row is not valid, or its contact would have too many custom variables, and `skip_bad` is off.
    """
    errors = list(bad)
    by_phone = await context.slices.run(_by_phone(account, rows, errors))
    if errors and not skip_bad:
        raise InvalidRows(_sorted(errors))
    if not by_phone:
        return Upserted([], _sorted(errors))
    stamp = context.stamp(len(by_phone))
    command = UpsertContacts(
        account.account_id,
        [
            BulkRow(phone, patch, contact_id_at(at, context.node), at, index)
            for at, (phone, (index, patch)) in enumerate(by_phone.items(), start=stamp.at)
        ],
        stamp,
        skip_bad,
        errors,
    )
    return await context.apply(command, once)


async def delete(context: Context, account: Account, numbers: Sequence[str]) -> int:
    """Delete the contacts with these numbers, and return how many existed. Unknown numbers are ignored."""
    found = await context.slices.run(_found(account, numbers))
    if not found:
        return 0
    return await context.apply(DeleteContacts(account.account_id, sorted(found), context.stamp()))


def _by_phone(
    account: Account, rows: Iterable[GivenRow], errors: list[FieldError]
) -> Steps[dict[str, tuple[int, ContactPatch]]]:
    """Return the index and the patch of the last row of each number; add the errors of the others to `errors`."""
    by_phone: dict[str, tuple[int, ContactPatch]] = {}
    for count, row in enumerate(rows):
        if count % _SLICE_ROWS == 0:
            yield
        try:
            phone, patch = _checked(account, row)
        except InvalidInput as error:
            errors += [field.in_row(row.index, row.number) for field in error.fields]
            continue
        by_phone.pop(phone, None)  # so that the contact gets the position of the last row
        by_phone[phone] = (row.index, patch)
    return by_phone


def _found(account: Account, numbers: Sequence[str]) -> Steps[set[str]]:
    found: set[str] = set()
    for count, number in enumerate(numbers):
        if count % _SLICE_ROWS == 0:
            yield
        phone = find_phone(number, account.region)
        if phone:
            found.add(phone)
    return found


def _checked(account: Account, row: GivenRow) -> tuple[str, ContactPatch]:
    return parse_phone(row.number, account.region, field="phone"), normalised(row.patch, account)


def _sorted(errors: Sequence[FieldError]) -> Sequence[FieldError]:
    return sorted(errors, key=lambda error: error.index or 0)
