"""Exports and imports of an account's contacts, without files."""

from dataclasses import replace
from typing import Any

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.contacts.listing import ListQuery, Order
from numberkeep.domain.identity import Account
from numberkeep.operations.exports import download
from numberkeep.service.context import Context
from numberkeep.service.imports.options import Options
from numberkeep.store.queries import ListContacts
from numberkeep.wire.exports import ExportParams
from support.importing import imported as import_file
from support.store import contact_recorded


async def exported(context: Context, account: Account, **params: Any) -> str:
    """Return an export as text; the parameters are those of `ExportParams`."""
    async with download(context, account, ExportParams(**params)).opened as export:
        return b"".join([part async for part in export.parts]).decode()


async def imported(context: Context, account: Account, text: str) -> int:
    """Import a file, and return how many rows were rejected."""
    outcome, _ = await import_file(context, account, text.encode(), Options("US"))
    return outcome.counts.rejected


async def stored(context: Context, account: Account) -> list[Contact]:
    """Return all contacts, without what an import does not set."""
    page = await context.store.read(ListContacts(account.account_id, ListQuery(order=Order(descending=False))))
    found = map(contact_recorded, page.contacts)
    return [replace(each, contact_id=0, created_at=moment(0), verified=False) for each in found]
