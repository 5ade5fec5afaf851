"""The use cases on one contact: how a number is read, and what is refused before the store is asked."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from numberkeep.domain.contacts.contact import ContactPatch, ReadOnly, micros
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery
from numberkeep.domain.errors import ContactExists, ContactNotFound, InvalidPhone, MissingFields
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.service import contacts
from numberkeep.service.context import Context
from support.api import SetClock
from support.store import contact_recorded

PHONE = "+14155552671"
WRITTEN = "(415) 555-2671"

UseCase = Callable[[Context, Account, str], Coroutine[Any, Any, object]]


async def create(context: Context, account: Account, number: str, patch: ContactPatch | None = None) -> object:
    """Create a contact."""
    return await contacts.create(context, account, number, patch or ContactPatch(), update_if_exists=False)


async def update(context: Context, account: Account, number: str) -> object:
    """Change nothing of a contact."""
    return await contacts.update(context, account, number, ContactPatch(), ReadOnly())


async def opt_out(context: Context, account: Account, number: str) -> object:
    """Opt a number out."""
    return await contacts.set_opt_out(context, account, number, opted_out=True)


async def test_a_contact_is_created_at_the_clocks_time(context: Context, account: Account, clock: SetClock) -> None:
    """A created contact has an E.164 number, the clock's time, and the id that follows from time and node."""
    clock.pass_seconds(5)
    made = await contacts.create(context, account, WRITTEN, ContactPatch(first_name="Ada"), update_if_exists=False)
    assert (made.phone, made.first_name) == (PHONE, "Ada")
    assert micros(made.created_at) == clock.now_ns // 1000
    assert made.contact_id == contact_id_at(micros(made.created_at), node=5)


async def test_a_duplicate_is_refused_unless_an_update_is_meant(context: Context, account: Account) -> None:
    """A number that is there however it is written raises ContactExists, or is patched with update_if_exists."""
    made = await contacts.create(context, account, PHONE, ContactPatch(first_name="Ada"), update_if_exists=False)
    with pytest.raises(ContactExists):
        await contacts.create(context, account, WRITTEN, ContactPatch(), update_if_exists=False)
    again = await contacts.create(context, account, WRITTEN, ContactPatch(last_name="L"), update_if_exists=True)
    assert again == replace(made, last_name="L")


@pytest.mark.parametrize("use_case", [create, opt_out])
@pytest.mark.parametrize("number", ["", " ", "\t\n"])
async def test_a_number_that_is_empty_is_missing(
    context: Context, account: Account, use_case: UseCase, number: str
) -> None:
    """White space is no number: MissingFields names it."""
    with pytest.raises(MissingFields) as refused:
        await use_case(context, account, number)
    assert [error.field for error in refused.value.fields] == ["number"]


@pytest.mark.parametrize("use_case", [create, opt_out])
@pytest.mark.parametrize("number", ["12", "nobody", "+0123456789"])
async def test_a_number_that_cannot_be_is_invalid(
    context: Context, account: Account, use_case: UseCase, number: str
) -> None:
    """Where a number would be stored, one that no telephone can have raises InvalidPhone and names the field."""
    with pytest.raises(InvalidPhone) as refused:
        await use_case(context, account, number)
    assert [error.field for error in refused.value.fields] == ["number"]
    assert await contacts.count(context, account) == 0


@pytest.mark.parametrize("use_case", [contacts.retrieve, update, contacts.delete])
@pytest.mark.parametrize("number", ["+14155559999", "12", "nobody", "", "\x00", "\ud800"])
async def test_where_a_number_is_only_looked_for_it_is_not_found(
    context: Context, account: Account, use_case: UseCase, number: str
) -> None:
    """An unknown number and one that cannot exist are the same to who reads, changes or deletes."""
    await create(context, account, PHONE)
    with pytest.raises(ContactNotFound):
        await use_case(context, account, number)
    assert await contacts.count(context, account) == 1


async def test_a_contact_is_found_however_its_number_is_written(context: Context, account: Account) -> None:
    """Reading, changing and deleting take national formats of the account's region."""
    await create(context, account, PHONE)
    changed = await contacts.update(context, account, WRITTEN, ContactPatch(first_name="Ada"), ReadOnly())
    assert contact_recorded(await contacts.retrieve(context, account, WRITTEN)) == changed
    await contacts.delete(context, account, WRITTEN)
    assert await contacts.count(context, account) == 0


async def test_the_region_is_the_accounts(context: Context, account: Account) -> None:
    """The same national number is another contact for an account of another region."""
    british = replace(account, region="GB")
    made = await contacts.create(context, british, "020 7946 0958", ContactPatch(), update_if_exists=False)
    assert made.phone == "+442079460958"
    with pytest.raises(ContactNotFound):
        await contacts.retrieve(context, account, "020 7946 0958")


async def test_the_own_line_is_stored_as_e164_or_cleared(context: Context, account: Account) -> None:
    """sendblue_number is normalised, `""` clears it, and one that cannot be is refused by name."""
    made = await contacts.create(
        context, account, PHONE, ContactPatch(sendblue_number="415 555 0100"), update_if_exists=False
    )
    assert made.sendblue_number == "+14155550100"
    with pytest.raises(InvalidPhone) as refused:
        await contacts.update(context, account, PHONE, ContactPatch(sendblue_number="12"), ReadOnly())
    assert [error.field for error in refused.value.fields] == ["sendblue_number"]
    cleared = await contacts.update(context, account, PHONE, ContactPatch(sendblue_number=""), ReadOnly())
    assert cleared.sendblue_number == ""


async def test_normalising_changes_only_the_line(account: Account) -> None:
    """The patch that comes out says the rest as it came in, and the one that went in is unchanged."""
    patch = ContactPatch(first_name="Ada", sendblue_number="4155550100", tags=("a",))
    assert contacts.normalised(patch, account) == ContactPatch("Ada", sendblue_number="+14155550100", tags=("a",))
    assert patch.sendblue_number == "4155550100"


async def test_a_listing_by_number_shows_one_or_none(context: Context, account: Account) -> None:
    """The number is read like any other and combined with the filter; one that cannot be is no contact's."""
    for number in (PHONE, "+14155552672"):
        await create(context, account, number, ContactPatch(tags=("a",)))
    tagged = ListQuery(ContactFilter(tags=("a",)))
    shown = {
        number: [contact.phone for contact in (await contacts.list_page(context, account, tagged, number)).contacts]
        for number in (WRITTEN, "+14155559999", "12", "")
    }
    assert shown == {WRITTEN: [PHONE], "+14155559999": [], "12": [], "": []}
    other = ListQuery(ContactFilter(tags=("b",)))
    assert list((await contacts.list_page(context, account, other, PHONE)).contacts) == []
    assert len((await contacts.list_page(context, account, tagged, None)).contacts) == 2


async def test_an_opt_out_gives_the_number_and_is_remembered(context: Context, account: Account) -> None:
    """The number comes back in E.164 form; the contact shows it now, and after deleting and creating it again."""
    assert await opt_out(context, account, WRITTEN) == PHONE
    await create(context, account, PHONE)
    assert (await contacts.retrieve(context, account, PHONE)).opt_out
    await contacts.delete(context, account, PHONE)
    await create(context, account, PHONE)
    assert (await contacts.retrieve(context, account, PHONE)).opt_out
    await contacts.set_opt_out(context, account, PHONE, opted_out=False)
    assert not (await contacts.retrieve(context, account, PHONE)).opt_out
