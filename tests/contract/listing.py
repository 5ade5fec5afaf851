"""Listings: their contents and their order."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.population import by_order, populate
from numberkeep.domain.contacts.contact import Contact, micros
from numberkeep.domain.contacts.listing import ListQuery, OrderBy
from numberkeep.domain.limits import MAX_OFFSET
from numberkeep.store.queries import ListContacts
from support.store import START, AccountDriver, phone

FILTERS: list[tuple[str, dict[str, Any], Callable[[Contact], bool]]] = [
    ("all", {}, lambda _: True),
    ("one tag", {"tags": ("red",)}, lambda contact: "red" in contact.tags),
    ("two tags", {"tags": ("red", "blue")}, lambda contact: {"red", "blue"} <= set(contact.tags)),
    ("two tags, the rare one first", {"tags": ("Red", "red")}, lambda contact: {"Red", "red"} <= set(contact.tags)),
    ("a tag that nobody has", {"tags": ("re",)}, lambda _: False),
    ("verified", {"verified": True}, lambda contact: contact.verified),
    ("not verified", {"verified": False}, lambda contact: not contact.verified),
    ("opted out", {"opt_out": True}, lambda contact: contact.opt_out),
    ("not opted out", {"opt_out": False}, lambda contact: not contact.opt_out),
    ("created from", {"created_from": START + 5}, lambda contact: micros(contact.created_at) >= START + 5),
    ("created before", {"created_before": START + 5}, lambda contact: micros(contact.created_at) < START + 5),
    (
        "created between, with a tag",
        {"created_from": START + 2, "created_before": START + 6, "tags": ("red",)},
        lambda contact: START + 2 <= micros(contact.created_at) < START + 6 and "red" in contact.tags,
    ),
    ("contact_id", {"contact_id": 1006}, lambda contact: contact.contact_id == 1006),
    ("phone", {"phone": phone(3)}, lambda contact: contact.phone == phone(3)),
    (
        "everything at once",
        {"tags": ("red",), "verified": True, "opt_out": False, "created_from": START + 2},
        lambda contact: (
            "red" in contact.tags
            and contact.verified
            and not contact.opt_out
            and micros(contact.created_at) >= START + 2
        ),
    ),
    (
        "a number with another id",
        {"phone": phone(3), "contact_id": 1006},
        lambda contact: contact.phone == phone(3) and contact.contact_id == 1006,
    ),
]

ORDERS = pytest.mark.parametrize(
    ("by", "descending"),
    [pytest.param(by, down, id=f"{by}-{'desc' if down else 'asc'}") for by in OrderBy for down in (False, True)],
)


class ListingContract:
    """`Store.contacts` without a cursor."""

    @ORDERS
    @pytest.mark.parametrize(("where", "fits"), [pytest.param(*rest, id=name) for name, *rest in FILTERS])
    async def test_a_listing_shows_matching_contacts_in_order(
        self,
        ours: AccountDriver,
        by: OrderBy,
        *,
        descending: bool,
        where: dict[str, Any],
        fits: Callable[[Contact], bool],
    ) -> None:
        """Every filter with every order returns exactly the matching contacts, sorted, ties by contact_id."""
        everyone = await populate(ours)
        expected = by_order([contact for contact in everyone if fits(contact)], by, descending=descending)
        page = await ours.page(by, descending=descending, **where)
        assert page.contacts == expected
        assert page.next is None

    async def test_the_default_is_newest_first(self, ours: AccountDriver) -> None:
        """Without an order a listing shows the newest first, at most a hundred."""
        await ours.upsert(*[ours.row(phone(n)) for n in range(101)])
        page = await ours.store.read(ListContacts(ours.account_id, ListQuery()))
        assert [contact.phone for contact in page.contacts] == [phone(n) for n in range(100, 0, -1)]

    async def test_texts_sort_by_code_point(self, ours: AccountDriver) -> None:
        """Empty names come first; case, accents and planes sort by code point, by the rules of no language."""
        names = [
            "",
            " ",
            "Z",
            "Zoe",
            "_",
            "a",
            "a b",
            "aB",
            "ab",
            "z",
            "\u00c5",
            "\u00e5",
            "\u0416",
            "\u4e2d",
            "\uff21",
        ]
        names += ["\ufffd", "\U0001f600"]
        await ours.upsert(*[ours.row(phone(n), first_name=name) for n, name in enumerate(reversed(names))])
        page = await ours.page(OrderBy.FIRST_NAME, descending=False)
        assert [contact.first_name for contact in page.contacts] == names

    async def test_limit_and_offset_cut_a_window(self, ours: AccountDriver) -> None:
        """`offset` contacts are skipped, `limit` are returned, and `next` says whether more follow."""
        everyone = by_order(await populate(ours), OrderBy.LAST_NAME, descending=False)
        for limit in (1, 4, len(everyone), 1000):
            for offset in (0, 1, 5, len(everyone) - 1, len(everyone), 500):
                page = await ours.page(OrderBy.LAST_NAME, descending=False, limit=limit, offset=offset)
                assert page.contacts == everyone[offset : offset + limit]
                assert (page.next is not None) == (offset + limit < len(everyone))

    async def test_the_deepest_offset_is_an_empty_page(self, ours: AccountDriver) -> None:
        """The largest allowed offset is no error."""
        await ours.create(phone(1))
        page = await ours.page(offset=MAX_OFFSET)
        assert (list(page.contacts), page.next) == ([], None)

    async def test_created_from_is_exact_to_the_microsecond(self, ours: AccountDriver) -> None:
        """A contact created at exactly that time is listed; one created a microsecond earlier is not."""
        for n in range(3):
            await ours.create(phone(n), at=START + n)
        assert await ours.listed(created_from=START + 1) == [phone(1), phone(2)]

    async def test_tags_are_found_as_they_are_now(self, ours: AccountDriver) -> None:
        """A tag filter follows every change of the tags, and confuses neither case nor prefix."""
        await ours.create(phone(1), tags=("a", "b"))
        await ours.create(phone(2), tags=("b",))
        await ours.update(phone(1), tags=("b", "c"))
        await ours.update(phone(2), first_name="Ada")
        await ours.create(phone(2), tags=("c", "a"), update_if_exists=True)
        found = {tag: await ours.listed(tags=(tag,)) for tag in ("a", "b", "c", "A", "")}
        assert found == {"a": [phone(2)], "b": [phone(1)], "c": [phone(1), phone(2)], "A": [], "": []}

    async def test_sort_keys_follow_updates(self, ours: AccountDriver) -> None:
        """A contact whose name changes moves to the position of the new name."""
        await ours.upsert(*[ours.row(phone(n), last_name=name) for n, name in enumerate("abc")])
        await ours.update(phone(0), last_name="d")
        await ours.update(phone(2), last_name="")
        assert await ours.listed(OrderBy.LAST_NAME) == [phone(2), phone(1), phone(0)]
