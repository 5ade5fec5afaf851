"""Reads the contacts of an export as of one moment, and writes them in a format."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import EVERYTHING, ListQuery, Order
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.exports.form import Form
from numberkeep.service.exports.spool import Spool, decoded, encoded
from numberkeep.service.matching import matcher
from numberkeep.service.slices import Steps
from numberkeep.store.queries import ListContacts

_MATCHED_AT_ONCE: Final = 20
"""Contacts that are matched without a break: words may have to be found in much text."""


@dataclass(slots=True, frozen=True)
class Export:
    """A file of contacts.

    Attributes:
        count: how many contacts it has.
        parts: its bytes, in parts of some hundred contacts.
    """

    count: int
    parts: AsyncIterator[bytes]


@asynccontextmanager
async def exported(context: Context, account: Account, selection: Selection, form: Form) -> AsyncIterator[Export]:
    """Read the contacts that match, oldest first and all as of one moment; the block takes the file.

    Raises:
        StoreUnavailable: the store cannot read.
        TemporaryFileFailed: there is no room for the contacts.
    """
    query = ListQuery(selection.where, Order(descending=False), EVERYTHING)
    matches = matcher(selection.values, selection.q)
    count = 0

    def taken(contacts: Sequence[ContactRecord]) -> Steps[bytes]:
        nonlocal count
        found: list[ContactRecord] = []
        for start in range(0, len(contacts), _MATCHED_AT_ONCE):
            yield
            found += filter(matches, contacts[start : start + _MATCHED_AT_ONCE])
        count += len(found)
        yield
        form.note(found)
        return encoded(found) if found else b""

    with Spool() as spool:
        async with context.store.page_in_slices(ListContacts(account.account_id, query)) as page:
            async for contacts in page.slices:
                if batch := await context.slices.run(taken(contacts)):
                    await asyncio.to_thread(spool.write, batch)
        await asyncio.to_thread(spool.rewind)
        yield Export(count, _parts(context, spool, form))


async def _parts(context: Context, spool: Spool, form: Form) -> AsyncIterator[bytes]:
    if head := form.head():
        yield head
    while batch := await asyncio.to_thread(spool.read):
        yield await context.slices.run(_written(form, batch))


def _written(form: Form, batch: bytes) -> Steps[bytes]:
    contacts = decoded(batch)
    yield
    return form.rows(contacts)
