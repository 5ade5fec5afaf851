"""Operations on contacts. Source: api-reference.md, "The nine operations"."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

from msgspec import UNSET

from numberkeep.domain.contacts.commands import Upserted
from numberkeep.domain.contacts.listing import LongPage, Order, Page
from numberkeep.domain.errors import (
    ContactExists,
    ContactNotFound,
    InvalidInput,
    MissingFields,
    RecipientOptedOut,
    ReplyUnderReview,
    VerificationTooSoon,
)
from numberkeep.domain.phone import known_region
from numberkeep.operations.operation import Call, Listed, LongListed, operation
from numberkeep.service import bulk, contacts, verification
from numberkeep.wire.answers import AmountAnswer, Nothing, StatusOut, field_error_out
from numberkeep.wire.contacts import (
    BulkAnswer,
    BulkCreate,
    BulkDeleteBody,
    ByNumber,
    ContactAnswer,
    ContactOut,
    ContactUpdate,
    CountAnswer,
    CreateBody,
    NumberBody,
    contact_out,
    patch_of,
    record_out,
    update_of,
)
from numberkeep.wire.listing import ListParams, cursor_text, list_query


@operation("contacts.list", InvalidInput, reads=True)
async def list_contacts(call: Call, given: ListParams) -> Listed[ContactOut]:
    """List contacts, newest first unless another order is given; a `Link` header leads to the next page."""
    query = list_query(given)
    page = await contacts.list_page(call.context, call.account, query, given.phone_number)
    if not isinstance(page, Page):
        return Listed([], long=_long(page, query.order))
    cursor = None if page.next is None else cursor_text(query.order, page.next)
    return Listed([record_out(contact) for contact in page.contacts], cursor)


@asynccontextmanager
async def _long(reading: AbstractAsyncContextManager[LongPage], order: Order) -> AsyncIterator[LongListed[ContactOut]]:
    async with reading as page:
        slices = ([record_out(contact) for contact in contacts] async for contacts in page.slices)
        yield LongListed(slices, None if page.next is None else cursor_text(order, page.next))


@operation("contacts.create", InvalidInput, ContactExists)
async def create(call: Call, given: CreateBody) -> ContactAnswer:
    """Create a contact, or with `update_if_exists` change the one that exists."""
    return await call.once(
        lambda once: contacts.create(
            call.context,
            call.account,
            given.number or "",
            patch_of(given),
            update_if_exists=given.update_if_exists is True,
            once=once,
        ),
        lambda contact: ContactAnswer(contact_out(contact)),
    )


@operation("contacts.count", reads=True)
async def count(call: Call, _: Nothing) -> CountAnswer:
    """Count the contacts."""
    return CountAnswer(await contacts.count(call.context, call.account))


@operation("contacts.verify", InvalidInput, ContactNotFound, RecipientOptedOut, ReplyUnderReview, VerificationTooSoon)
async def verify(call: Call, given: NumberBody) -> StatusOut:
    """Send the contact a verification message."""
    return await call.once(
        lambda once: verification.request(call.context, call.account, given.number or "", once=once),
        lambda _: StatusOut(),
    )


@operation("contacts.retrieve", ContactNotFound, reads=True)
async def retrieve(call: Call, given: ByNumber) -> ContactAnswer:
    """Retrieve the contact with this number."""
    return ContactAnswer(record_out(await contacts.retrieve(call.context, call.account, given.phone_number)))


@operation("contacts.update", InvalidInput, ContactNotFound)
async def update(call: Call, given: ContactUpdate) -> ContactAnswer:
    """Change the mentioned fields of the contact with this number."""
    patch, read_only = update_of(given.changes, call.account.region)
    contact = await contacts.update(call.context, call.account, given.phone_number, patch, read_only)
    return ContactAnswer(contact_out(contact))


@operation("contacts.delete", ContactNotFound)
async def delete(call: Call, given: ByNumber) -> StatusOut:
    """Delete the contact with this number."""
    await contacts.delete(call.context, call.account, given.phone_number)
    return StatusOut()


@operation("contacts.bulk.create", InvalidInput)
async def bulk_create(call: Call, given: BulkCreate) -> BulkAnswer:
    """Create or change many contacts, all or none unless `on_error=skip`; `region` is that of numbers without `+`."""
    skip = given.params.on_error == "skip"
    account = call.account
    if given.params.region is not None:
        account = replace(account, region=known_region(given.params.region))
    rows = (bulk.GivenRow(index, row.phone or "", patch_of(row)) for index, row in given.rows.good)

    def answer(result: Upserted) -> BulkAnswer:
        errors = [field_error_out(error) for error in result.errors] if skip else UNSET
        return BulkAnswer([contact_out(contact) for contact in result.contacts], errors)

    return await call.once(
        lambda once: bulk.create(call.context, account, rows, given.rows.bad, skip_bad=skip, once=once), answer
    )


@operation("contacts.bulk.delete", InvalidInput)
async def bulk_delete(call: Call, given: BulkDeleteBody) -> AmountAnswer:
    """Delete the contacts with these numbers."""
    if not isinstance(given.contact_ids, list):
        raise MissingFields("contact_ids")
    return AmountAnswer(await bulk.delete(call.context, call.account, given.contact_ids))
