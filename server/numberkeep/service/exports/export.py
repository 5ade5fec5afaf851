"""Reads the contacts of an export as of one moment, and writes them in a format."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

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

R = TypeVar("R")
T = TypeVar("T")


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

    def taken(contacts: Sequence[ContactRecord]) -> bytes:
        nonlocal count
        found = list(filter(matches, contacts))
        count += len(found)
        form.note(found)
        return encoded(found) if found else b""

    with Spool() as spool:
        async with context.store.page_in_slices(ListContacts(account.account_id, query)) as page:
            async for contacts in page.slices:
                if batch := await context.slices.run(_step(taken, contacts)):
                    await asyncio.to_thread(spool.write, batch)
        await asyncio.to_thread(spool.rewind)
        yield Export(count, _parts(context, spool, form))


async def _parts(context: Context, spool: Spool, form: Form) -> AsyncIterator[bytes]:
    if head := form.head():
        yield head
    while batch := await asyncio.to_thread(spool.read):
        yield await context.slices.run(_step(lambda data: form.rows(decoded(data)), batch))


def _step(work: Callable[[T], R], given: T) -> Steps[R]:
    """Do a few milliseconds of work, before which others have their turn."""
    yield
    return work(given)
