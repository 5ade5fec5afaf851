"""Pages with much text, which are read in slices."""

import pytest

from numberkeep.domain.contacts.listing import (
    EVERYTHING,
    MOST_TEXT,
    SLICE_CONTACTS,
    ContactFilter,
    ListQuery,
    Order,
    OrderBy,
    Position,
)
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.queries import ListContacts
from support.store import AccountDriver, contact_recorded, phone

TEXT = "x" * 4000
LARGE = {f"label {n}": TEXT for n in range(30)}
MANY = 3 * MOST_TEXT // (len(LARGE) * len(TEXT))


async def read(ours: AccountDriver, query: ListQuery) -> tuple[list[list[str]], Position | None]:
    """Return the numbers in each slice of a page, and where the next page starts."""
    async with ours.store.page_in_slices(ListContacts(ours.account_id, query)) as page:
        return [[contact.phone for contact in contacts] async for contacts in page.slices], page.next


class LongPageContract:
    """The contract of long pages."""

    async def test_a_page_with_much_text_is_not_read_at_once(self, ours: AccountDriver) -> None:
        """Not even a page of the default size; a page of few of the same contacts is."""
        await ours.upsert(*[ours.row(phone(n), custom_variables=LARGE) for n in range(MANY)])
        for limit in (MANY, MANY - 1, 100):
            with pytest.raises(PageTooLarge):
                await ours.store.read(ListContacts(ours.account_id, ListQuery(limit=limit)))
        page = await ours.store.read(ListContacts(ours.account_id, ListQuery(limit=2)))
        assert [contact.phone for contact in page.contacts] == [phone(MANY - 1), phone(MANY - 2)]

    @pytest.mark.parametrize("by", list(OrderBy))
    @pytest.mark.parametrize("descending", [True, False])
    async def test_slices_are_the_page(self, ours: AccountDriver, by: OrderBy, *, descending: bool) -> None:
        """In its order and of its size, with its next position; each slice has some contacts and not too much text."""
        for n in range(MANY):
            await ours.create(phone(n), custom_variables=LARGE, first_name=f"{n % 3}", last_name=f"{n % 2}")
        whole = await ours.listed(by, descending=descending, limit=2)
        following = (await ours.page(by, descending=descending, limit=2)).next
        order = Order(by, descending)
        slices, place = await read(ours, ListQuery(order=order, limit=MANY - 5, after=following))
        assert all(0 < len(numbers) <= 4 for numbers in slices)
        numbers = [number for part in slices for number in part]
        rest, end = await read(ours, ListQuery(order=order, limit=1000, after=place))
        assert len(numbers) == MANY - 5
        assert end is None
        assert [*whole, *numbers, *(number for part in rest for number in part)] == await self.in_order(
            ours, by, descending=descending
        )

    @staticmethod
    async def in_order(ours: AccountDriver, by: OrderBy, *, descending: bool) -> list[str]:
        """Return all numbers, read in pages of two."""
        pages = await ours.pages(by, descending=descending, limit=2)
        return [contact.phone for page in pages for contact in page]

    async def test_a_slice_has_whole_contacts(self, ours: AccountDriver) -> None:
        """With every field, as a short page has them."""
        made = await ours.create(phone(1), tags=("a",), custom_variables=LARGE, first_name="Ann", last_name="Lee")
        async with ours.store.page_in_slices(ListContacts(ours.account_id, ListQuery())) as page:
            shown = [contact_recorded(each) async for contacts in page.slices for each in contacts]
        assert (shown, page.next) == ([made], None)

    async def test_a_page_can_have_every_contact(self, ours: AccountDriver) -> None:
        """In slices of few contacts even if they have no text, without a next page; filters apply."""
        count = 2 * SLICE_CONTACTS + 1
        await ours.upsert(*[ours.row(phone(n), tags=("even",) if n % 2 == 0 else ()) for n in range(count)])
        oldest_first = Order(descending=False)
        slices, place = await read(ours, ListQuery(order=oldest_first, limit=EVERYTHING))
        assert ([number for part in slices for number in part], place) == ([phone(n) for n in range(count)], None)
        assert max(map(len, slices)) <= SLICE_CONTACTS
        even = ContactFilter(tags=("even",))
        slices, _ = await read(ours, ListQuery(even, oldest_first, limit=EVERYTHING))
        assert [number for part in slices for number in part] == [phone(n) for n in range(0, count, 2)]

    async def test_a_page_without_contacts_has_no_slices(self, ours: AccountDriver) -> None:
        """And no next page."""
        assert await read(ours, ListQuery()) == ([], None)

    async def test_slices_are_of_one_moment(self, ours: AccountDriver) -> None:
        """What is changed, created and deleted while they are read is not in them, and does not wait for them."""
        await ours.upsert(*[ours.row(phone(n), custom_variables=LARGE) for n in range(MANY)])
        query = ListContacts(ours.account_id, ListQuery(order=Order(descending=False), limit=1000))
        async with ours.store.page_in_slices(query) as page:
            first = await anext(page.slices)
            await ours.update(phone(MANY - 1), custom_variables={"label 0": "changed"})
            await ours.delete(phone(MANY - 2))
            await ours.create(phone(MANY))
            rest = [contact for contacts in [part async for part in page.slices] for contact in contacts]
        assert [contact.phone for contact in [*first, *rest]] == [phone(n) for n in range(MANY)]
        assert "changed" not in rest[-1].custom_variables
        assert await ours.count() == MANY

    async def test_a_page_that_is_left_early_leaves_nothing_behind(self, ours: AccountDriver) -> None:
        """The next one and the next change work."""
        await ours.upsert(*[ours.row(phone(n), custom_variables=LARGE) for n in range(MANY)])
        for _ in range(3):
            async with ours.store.page_in_slices(ListContacts(ours.account_id, ListQuery(limit=1000))) as page:
                assert await anext(page.slices)
        await ours.create(phone(MANY))
