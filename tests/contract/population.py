"""Contacts with ties in every order, some of which match each filter and some do not."""

from collections.abc import Iterable

from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import Contact, ContactPatch
from numberkeep.domain.contacts.listing import OrderBy
from support.store import START, AccountDriver, phone

_FIRST_NAMES = ("", "Zoe", "ada", "Ada", "\u00c5sa", "\U0001f600", "Ada", "", "Ada Maria", "\u4e2d", "ada", "")
_LAST_NAMES = ("L", "", "l", "L", "\u0141ucja", "", "\uff2c", "L", "\U0001f600", "", "La", "L")
_TAGS = ((), ("red",), ("blue",), ("red", "blue"), ("Red",), ("blue", "Red", "red"))


async def populate(account: AccountDriver) -> list[Contact]:
    """Fill an account. Ids increase neither with numbers nor with times, and some times are equal."""
    size = len(_FIRST_NAMES)
    await account.upsert(
        *[
            BulkRow(
                phone(n),
                ContactPatch(first_name=_FIRST_NAMES[n], last_name=_LAST_NAMES[n], tags=_TAGS[n % len(_TAGS)]),
                contact_id=1000 + n * 5 % size,
                at=START + n // 2 * 7 % 11,
            )
            for n in range(size)
        ]
    )
    for n in range(1, size, 2):
        await account.verify(phone(n))
    for n in range(0, size, 3):
        await account.opt_out(phone(n))
    contacts = [await account.contact(phone(n)) for n in range(size)]
    return [contact for contact in contacts if contact is not None]


def by_order(contacts: Iterable[Contact], by: OrderBy, *, descending: bool) -> list[Contact]:
    """Return the contacts in the order of a listing: Python compares texts by code point too."""
    return sorted(contacts, key=lambda contact: (getattr(contact, by), contact.contact_id), reverse=descending)
