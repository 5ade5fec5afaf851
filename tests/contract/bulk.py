"""One command for many contacts."""

from dataclasses import replace

import pytest

from numberkeep.domain.contacts.commands import UpsertContacts
from numberkeep.domain.contacts.contact import moment, new_contact
from numberkeep.domain.errors import InvalidRows
from numberkeep.domain.limits import MAX_VARIABLES
from numberkeep.domain.stamp import Stamp
from support.store import PHONE, AccountDriver, phone


class BulkContract:
    """UpsertContacts."""

    async def test_rows_come_back_in_their_order(self, ours: AccountDriver) -> None:
        """The contacts are returned in the order of the rows, new and existing ones mixed."""
        await ours.upsert(ours.row(phone(5)), ours.row(phone(2)))
        rows = [ours.row(phone(n), first_name=str(n)) for n in (9, 2, 7, 5, 0)]
        stored = await ours.upsert(*rows)
        assert [contact.phone for contact in stored] == [row.phone for row in rows]
        assert [contact.first_name for contact in stored] == ["9", "2", "7", "5", "0"]
        assert await ours.count() == 5

    async def test_a_new_row_gets_its_own_id_and_time(self, ours: AccountDriver) -> None:
        """Each new contact has the id, the time and the fields of its row."""
        row = ours.row(PHONE, first_name="Ada", tags=("a", "b"), custom_variables={"x": "1"})
        (stored,) = await ours.upsert(row)
        assert stored == new_contact(row.contact_id, PHONE, moment(row.at), row.patch, opt_out=False)
        assert await ours.contact(PHONE) == stored
        assert await ours.listed(tags=("b",)) == [PHONE]

    async def test_an_existing_contact_is_patched(self, ours: AccountDriver) -> None:
        """An existing contact keeps id, time and omitted fields; variables are merged, tags are replaced."""
        old = await ours.create(PHONE, first_name="Ada", tags=("a", "b"), custom_variables={"x": "1", "y": "2"})
        (new,) = await ours.upsert(
            ours.row(PHONE, last_name="L", tags=("b", "c"), custom_variables={"x": "", "z": "3"})
        )
        assert new == replace(old, last_name="L", tags=("b", "c"), custom_variables={"y": "2", "z": "3"})
        assert await ours.contact(PHONE) == new
        assert [await ours.listed(tags=(tag,)) for tag in "abc"] == [[], [PHONE], [PHONE]]
        assert await ours.count() == 1

    async def test_an_invalid_row_rejects_the_whole_request(self, ours: AccountDriver) -> None:
        """All or none: if one row cannot be applied, no row is."""
        full = await ours.create(phone(5), custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})
        rows = [
            ours.row(phone(1), tags=("new",)),
            ours.row(phone(5), index=7, first_name="Eve", custom_variables={"one more": "x"}),
            ours.row(phone(9), tags=("new",)),
        ]
        with pytest.raises(InvalidRows) as caught:
            await ours.upsert(*rows)
        [error] = caught.value.fields
        assert (error.field, error.index, error.phone) == ("custom_variables", 7, phone(5))
        assert await ours.listed() == [phone(5)]
        assert await ours.contact(phone(5)) == full
        assert await ours.count() == 1
        assert await ours.listed(tags=("new",)) == []

    async def test_an_invalid_row_is_skipped_on_request(self, ours: AccountDriver) -> None:
        """With skip_bad the other rows are stored, and the errors are returned."""
        full = await ours.create(phone(5), custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})
        rows = [ours.row(phone(1)), ours.row(phone(5), index=7, custom_variables={"one more": "x"}), ours.row(phone(9))]
        done = await ours.store.apply(UpsertContacts(ours.account_id, rows, Stamp(ours.now), skip_bad=True))
        assert [contact.phone for contact in done.contacts] == [phone(1), phone(9)]
        assert [(error.index, error.phone) for error in done.errors] == [(7, phone(5))]
        assert await ours.contact(phone(5)) == full
        assert await ours.count() == 3

    async def test_the_same_rows_again_change_nothing(self, ours: AccountDriver) -> None:
        """A bulk request is an upsert: repeating it creates no second contact and changes nothing."""
        rows = [ours.row(phone(n), first_name="Ada", tags=("a",), custom_variables={"x": "1"}) for n in range(3)]
        first = await ours.upsert(*rows)
        assert await ours.upsert(*rows) == first
        assert await ours.count() == 3
        assert await ours.listed(tags=("a",)) == [phone(0), phone(1), phone(2)]

    async def test_a_thousand_rows_are_stored(self, ours: AccountDriver) -> None:
        """A large request is one command, like a small one."""
        rows = [ours.row(phone(n), tags=("even",) if n % 2 == 0 else ()) for n in range(1000)]
        await ours.upsert(*rows)
        assert await ours.count() == 1000
        assert len(await ours.listed(tags=("even",))) == 500
        assert await ours.delete(*[row.phone for row in rows]) == 1000
        assert await ours.count() == 0

    async def test_no_rows_are_no_change(self, ours: AccountDriver) -> None:
        """An empty request stores nothing and returns nothing."""
        assert list(await ours.upsert()) == []
        assert await ours.count() == 0
