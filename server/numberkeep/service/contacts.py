"""The use cases on one contact, and listings."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final

from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.contacts.commands import CreateContact, DeleteContacts, UpdateContact
from numberkeep.domain.contacts.contact import UNSET, Contact, ContactPatch, ContactRecord, ReadOnly, check_tags
from numberkeep.domain.contacts.listing import NO_CONTACTS, ContactFilter, ListQuery, LongPage, Page
from numberkeep.domain.errors import ContactNotFound, InvalidPhone
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.domain.phone import find_phone, parse_phone
from numberkeep.service.context import Context, Idempotency
from numberkeep.store.contact_queries import CountContacts
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.queries import GetContact, GetTallies, ListContacts

_MOST_COUNTED: Final = 1000
"""Matching contacts beyond which nobody reads the number, and counting would take longer than listing."""


async def retrieve(context: Context, account: Account, number: str) -> ContactRecord:
    """Return the contact with this number.

    Raises:
        ContactNotFound: there is none, or it is not a phone number.
    """
    phone = find_phone(number, account.region)
    contact = None if phone is None else await context.store.read(GetContact(account.account_id, phone))
    if contact is None:
        raise ContactNotFound
    return contact


async def create(
    context: Context,
    account: Account,
    number: str,
    patch: ContactPatch,
    *,
    update_if_exists: bool,
    once: Idempotency | None = None,
) -> Contact:
    """Create a contact and return it; with `update_if_exists`, update an existing one.

    Raises:
        MissingFields: the number is empty.
        InvalidPhone: the number or `sendblue_number` is not a phone number.
        InvalidInput: a tag is blank.
        ContactExists: the contact exists.
    """
    phone = parse_phone(number, account.region, field="number")
    stamp = context.stamp()
    return await context.apply(
        CreateContact(
            account.account_id,
            phone,
            normalised(patch, account),
            update_if_exists,
            contact_id_at(stamp.at, context.node),
            stamp,
        ),
        once,
    )


async def update(context: Context, account: Account, number: str, patch: ContactPatch, read_only: ReadOnly) -> Contact:
    """Apply a patch to the contact with this number, and return it.

    Raises:
        ContactNotFound: there is none.
        ReadOnlyFields: a read-only field has another value than the stored one.
        InvalidPhone: `sendblue_number` is not a phone number.
        InvalidInput: a tag is blank.
    """
    phone = find_phone(number, account.region)
    if phone is None:
        raise ContactNotFound
    return await context.apply(
        UpdateContact(account.account_id, phone, normalised(patch, account), read_only, context.stamp())
    )


async def delete(context: Context, account: Account, number: str) -> None:
    """Delete the contact with this number. An opt-out stays: it belongs to the number.

    Raises:
        ContactNotFound: there is none.
    """
    phone = find_phone(number, account.region)
    if phone is None or not await context.apply(DeleteContacts(account.account_id, [phone], context.stamp())):
        raise ContactNotFound


async def count(context: Context, account: Account) -> int:
    """Return the number of contacts of the account."""
    return (await context.store.read(GetTallies(account.account_id))).contacts


async def count_matching(context: Context, account: Account, query: ListQuery, number: str | None) -> tuple[int, bool]:
    """Return how many contacts a listing has in all, and whether these are all: counting ends at `_MOST_COUNTED`."""
    where = _where(account, query, number)
    if where is NO_CONTACTS:
        return 0, True
    if where == ContactFilter():
        return await count(context, account), True
    found = await context.store.read(CountContacts(account.account_id, where, _MOST_COUNTED + 1))
    return min(found, _MOST_COUNTED), found <= _MOST_COUNTED


async def list_page(
    context: Context, account: Account, query: ListQuery, number: str | None
) -> Page | AbstractAsyncContextManager[LongPage]:
    """Return one page of contacts; with `number`, of those that have it (one or none).

    A page with much text is a context in which it is read, in slices.
    """
    query = replace(query, where=_where(account, query, number))
    if query.where is NO_CONTACTS:
        return Page([])
    listing = ListContacts(account.account_id, query)
    try:
        return await context.store.read(listing)
    except PageTooLarge:
        return context.store.page_in_slices(listing)


def _where(account: Account, query: ListQuery, number: str | None) -> ContactFilter:
    if number is None or query.where is NO_CONTACTS:
        return query.where
    phone = find_phone(number, account.region)
    return NO_CONTACTS if phone is None else replace(query.where, phone=phone)


async def set_opt_out(
    context: Context, account: Account, number: str, *, opted_out: bool, once: Idempotency | None = None
) -> str:
    """Record whether the recipient has opted out, with or without a contact; return the number in E.164 form.

    Raises:
        MissingFields: the number is empty.
        InvalidPhone: it is not a phone number.
    """
    phone = parse_phone(number, account.region, field="number")
    return await context.apply(SetOptOut(account.account_id, phone, opted_out, context.stamp()), once)


def normalised(patch: ContactPatch, account: Account) -> ContactPatch:
    """Return the patch with its `sendblue_number` in E.164 form.

    Raises:
        InvalidPhone: it is not a phone number.
        InvalidInput: a tag is blank.
    """
    if patch.tags is not UNSET:
        check_tags(patch.tags)
    if patch.sendblue_number is UNSET or not patch.sendblue_number:
        return patch
    line = find_phone(patch.sendblue_number, account.region)
    if line is None:
        raise InvalidPhone("sendblue_number", patch.sendblue_number)
    return patch if line == patch.sendblue_number else replace(patch, sendblue_number=line)
