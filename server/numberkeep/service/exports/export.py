"""Reads the contacts of an export as of one moment, and writes them in a format."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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


Slices = AsyncIterator[Sequence[ContactRecord]]


def exported(
    context: Context, account: Account, selection: Selection, form: Form
) -> AbstractAsyncContextManager[Export]:
    """Read the contacts that match, oldest first and all as of one moment; the block takes the file.

    Raises:
        StoreUnavailable: the store cannot read.
        TemporaryFileFailed: there is no room for the contacts.
    """
    return written(context, selected(context, account, selection), form)


@asynccontextmanager
async def selected(context: Context, account: Account, selection: Selection) -> AsyncIterator[Slices]:
    """Read the contacts that match, oldest first and all as of one moment.

    Raises:
        StoreUnavailable: the store cannot read.
    """
    query = ListQuery(selection.where, Order(descending=False), EVERYTHING)
    matches = matcher(selection.values)
    async with context.store.page_in_slices(ListContacts(account.account_id, query)) as page:
        yield _matching(context, page.slices, matches)


async def _matching(context: Context, slices: Slices, matches: Callable[[ContactRecord], bool]) -> Slices:
    def taken(contacts: Sequence[ContactRecord]) -> Steps[Sequence[ContactRecord]]:
        found: list[ContactRecord] = []
        for start in range(0, len(contacts), _MATCHED_AT_ONCE):
            yield
            found += filter(matches, contacts[start : start + _MATCHED_AT_ONCE])
        return found

    async for contacts in slices:
        yield await context.slices.run(taken(contacts))


@asynccontextmanager
async def written(context: Context, source: AbstractAsyncContextManager[Slices], form: Form) -> AsyncIterator[Export]:
    """Write contacts in a format; the block takes the file.

    Args:
        context: the service's context.
        source: the contacts. It is left before the file is written.
        form: the format.

    Raises:
        TemporaryFileFailed: there is no room for the contacts.
    """
    count = 0

    def noted(contacts: Sequence[ContactRecord]) -> Steps[bytes]:
        yield
        form.note(contacts)
        return encoded(contacts) if contacts else b""

    with Spool() as spool:
        async with source as slices:
            async for contacts in slices:
                count += len(contacts)
                if batch := await context.slices.run(noted(contacts)):
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
