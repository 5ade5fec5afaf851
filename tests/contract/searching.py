"""Listings of what words find."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.listing import ORDERS
from contract.population import by_order
from numberkeep.domain.contacts.contact import Contact, micros
from numberkeep.domain.contacts.listing import ContactFilter, OrderBy
from numberkeep.domain.contacts.search import parse_search, search_text
from numberkeep.store.contact_queries import CountContacts
from support.store import START, AccountDriver, phone

NAMES = (
    *("Ada", "ada", "Łukasz", "Zoe\u0308", "Øystein", "Straße", "O'Brien", "Anderson", "An", "A"),
    *("山田", "山田太郎", "山", "홍길동", "\u1112\u1169\u11bc", "Иван", "Ελένη", "مُحَمَّد", "שלום", "आरव", "สมชาย"),
    *("\U0001f600", "\u200b", '"', "%", "_", "*", "a\nb", "12", "1984", "\U0010ffff", "\ue000\ue000\ue001", "ad ams"),
)
PHONES = (
    *(phone(n) for n in range(12)),
    *("+491512345678", "+4930123456", "+390612345678", "+442079460018", "+8613800138000", "+12345678901"),
)
WORDS = (
    *("a", "ad", "ada", "an", "and", "son", "z", "zo", "lukasz", "strasse", "山", "山田", "田太", "太郎", "길동"),
    *("0", "1", "12", "0001", "001", "5678", "+1", "+1415", "0151", "2345678", "(415)", "600-0003", "+49", "0049"),
    *("\u200b", "\u0301", '"', "%", "_", "*", "\U0001f600", "\U0010ffff", "\ue000", "d a", "owner@", "vip", "o'"),
)
_characters = st.characters(codec="utf-8", exclude_characters="\0")
_texts = st.one_of(st.just(""), st.sampled_from(NAMES), st.text(_characters, max_size=8))
_patches: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"first_name": _texts, "last_name": _texts, "opt_out": st.booleans()},
    optional={
        "company_name": _texts,
        "assigned_to_email": st.just("owner@example.com"),
        "tags": st.lists(st.sampled_from(("vip", "red", "山")), max_size=2).map(tuple),
        "custom_variables": st.dictionaries(st.sampled_from(("Plan", "Note")), _texts | st.just("x" * 4000 + "end")),
    },
)
_filters: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "tags": st.lists(st.sampled_from(("vip", "red")), min_size=1, max_size=2, unique=True).map(tuple),
        "verified": st.booleans(),
        "opt_out": st.booleans(),
        "created_from": st.integers(START, START + 40_000_000),
        "phone": st.sampled_from(PHONES),
    },
)


@st.composite
def queries(draw: st.DrawFn, contacts: Sequence[Contact]) -> str:
    """Return words, of which many are found in the contacts."""
    words = draw(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=3))
    if contacts:
        contact = draw(st.sampled_from(contacts))
        text = draw(st.sampled_from((search_text(contact), contact.phone, contact.first_name)))
        start = draw(st.integers(0, len(text)))
        words.insert(0, text[start : start + draw(st.sampled_from((1, 2, 3, 4, 9)))])
    return draw(st.sampled_from((" ", "", "\t"))).join(words) if draw(st.booleans()) else " ".join(words)


def matches(contact: Contact, where: dict[str, Any]) -> bool:
    """Return whether a contact meets the conditions of a listing."""
    search = where.get("search")
    return (
        set(where.get("tags", ())) <= set(contact.tags)
        and where.get("verified", contact.verified) == contact.verified
        and where.get("opt_out", contact.opt_out) == contact.opt_out
        and where.get("phone", contact.phone) == contact.phone
        and micros(contact.created_at) >= where.get("created_from", 0)
        and (search is None or search.finds(contact.phone, search_text(contact)))
    )


@dataclass
class _Account:
    """An account that the examples of a test change one after the other.

    Attributes:
        driver: the account.
        wait: waits for an operation on the loop of the store.
        contacts: its contacts.
    """

    driver: AccountDriver
    wait: Callable[[Coroutine[Any, Any, Any]], Any]
    contacts: Sequence[Contact] = field(default_factory=list)

    def begin(self, data: st.DataObject) -> None:
        """Delete all contacts, then create, verify and change some."""
        driver = self.driver
        self.wait(driver.delete(*PHONES))
        patches = data.draw(st.dictionaries(st.sampled_from(PHONES), _patches, max_size=9))
        changes = data.draw(st.dictionaries(st.sampled_from(PHONES), _patches, max_size=2))
        for some in (patches, changes):
            if some:
                self.wait(driver.upsert(*(driver.row(number, **patch) for number, patch in some.items())))
        gone = data.draw(st.lists(st.sampled_from(PHONES), max_size=1))
        self.wait(driver.delete(*gone))
        self.contacts = self.wait(driver.page(limit=1000)).contacts
        for contact in self.contacts:
            if not contact.opt_out and data.draw(st.booleans()):
                self.wait(driver.verify(contact.phone))
        self.contacts = self.wait(driver.page(limit=1000)).contacts

    def check(self, data: st.DataObject) -> None:
        """Compare a listing with what the words mean."""
        by, descending = data.draw(st.sampled_from(OrderBy)), data.draw(st.booleans())
        where = data.draw(_filters) | {"search": parse_search(data.draw(queries(self.contacts)))}
        expected = by_order([each for each in self.contacts if matches(each, where)], by, descending=descending)
        limit = data.draw(st.sampled_from((1, 2, 5, 100)))
        pages = self.wait(self.driver.pages(by, descending=descending, limit=limit, **where))
        assert [each for page in pages for each in page] == expected
        assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
        offset = data.draw(st.integers(0, 4))
        page = self.wait(self.driver.page(by, descending=descending, limit=limit, offset=offset, **where))
        assert page.contacts == expected[offset : offset + limit]
        counting = CountContacts(self.driver.account_id, ContactFilter(**where), limit)
        assert self.wait(self.driver.store.read(counting)) == min(len(expected), limit)


class SearchContract:
    """`ContactFilter.search`."""

    async def test_a_store_finds_what_the_words_mean(
        self, ours: AccountDriver, theirs: AccountDriver, effort: int
    ) -> None:
        """With every filter, order, size of pages and cursor, whatever has changed before."""
        loop = asyncio.get_running_loop()

        def wait(operation: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(operation, loop).result()

        accounts = _Account(ours, wait), _Account(theirs, wait)

        @settings(max_examples=60 * effort, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(data=st.data())
        def agree(data: st.DataObject) -> None:
            for account in accounts:
                account.begin(data)
            for _ in range(3):
                data.draw(st.sampled_from(accounts)).check(data)

        await asyncio.to_thread(agree)

    @ORDERS
    async def test_frequent_and_rare_words_are_found_in_order(
        self, ours: AccountDriver, theirs: AccountDriver, by: OrderBy, *, descending: bool
    ) -> None:
        """Among contacts of other accounts, and at the end of the order as at its beginning."""
        for driver, size in ((ours, 60), (theirs, 90)):
            await driver.upsert(
                *(
                    driver.row(
                        phone(n),
                        first_name=("Ada", "Bob", "Łukasz")[n % 3],
                        last_name="Rare" if n in {1, 58} else f"L{n % 7}",
                        company_name="Old Corp" if n < 30 else "",
                    )
                    for n in range(size)
                )
            )
        everyone = (await ours.page(limit=1000)).contacts
        for q in ("ada", "rare", "old", "lukasz l3", "l3 0042", "a", "b o", "corp rare", "0058", "nobody", "ada zz"):
            search = parse_search(q)
            expected = by_order(
                [each for each in everyone if matches(each, {"search": search})], by, descending=descending
            )
            for limit in (3, 100):
                pages = await ours.pages(by, descending=descending, limit=limit, search=search)
                assert [each for page in pages for each in page] == expected, q

    async def test_words_follow_every_change(self, ours: AccountDriver) -> None:
        """Of names, tags and variables; a deleted contact is found no longer, and a new one with its number is."""

        async def found(q: str) -> list[str]:
            return await ours.listed(search=parse_search(q))

        await ours.create(phone(1), first_name="Ada", tags=("vip",), custom_variables={"Plan": "gold"})
        assert [await found(q) for q in ("ada", "vip", "gold", "0001")] == [[phone(1)]] * 4
        await ours.update(phone(1), first_name="Grace", tags=(), custom_variables=None)
        assert [await found(q) for q in ("ada", "vip", "gold", "grace")] == [[], [], [], [phone(1)]]
        await ours.delete(phone(1))
        assert await found("grace") == []
        await ours.create(phone(1), first_name="Ada")
        assert [await found(q) for q in ("ada", "grace", "0001")] == [[phone(1)], [], [phone(1)]]

    @pytest.mark.parametrize("q", ["ada", "a", "0", "0001", "\u200b", "ada " * 800, "a b c d e f g h i j k l " * 100])
    async def test_any_words_are_a_search(self, ours: AccountDriver, q: str) -> None:
        """However many there are."""
        await ours.create(phone(1), first_name="Ada")
        search = parse_search(q)
        contacts = (await ours.page()).contacts
        assert (await ours.page(search=search)).contacts == [
            each for each in contacts if matches(each, {"search": search})
        ]
