"""Operations on one contact: parsing of its number, and what is refused before the store is called."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest

from numberkeep.domain.contacts.contact import ContactPatch, ContactRecord, ReadOnly, micros
from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Page
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
    """Apply an empty update to a contact."""
    return await contacts.update(context, account, number, ContactPatch(), ReadOnly())


async def opt_out(context: Context, account: Account, number: str) -> object:
    """Opt a number out."""
    return await contacts.set_opt_out(context, account, number, opted_out=True)


async def test_a_created_contact_has_the_clock_s_time(context: Context, account: Account, clock: SetClock) -> None:
    """Its number is in E.164 form, and its id follows from time and node."""
    clock.pass_seconds(5)
    made = await contacts.create(context, account, WRITTEN, ContactPatch(first_name="Ada"), update_if_exists=False)
    assert (made.phone, made.first_name) == (PHONE, "Ada")
    assert micros(made.created_at) == clock.now_ns // 1000
    assert made.contact_id == contact_id_at(micros(made.created_at), node=5)


async def test_a_duplicate_is_refused_unless_update_if_exists(context: Context, account: Account) -> None:
    """The same number in any spelling raises ContactExists, or is updated with update_if_exists."""
    made = await contacts.create(context, account, PHONE, ContactPatch(first_name="Ada"), update_if_exists=False)
    with pytest.raises(ContactExists):
        await contacts.create(context, account, WRITTEN, ContactPatch(), update_if_exists=False)
    again = await contacts.create(context, account, WRITTEN, ContactPatch(last_name="L"), update_if_exists=True)
    assert again == replace(made, last_name="L")


@pytest.mark.parametrize("use_case", [create, opt_out])
@pytest.mark.parametrize("number", ["", " ", "\t\n"])
async def test_an_empty_number_is_missing(context: Context, account: Account, use_case: UseCase, number: str) -> None:
    """So is one of white space only: MissingFields names the field."""
    with pytest.raises(MissingFields) as refused:
        await use_case(context, account, number)
    assert [error.field for error in refused.value.fields] == ["number"]


@pytest.mark.parametrize("use_case", [create, opt_out])
@pytest.mark.parametrize("number", ["12", "nobody", "+0123456789"])
async def test_an_impossible_number_is_invalid(
    context: Context, account: Account, use_case: UseCase, number: str
) -> None:
    """Where a number would be stored, one that cannot exist raises InvalidPhone and names the field."""
    with pytest.raises(InvalidPhone) as refused:
        await use_case(context, account, number)
    assert [error.field for error in refused.value.fields] == ["number"]
    assert await contacts.count(context, account) == 0


@pytest.mark.parametrize("use_case", [contacts.retrieve, update, contacts.delete])
@pytest.mark.parametrize("number", ["+14155559999", "12", "nobody", "", "\x00", "\ud800"])
async def test_an_impossible_number_is_not_found(
    context: Context, account: Account, use_case: UseCase, number: str
) -> None:
    """Where a number is only looked up, one that cannot exist is treated like an unknown one."""
    await create(context, account, PHONE)
    with pytest.raises(ContactNotFound):
        await use_case(context, account, number)
    assert await contacts.count(context, account) == 1


async def test_a_contact_is_found_by_any_spelling_of_its_number(context: Context, account: Account) -> None:
    """Get, update and delete accept national formats of the account's region."""
    await create(context, account, PHONE)
    changed = await contacts.update(context, account, WRITTEN, ContactPatch(first_name="Ada"), ReadOnly())
    assert contact_recorded(await contacts.retrieve(context, account, WRITTEN)) == changed
    await contacts.delete(context, account, WRITTEN)
    assert await contacts.count(context, account) == 0


async def test_the_region_is_the_account_s(context: Context, account: Account) -> None:
    """The same national number is a different contact in an account of another region."""
    british = replace(account, region="GB")
    made = await contacts.create(context, british, "020 7946 0958", ContactPatch(), update_if_exists=False)
    assert made.phone == "+442079460958"
    with pytest.raises(ContactNotFound):
        await contacts.retrieve(context, account, "020 7946 0958")


async def test_the_line_is_stored_as_e164_or_cleared(context: Context, account: Account) -> None:
    """`""` clears sendblue_number, and an invalid one is refused by name."""
    made = await contacts.create(
        context, account, PHONE, ContactPatch(sendblue_number="415 555 0100"), update_if_exists=False
    )
    assert made.sendblue_number == "+14155550100"
    with pytest.raises(InvalidPhone) as refused:
        await contacts.update(context, account, PHONE, ContactPatch(sendblue_number="12"), ReadOnly())
    assert [error.field for error in refused.value.fields] == ["sendblue_number"]
    cleared = await contacts.update(context, account, PHONE, ContactPatch(sendblue_number=""), ReadOnly())
    assert cleared.sendblue_number == ""


async def test_normalizing_changes_only_the_line(account: Account) -> None:
    """Other fields of the patch are the same, and the original patch is unchanged."""
    patch = ContactPatch(first_name="Ada", sendblue_number="4155550100", tags=("a",))
    assert contacts.normalised(patch, account) == ContactPatch("Ada", sendblue_number="+14155550100", tags=("a",))
    assert patch.sendblue_number == "4155550100"


async def listed(context: Context, account: Account, query: ListQuery, number: str | None) -> Sequence[ContactRecord]:
    """Return the contacts of a short page."""
    page = await contacts.list_page(context, account, query, number)
    assert isinstance(page, Page)
    return page.contacts


async def test_a_listing_by_number_has_at_most_one_contact(context: Context, account: Account) -> None:
    """The number is parsed as usual and combined with the filter; an impossible one matches nothing."""
    for number in (PHONE, "+14155552672"):
        await create(context, account, number, ContactPatch(tags=("a",)))
    tagged = ListQuery(ContactFilter(tags=("a",)))
    shown = {
        number: [contact.phone for contact in await listed(context, account, tagged, number)]
        for number in (WRITTEN, "+14155559999", "12", "")
    }
    assert shown == {WRITTEN: [PHONE], "+14155559999": [], "12": [], "": []}
    other = ListQuery(ContactFilter(tags=("b",)))
    assert list(await listed(context, account, other, PHONE)) == []
    assert len(await listed(context, account, tagged, None)) == 2


async def test_an_opt_out_returns_the_number_and_is_retained(context: Context, account: Account) -> None:
    """The number is in E.164 form; the contact shows the opt-out, also after it is deleted and re-created."""
    assert await opt_out(context, account, WRITTEN) == PHONE
    await create(context, account, PHONE)
    assert (await contacts.retrieve(context, account, PHONE)).opt_out
    await contacts.delete(context, account, PHONE)
    await create(context, account, PHONE)
    assert (await contacts.retrieve(context, account, PHONE)).opt_out
    await contacts.set_opt_out(context, account, PHONE, opted_out=False)
    assert not (await contacts.retrieve(context, account, PHONE)).opt_out
