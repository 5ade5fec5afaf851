"""Previews of commands, on which the dry run of imports is based."""

import asyncio
from typing import Any

import pytest

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.commands import SetOptOut
from numberkeep.domain.contacts.commands import CreateContact, DeleteContacts, UpdateContact, UpsertContacts
from numberkeep.domain.contacts.contact import ContactPatch, ReadOnly
from numberkeep.domain.errors import ContactExists, InvalidRows
from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.domain.stamp import Stamp
from numberkeep.store.queries import GetBacklog, GetTallies, ListEvents
from support.store import PHONE, AccountDriver, phone


def creation(account: AccountDriver, number: str) -> CreateContact:
    """Return a command that creates a contact."""
    at = account.tick()
    return CreateContact(account.account_id, number, ContactPatch(), False, at, Stamp(at))  # noqa: FBT003


def some_of_everything(account: AccountDriver) -> list[AccountCommand[Any]]:
    """Return commands that create, change, opt out and delete, one of which is refused."""
    rows = [account.row(PHONE, first_name="New", tags=("x",)), account.row(phone(2)), account.row(phone(3))]
    stamp = Stamp(account.tick())
    return [
        UpsertContacts(account.account_id, rows, stamp),
        creation(account, PHONE),
        SetOptOut(account.account_id, phone(3), True, stamp),  # noqa: FBT003
        DeleteContacts(account.account_id, [phone(2), phone(9)], stamp),
        UpdateContact(account.account_id, phone(3), ContactPatch(last_name="L"), ReadOnly(), stamp),
    ]


class PreviewContract:
    """`preview` returns what `apply` would do, and changes nothing."""

    async def test_a_preview_returns_what_would_be_written(self, ours: AccountDriver) -> None:
        """The contacts before and after, the new and deleted ones, and the results and refusals."""
        existing = await ours.create(PHONE, first_name="Old", tags=("a",))
        found = await ours.store.preview(some_of_everything(ours))
        upserted, refused, opted_out, deleted, updated = found.outcomes
        assert [contact.phone for contact in upserted.contacts] == [PHONE, phone(2), phone(3)]
        assert isinstance(refused, ContactExists)
        assert (opted_out, deleted, updated.last_name) == (phone(3), 1, "L")
        contacts = found.changes.contacts
        assert [(old, new.first_name) for old, new in contacts.updated] == [(existing, "New")]
        assert [(contact.phone, contact.opt_out) for contact in contacts.inserted] == [(phone(3), True)]
        assert contacts.deleted == []
        assert found.changes.tallies.contacts == 2

    async def test_a_preview_changes_nothing(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Not a row, a counter or a delivery; applied after it, the commands do what it predicted."""
        await ours.add_webhook()
        await ours.create(PHONE)
        await theirs.create(PHONE)
        commands = some_of_everything(ours)
        before = await self._state(ours)
        first, second = [await ours.store.preview(commands) for _ in range(2)]
        assert first.changes == second.changes
        assert await self._state(ours) == before
        tallies = first.changes.tallies
        for command in commands:
            await asyncio.gather(ours.store.apply(command), return_exceptions=True)
        assert await ours.store.read(GetTallies(ours.account_id)) == tallies
        assert (await ours.events())[1:] == first.changes.events

    async def test_a_preview_waits_for_no_writer_and_keeps_none_waiting(self, ours: AccountDriver) -> None:
        """Concurrent previews and commands all complete, and each preview sees one state."""
        previews = [ours.store.preview([creation(ours, phone(n))]) for n in range(20)]
        creations = [ours.create(phone(n)) for n in range(20)]
        async with asyncio.timeout(30):
            found, _ = await asyncio.gather(asyncio.gather(*previews), asyncio.gather(*creations))
        for preview in found:
            created = not isinstance(preview.outcomes[0], ContactExists)
            assert (len(preview.changes.contacts.inserted), len(preview.changes.events)) == (created, created)
        assert await ours.count() == 20

    async def test_a_preview_refuses_a_bulk_request_with_an_invalid_row(self, ours: AccountDriver) -> None:
        """The request is refused as a whole, and the other commands are still previewed."""
        await ours.create(PHONE, custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})
        rows = [ours.row(phone(1)), ours.row(PHONE, index=1, custom_variables={"one more": "x"})]
        refused, created = (
            await ours.store.preview([UpsertContacts(ours.account_id, rows, Stamp(ours.now)), creation(ours, phone(2))])
        ).outcomes
        assert isinstance(refused, InvalidRows)
        assert created.phone == phone(2)

    @pytest.mark.parametrize("size", [1, 3000])
    async def test_a_preview_of_many_rows_is_one_answer(self, ours: AccountDriver, size: int) -> None:
        """However many rows there are, all are in the difference, and none is stored."""
        rows = [ours.row(f"+1415{5550000 + n}") for n in range(size)]
        found = await ours.store.preview([UpsertContacts(ours.account_id, rows, Stamp(ours.now))])
        assert len(found.changes.contacts.inserted) == size
        assert await ours.count() == 0

    @staticmethod
    async def _state(account: AccountDriver) -> list[object]:
        queries = (GetTallies(account.account_id), ListEvents(account.account_id, 0, 100), GetBacklog())
        return [await account.store.read(query) for query in queries]
