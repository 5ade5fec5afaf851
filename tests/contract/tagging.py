"""One command that adds a tag to many contacts, or removes it."""

from dataclasses import replace

from numberkeep.domain.contacts.tagging import TagContacts, Tagged
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.stamp import Stamp
from support.store import PHONE, AccountDriver, phone


async def tagged(account: AccountDriver, tag: str, *phones: str, remove: bool = False) -> Tagged:
    """Add a tag to the contacts with these numbers, or remove it."""
    places = {each: place for place, each in enumerate(phones)}
    command = TagContacts(account.account_id, tag, remove, places, [], Stamp(account.tick()))
    return await account.store.apply(command)


class TaggingContract:
    """TagContacts."""

    async def test_a_tag_is_added_after_the_others(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The index has it, nothing else of the contact changes, and other accounts keep theirs."""
        old = await ours.create(PHONE, first_name="Ada", tags=("b", "a"), custom_variables={"x": "1"})
        await ours.create(phone(2), tags=("new",))
        await theirs.create(PHONE)
        assert await tagged(ours, "new", phone(9), PHONE, phone(2)) == Tagged(1, 1, [0], [])
        assert await ours.contact(PHONE) == replace(old, tags=("b", "a", "new"))
        assert await ours.listed(tags=("new",)) == [PHONE, phone(2)]
        assert await theirs.listed(tags=("new",)) == []
        assert await ours.count() == 2

    async def test_a_tag_is_removed(self, ours: AccountDriver) -> None:
        """From those that have it; the others and their logs are unchanged."""
        old = await ours.create(PHONE, tags=("b", "new", "a"))
        await ours.create(phone(2), tags=("newer",))
        before = await ours.last_event()
        assert await tagged(ours, "new", PHONE, phone(2), phone(3), remove=True) == Tagged(1, 1, [2], [])
        assert await ours.contact(PHONE) == replace(old, tags=("b", "a"))
        assert await ours.listed(tags=("new",)) == []
        assert await ours.types_and_phones(before) == [("contact.updated", PHONE)]

    async def test_a_contact_with_all_its_tags_gets_no_other(self, ours: AccountDriver) -> None:
        """It is reported; adding one that it has is no change, and removing one is possible."""
        tags = tuple(map(str, range(MAX_TAGS)))
        old = await ours.create(PHONE, tags=tags)
        assert await tagged(ours, "new", phone(2), PHONE) == Tagged(0, 0, [0], [1])
        assert await tagged(ours, "5", PHONE) == Tagged(0, 1)
        assert await ours.contact(PHONE) == old
        assert await tagged(ours, "5", PHONE, remove=True) == Tagged(1)
