"""One contact: create, update, read and delete."""

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from numberkeep.domain.contacts.contact import Contact, ReadOnly, moment
from numberkeep.domain.errors import ContactExists, ContactNotFound, InvalidInput, ReadOnlyFields
from numberkeep.domain.limits import MAX_LABEL, MAX_NAME, MAX_TAG, MAX_TAGS, MAX_VALUE, MAX_VARIABLES
from support.store import PHONE, START, AccountDriver, phone

ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company_name": "Analytical",
    "assigned_to_email": "sam@example.com",
    "sendblue_number": "+14155550100",
    "tags": ("vip", "math"),
    "custom_variables": {"plan": "pro", "seat": "12"},
}


class ContactContract:
    """CreateContact, UpdateContact, DeleteContacts and the read of one contact."""

    async def test_a_new_contact_has_its_fields(self, ours: AccountDriver) -> None:
        """A created contact has its id, its time to the microsecond, and every given field."""
        created = await ours.create(PHONE, at=START + 1, contact_id=77, **ADA)
        assert created == Contact(77, PHONE, moment(START + 1), verified=False, opt_out=False, **ADA)
        assert created.created_at.utcoffset() == timedelta(0)
        assert await ours.contact(PHONE) == created

    async def test_omitted_fields_are_empty(self, ours: AccountDriver) -> None:
        """A minimal contact has empty texts, no tags and no variables."""
        created = await ours.create(PHONE, at=START, contact_id=1)
        assert created == Contact(1, PHONE, moment(START), "", "", "", "", "", (), {}, verified=False, opt_out=False)
        assert await ours.contact(PHONE) == created

    async def test_an_unknown_number_is_no_contact(self, ours: AccountDriver) -> None:
        """Reading a number without a contact returns None."""
        await ours.create(PHONE)
        assert await ours.contact(phone(1)) is None

    @pytest.mark.parametrize(
        "text",
        [
            "O'Brien; DROP TABLE contacts --",
            'say "hi" \\ %_?*[a]',
            "e\u0301 is not \u00e9",
            "\u05d0\u202eright to left",
            "\U0001f469\u200d\U0001f4bb",
            "two\nlines\tand\r\na bell \x07 and \x7f",
            " kept   as is ",
            "\ufeff\uffff\U0010ffff",
            "null",
        ],
    )
    async def test_text_comes_back_as_it_was_given(self, ours: AccountDriver, text: str) -> None:
        """Names, tags, labels and values keep every character, except that tags and labels are stored in NFC."""
        given = await ours.create(PHONE, first_name=text, tags=(text,), custom_variables={text: text})
        name = unicodedata.normalize("NFC", text)
        assert (given.first_name, given.tags, given.custom_variables) == (text, (name,), {name: text})
        assert await ours.contact(PHONE) == given
        assert await ours.listed(tags=(name,)) == [PHONE]

    async def test_the_longest_contact_is_stored_completely(self, ours: AccountDriver) -> None:
        """A contact at every limit loses nothing."""
        wide = "\U0001f600"
        full = await ours.create(
            PHONE,
            first_name=wide * MAX_NAME,
            tags=tuple(f"{n:03d}{wide * (MAX_TAG - 3)}" for n in range(MAX_TAGS)),
            custom_variables={f"{n:03d}{wide * (MAX_LABEL - 3)}": wide * MAX_VALUE for n in range(MAX_VARIABLES)},
        )
        assert (len(full.tags), len(full.custom_variables)) == (MAX_TAGS, MAX_VARIABLES)
        assert await ours.contact(PHONE) == full

    async def test_a_duplicate_is_refused_and_changes_nothing(self, ours: AccountDriver) -> None:
        """A second create of a number raises ContactExists and leaves the first contact alone."""
        first = await ours.create(PHONE, **ADA)
        with pytest.raises(ContactExists):
            await ours.create(PHONE, first_name="Eve", tags=("new",))
        assert await ours.contact(PHONE) == first
        assert await ours.count() == 1
        assert await ours.listed(tags=("new",)) == []

    async def test_update_if_exists_patches_and_keeps_the_identity(self, ours: AccountDriver) -> None:
        """With update_if_exists an existing contact is patched: same id, same time, counted once."""
        first = await ours.create(PHONE, **ADA)
        again = await ours.create(PHONE, update_if_exists=True, last_name="King", custom_variables={"seat": "13"})
        assert again == replace(first, last_name="King", custom_variables={"plan": "pro", "seat": "13"})
        assert await ours.contact(PHONE) == again
        assert await ours.count() == 1

    async def test_update_if_exists_creates_a_missing_contact(self, ours: AccountDriver) -> None:
        """With update_if_exists a number without a contact gets one, and it is counted."""
        created = await ours.create(PHONE, update_if_exists=True, **ADA)
        assert await ours.contact(PHONE) == created
        assert await ours.count() == 1

    @pytest.mark.parametrize(
        "said",
        [
            pytest.param({}, id="nothing"),
            pytest.param({"first_name": "Augusta", "last_name": "King"}, id="texts"),
            pytest.param({"company_name": "", "assigned_to_email": "", "sendblue_number": ""}, id="cleared"),
            pytest.param({"tags": ("math", "new")}, id="tags replaced"),
            pytest.param({"tags": ()}, id="tags cleared"),
            pytest.param({"opt_out": True}, id="opted out"),
        ],
    )
    async def test_an_update_changes_what_it_mentions_and_nothing_else(
        self, ours: AccountDriver, said: dict[str, Any]
    ) -> None:
        """A patch sets the fields that it names, clears those with `""` and `()`, and keeps the others."""
        before = await ours.create(PHONE, **ADA)
        after = await ours.update(PHONE, **said)
        assert after == replace(before, **said)
        assert await ours.contact(PHONE) == after

    async def test_a_tag_given_twice_counts_once(self, ours: AccountDriver) -> None:
        """Tags keep the order of their first occurrence."""
        assert (await ours.create(PHONE, tags=("b", "a", "b"))).tags == ("b", "a")
        assert (await ours.update(PHONE, tags=("c", "c", "a"))).tags == ("c", "a")
        assert await ours.listed(tags=("c",)) == [PHONE]

    @pytest.mark.parametrize(
        ("given", "left"),
        [
            ({"seat": "13", "new": "x"}, {"plan": "pro", "seat": "13", "new": "x"}),
            ({"plan": "", "unknown": ""}, {"seat": "12"}),
            ({}, {"plan": "pro", "seat": "12"}),
            (None, {}),
        ],
    )
    async def test_custom_variables_are_merged(
        self, ours: AccountDriver, given: dict[str, str] | None, left: dict[str, str]
    ) -> None:
        """Given labels are set, those with `""` are removed, the others stay, and None clears all."""
        await ours.create(PHONE, **ADA)
        assert (await ours.update(PHONE, custom_variables=given)).custom_variables == left
        read = await ours.contact(PHONE)
        assert read is not None
        assert read.custom_variables == left

    async def test_a_merge_over_the_limit_is_refused(self, ours: AccountDriver) -> None:
        """A patch that would exceed the limit of custom variables raises InvalidInput and changes nothing."""
        before = await ours.create(PHONE, custom_variables={str(n): "x" for n in range(MAX_VARIABLES)})
        with pytest.raises(InvalidInput) as refused:
            await ours.update(PHONE, first_name="Eve", tags=("new",), custom_variables={"one more": "x"})
        assert [error.field for error in refused.value.fields] == ["custom_variables"]
        assert await ours.contact(PHONE) == before

    async def test_an_update_of_an_unknown_number_is_refused(self, ours: AccountDriver) -> None:
        """UpdateContact creates no contact: it raises ContactNotFound."""
        with pytest.raises(ContactNotFound):
            await ours.update(PHONE, first_name="Ada")
        assert await ours.contact(PHONE) is None
        assert await ours.count() == 0

    async def test_read_only_fields_may_be_repeated(self, ours: AccountDriver) -> None:
        """An update that repeats the stored read-only values is applied."""
        there = await ours.create(PHONE)
        same = ReadOnly(there.phone, there.contact_id, there.created_at, there.verified)
        assert (await ours.update(PHONE, read_only=same, first_name="Ada")).first_name == "Ada"

    async def test_other_read_only_values_are_refused_and_nothing_is_changed(self, ours: AccountDriver) -> None:
        """An update with a different read-only value raises ReadOnlyFields with its name, and changes nothing."""
        there = await ours.create(PHONE)
        other = ReadOnly(contact_id=there.contact_id + 1, created_at=there.created_at + timedelta(microseconds=1))
        with pytest.raises(ReadOnlyFields) as refused:
            await ours.update(PHONE, read_only=other, first_name="Eve")
        assert [error.field for error in refused.value.fields] == ["contact_id", "created_at"]
        assert await ours.contact(PHONE) == there

    async def test_a_delete_returns_the_number_of_deleted_contacts(self, ours: AccountDriver) -> None:
        """Unknown numbers are ignored, a repeated number counts once, and other contacts stay."""
        await ours.upsert(*[ours.row(phone(n)) for n in range(4)])
        assert await ours.delete(phone(1), phone(9), phone(2), phone(1)) == 2
        assert await ours.listed() == [phone(0), phone(3)]
        assert await ours.count() == 2
        assert await ours.delete(phone(1)) == 0
        assert await ours.delete() == 0
        assert await ours.count() == 2

    async def test_a_re_created_contact_has_nothing_of_the_old_one(self, ours: AccountDriver) -> None:
        """After a delete the number gets a new contact with its own id, without the old fields and tags."""
        await ours.create(PHONE, **ADA)
        await ours.delete(PHONE)
        assert await ours.contact(PHONE) is None
        again = await ours.create(PHONE, at=START + 99, contact_id=99)
        assert again == Contact(
            99, PHONE, moment(START + 99), "", "", "", "", "", (), {}, verified=False, opt_out=False
        )
        assert await ours.listed(tags=("vip",)) == []
        assert await ours.count() == 1
