"""Walking a listing page by page."""

from typing import Any

import pytest

from contract.listing import ORDERS
from contract.population import by_order, populate
from numberkeep.domain.contacts.listing import OrderBy
from support.store import AccountDriver, phone


class CursorContract:
    """`Page.next` and `ListQuery.after`."""

    @ORDERS
    @pytest.mark.parametrize("where", [{}, {"tags": ("red",)}, {"opt_out": False}], ids=["all", "tag", "opt_out"])
    async def test_a_walk_is_the_whole_listing(
        self,
        ours: AccountDriver,
        by: OrderBy,
        *,
        descending: bool,
        where: dict[str, Any],
    ) -> None:
        """Pages by cursor are the listing cut in pieces, for every size; only the last may be short."""
        await populate(ours)
        whole = (await ours.page(by, descending=descending, **where)).contacts
        assert len(whole) > 3
        for limit in (1, 2, 3, len(whole) - 1, len(whole), len(whole) + 1):
            pages = await ours.pages(by, descending=descending, limit=limit, **where)
            assert pages == [whole[start : start + limit] for start in range(0, len(whole), limit)]

    async def test_an_empty_listing_is_one_empty_page(self, ours: AccountDriver) -> None:
        """If nothing matches there is no contact and no next page."""
        assert await ours.pages(OrderBy.CREATED_AT, descending=True, limit=1) == [[]]

    @ORDERS
    async def test_changes_between_pages_skip_and_repeat_nothing(
        self, ours: AccountDriver, by: OrderBy, *, descending: bool
    ) -> None:
        """A walk continues from its position even if that contact is deleted and others change around it."""
        before = by_order(await populate(ours), by, descending=descending)
        first = await ours.page(by, descending=descending, limit=4)
        assert first.next is not None
        gone = [before[index].phone for index in (0, 3, 6, 11)]  # listed, the cursor's own, not yet listed, the last
        await ours.delete(*gone)
        for n, name in enumerate(["", "Ada", "L", "\U0001f600", "~"]):
            await ours.create(f"+1{n * 2}05556000{n}", first_name=name, last_name=name)
        rest = await ours.pages(by, descending=descending, limit=3, after=first.next)
        seen = [contact.phone for contact in first.contacts] + [contact.phone for page in rest for contact in page]
        assert len(seen) == len(set(seen))
        old = {contact.phone for contact in before}
        assert [number for number in seen if number in old] == [
            contact.phone for index, contact in enumerate(before) if index < 4 or contact.phone not in gone
        ]

    @ORDERS
    async def test_a_walk_sees_what_is_created_ahead_of_it(
        self, ours: AccountDriver, by: OrderBy, *, descending: bool
    ) -> None:
        """A contact created beyond the cursor is listed; one created before it is not."""
        ahead, behind = (1, 9) if descending else (9, 1)

        async def create(n: int) -> None:
            await ours.create(phone(n), at=n, contact_id=n, first_name=str(n), last_name=str(n))

        for n in (3, 5, 7):
            await create(n)
        first = await ours.page(by, descending=descending, limit=2)
        await create(ahead)
        await create(behind)
        rest = await ours.pages(by, descending=descending, limit=10, after=first.next)
        assert [contact.phone for page in rest for contact in page] == [phone(3 if descending else 7), phone(ahead)]

    async def test_ties_longer_than_a_page_are_walked_through(self, ours: AccountDriver) -> None:
        """Contacts with the same sort value, such as an empty name, are ordered by contact_id."""
        await ours.upsert(*[ours.row(phone(n), first_name="" if n % 3 else "x") for n in range(20)])
        for descending in (False, True):
            pages = await ours.pages(OrderBy.FIRST_NAME, descending=descending, limit=3)
            found = [contact.phone for page in pages for contact in page]
            order = [phone(n) for n in range(20) if n % 3] + [phone(n) for n in range(20) if n % 3 == 0]
            assert found == (order[::-1] if descending else order)
