"""The use cases on many contacts at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.contacts.commands import BulkRow, DeleteContacts, UpsertContacts, Upserted
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.errors import FieldError, InvalidInput, InvalidRows
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.contacts import normalised
from numberkeep.service.context import Context, Idempotency


@dataclass(slots=True)
class GivenRow:
    """A row as a request gives it: a number as people write it, and what is said of the contact."""

    index: int
    number: str
    patch: ContactPatch


async def create(
    context: Context,
    account: Account,
    rows: Sequence[GivenRow],
    bad: Sequence[FieldError],
    *,
    skip_bad: bool,
    once: Idempotency | None = None,
) -> Upserted:
    """Make or change every row's contact in one transaction; of a number given twice the last row counts.

    Args:
        context: what to work with.
        account: whose contacts.
        rows: the rows that could be read.
        bad: what was wrong with rows that could not.
        skip_bad: store the good rows and report the bad ones, instead of storing none.
        once: runs the command only if its idempotency key was not used before.

    Raises:
        InvalidRows: a row is bad, or its custom variables would be too many with those that the contact has, and
            `skip_bad` is off.
    """
    errors = list(bad)
    by_phone: dict[str, tuple[int, ContactPatch]] = {}
    for row in rows:
        try:
            phone, patch = _checked(account, row)
        except InvalidInput as error:
            errors += [field.in_row(row.index, row.number) for field in error.fields]
            continue
        by_phone.pop(phone, None)  # so that the last row's place counts too
        by_phone[phone] = (row.index, patch)
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
    """Delete the contacts that have these numbers; gives how many there were. Unknown numbers are ignored."""
    found = {phone for number in numbers if (phone := find_phone(number, account.region))}
    if not found:
        return 0
    return await context.apply(DeleteContacts(account.account_id, sorted(found), context.stamp()))


def _checked(account: Account, row: GivenRow) -> tuple[str, ContactPatch]:
    return parse_phone(row.number, account.region, field="phone"), normalised(row.patch, account)


def _sorted(errors: Sequence[FieldError]) -> Sequence[FieldError]:
    return sorted(errors, key=lambda error: error.index or 0)
