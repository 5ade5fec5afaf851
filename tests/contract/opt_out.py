"""An opt-out belongs to the number."""

import pytest

from support.store import PHONE, AccountDriver, phone


class OptOutContract:
    """SetOptOut, and `opt_out` in every patch that may contain it."""

    @pytest.mark.parametrize("opted_out", [True, False])
    async def test_a_contact_shows_what_its_recipient_said_last(self, ours: AccountDriver, *, opted_out: bool) -> None:
        """SetOptOut shows in the contact and in the filter, whatever came before, also if repeated."""
        created = await ours.create(PHONE)
        for said in (not opted_out, opted_out, opted_out):
            await ours.opt_out(PHONE, opted_out=said)
        shown = await ours.contact(PHONE)
        assert shown is not None
        assert shown.opt_out is opted_out
        assert shown.contact_id == created.contact_id
        assert await ours.listed(opt_out=opted_out) == [PHONE]
        assert await ours.listed(opt_out=not opted_out) == []

    async def test_a_number_without_contact_can_opt_out(self, ours: AccountDriver) -> None:
        """The opt-out creates no contact, and applies to a contact that is created later, alone or in bulk."""
        await ours.opt_out(phone(1))
        await ours.opt_out(phone(2))
        assert await ours.count() == 0
        assert (await ours.create(phone(1))).opt_out
        stored = await ours.upsert(ours.row(phone(2)), ours.row(phone(3)))
        assert [contact.opt_out for contact in stored] == [True, False]
        assert await ours.listed(opt_out=True) == [phone(1), phone(2)]

    async def test_a_stranger_can_opt_in_again(self, ours: AccountDriver) -> None:
        """The latest consent of a number without a contact counts."""
        await ours.opt_out(PHONE)
        await ours.opt_out(PHONE, opted_out=False)
        assert not (await ours.create(PHONE)).opt_out

    @pytest.mark.parametrize("way", ["command", "update", "update_if_exists", "bulk", "create", "bulk create"])
    async def test_an_opt_out_outlives_its_contact(self, ours: AccountDriver, way: str) -> None:
        """However it was made, a deleted and re-created contact is still opted out."""
        if way not in {"create", "bulk create"}:
            await ours.create(PHONE)
        match way:
            case "command":
                await ours.opt_out(PHONE)
            case "update":
                await ours.update(PHONE, opt_out=True)
            case "create" | "update_if_exists":
                await ours.create(PHONE, opt_out=True, update_if_exists=True)
            case _:
                await ours.upsert(ours.row(PHONE, opt_out=True))
        assert await ours.listed(opt_out=True) == [PHONE]
        await ours.delete(PHONE)
        assert (await ours.create(PHONE)).opt_out

    @pytest.mark.parametrize("way", ["command", "update", "update_if_exists", "bulk", "create", "bulk create"])
    async def test_an_opt_in_outlives_its_contact(self, ours: AccountDriver, way: str) -> None:
        """However it was made, a contact whose recipient opted in again stays so when it is re-created."""
        await ours.opt_out(PHONE)
        if way not in {"create", "bulk create"}:
            await ours.create(PHONE)
        match way:
            case "command":
                await ours.opt_out(PHONE, opted_out=False)
            case "update":
                await ours.update(PHONE, opt_out=False)
            case "create" | "update_if_exists":
                await ours.create(PHONE, opt_out=False, update_if_exists=True)
            case _:
                await ours.upsert(ours.row(PHONE, opt_out=False))
        assert await ours.listed(opt_out=False) == [PHONE]
        await ours.delete(PHONE)
        assert not (await ours.create(PHONE)).opt_out

    async def test_other_changes_leave_the_opt_out(self, ours: AccountDriver) -> None:
        """A change that does not mention the opt-out keeps it, alone or in bulk."""
        await ours.create(PHONE)
        await ours.opt_out(PHONE)
        assert (await ours.update(PHONE, first_name="Ada")).opt_out
        assert (await ours.create(PHONE, update_if_exists=True, last_name="L")).opt_out
        assert (await ours.upsert(ours.row(PHONE, company_name="A")))[0].opt_out
