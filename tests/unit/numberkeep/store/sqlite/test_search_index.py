"""The index of words: how far it is behind the contacts, and what `check` finds of damage to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from numberkeep.domain.contacts.search import parse_search
from numberkeep.domain.identity import contact_id_text
from numberkeep.store import grouping
from numberkeep.store.sqlite import SqliteStore, search_index, searching
from numberkeep.store.sqlite.checking import check
from support.files import change
from support.store import AccountDriver, new_account, phone


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the database."""
    return tmp_path / "contacts.db"


@pytest.fixture
async def ours(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AccountDriver]:
    """Return an account of a store that indexes every ten contacts."""
    monkeypatch.setattr(search_index, "SLICE", 10)
    store = SqliteStore(path)
    await store.open()
    yield await new_account(store, "ours")
    await store.close()


async def fill(ours: AccountDriver, size: int = 30) -> None:
    """Create contacts, all at once."""
    await ours.upsert(*(ours.row(phone(n), first_name=f"Ada{n}", tags=("vip",)) for n in range(size)))


async def unindexed(ours: AccountDriver) -> int:
    """Return how many contacts are not indexed when the writer has nothing to do."""
    store = ours.store
    assert isinstance(store, SqliteStore)
    await store.close()
    await store.open()
    return await store._on_reader(search_index.count_unindexed)


async def test_all_but_a_few_contacts_are_indexed(ours: AccountDriver, path: Path) -> None:
    """Without another command; the others are marked."""
    await fill(ours)
    assert await unindexed(ours) == 0
    for n in range(9):
        await ours.create(phone(100 + n))
    assert await unindexed(ours) == 9
    await ours.create(phone(200))
    assert await unindexed(ours) == 0
    assert check(path).faults == []


async def test_changed_and_deleted_contacts_are_marked(ours: AccountDriver, path: Path) -> None:
    """A change of another field marks nothing."""
    await fill(ours)
    await ours.update(phone(1), first_name="Grace")
    await ours.update(phone(2), sendblue_number="+14155550100")
    await ours.verify(phone(3))
    await ours.delete(phone(4))
    assert await unindexed(ours) == 2
    assert check(path).faults == []


async def test_a_large_command_changes_contacts_that_are_not_indexed_yet(ours: AccountDriver, path: Path) -> None:
    """It is written by upserts, for which a mark that is there already is no conflict."""
    for n in range(9):
        await ours.create(phone(n))
    for name in ("Ada", "Grace"):
        await ours.upsert(*(ours.row(phone(n), first_name=name) for n in range(grouping.GROUP_ROWS + 1)))
    assert await unindexed(ours) == 0
    assert check(path).faults == []


async def test_a_contact_that_comes_back_is_indexed_once(ours: AccountDriver, path: Path) -> None:
    """As an undone deletion does it, with the same id."""
    await fill(ours)
    kept = await ours.contact(phone(1))
    assert kept is not None
    await ours.delete(phone(1), *(phone(n) for n in range(10, 25)))
    assert await unindexed(ours) == 0
    await ours.create(phone(1), contact_id=kept.contact_id, first_name="Grace")
    await fill(ours)
    assert await unindexed(ours) == 0
    assert check(path).faults == []


async def test_a_failure_to_index_is_no_failure_to_write(
    ours: AccountDriver, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searches find the contacts besides, and the next start of the writer indexes them."""
    monkeypatch.setattr(search_index, "_INSERT", "INSERT INTO missing VALUES (?)")
    monkeypatch.setattr(searching, "_SMALL", 0)
    await fill(ours)
    assert await ours.listed(search=parse_search("ada7")) == [phone(7)]
    monkeypatch.undo()
    monkeypatch.setattr(search_index, "SLICE", 10)
    assert await unindexed(ours) == 0
    assert check(path).faults == []


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ("UPDATE contacts SET search_text = 'ada7 vip' WHERE phone = '{}'", ["search_text"]),
        ("DELETE FROM contact_search WHERE rowid = {id}", ["search_index"]),
        ("INSERT INTO contact_search (rowid, words, account) VALUES (5, 'abc', 'x')", ["search_index"]),
        ("UPDATE contact_search SET words = 'other words', account = 'x' WHERE rowid = {id}", ["search_index"]),
        ("UPDATE contact_search SET words = 'ada7 vip!', account = 'x' WHERE rowid = {id}", ["search_index"]),
    ],
)
async def test_check_finds_what_is_damaged(ours: AccountDriver, path: Path, sql: str, rules: list[str]) -> None:
    """Each part, and whose it is."""
    await fill(ours)
    assert await unindexed(ours) == 0
    contact = await ours.contact(phone(7))
    assert contact is not None
    change(path, sql.format(phone(7), id=contact.contact_id))
    faults = check(path).faults
    assert [fault.rule for fault in faults] == rules
    assert [fault.contact_id for fault in faults] == [contact_id_text(5 if "(5" in sql else contact.contact_id)]


async def test_check_finds_a_damaged_page_of_the_index(ours: AccountDriver, path: Path) -> None:
    """By SQLite's own check of the index."""
    await fill(ours)
    assert await unindexed(ours) == 0
    change(path, "UPDATE contact_search_data SET block = zeroblob(length(block)) WHERE id > 100")
    assert {fault.rule for fault in check(path).faults} == {"integrity"}
