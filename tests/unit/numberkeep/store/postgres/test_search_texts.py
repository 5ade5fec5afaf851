"""When contacts that are not indexed are compared by their search text, and when by their fields."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from numberkeep.domain.contacts.search import parse_search
from numberkeep.store.postgres import PostgresStore, check, search_index, search_indexer
from numberkeep.store.whole_account import EmptyAccount
from support.everything import copied
from support.old_stores import CURIE, EVE, make
from support.older_process import write_as_older
from support.store import AccountDriver, new_account, phone


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index nothing in the background."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)


@pytest.fixture
async def beside(emptied_postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """Return a separate connection."""
    connection = await asyncpg.connect(emptied_postgres)
    yield connection
    await connection.close()


async def found(account: AccountDriver, q: str) -> list[str]:
    """Return the numbers of the contacts that words find, the oldest first."""
    return await account.listed(descending=False, search=parse_search(q))


async def search_faults(url: str) -> list[str]:
    """Return what `check` finds wrong with searches."""
    return [fault.rule for fault in (await check(url)).faults if fault.rule.startswith("search")]


async def change_texts(beside: asyncpg.Connection) -> None:
    """Give every contact another search text, to see whether it is read."""
    await beside.execute("UPDATE numberkeep.contacts SET search_text = 'text of ' || phone")


async def events_of(beside: asyncpg.Connection) -> tuple[int, int]:
    """Return the last event of the only account, and up to which one texts are right."""
    row = await beside.fetchrow("SELECT last_event, text_event FROM numberkeep.writers")
    assert row is not None
    return tuple(row)


async def test_the_text_decides_however_far_the_index_is_behind(
    account: AccountDriver, beside: asyncpg.Connection
) -> None:
    """If every process that has written knows of texts, which takes a tenth of the time."""
    await account.create(phone(1), first_name="Ada")
    await account.upsert(account.row(phone(2), first_name="Ada"), account.row(phone(3)))
    await account.update(phone(3), first_name="Ada")
    await account.delete(phone(2))
    await account.receive(phone(3), "Hi")
    assert await found(account, "ada") == [phone(1), phone(3)]
    await change_texts(beside)
    assert [await found(account, q) for q in ("ada", "text")] == [[], [phone(1), phone(3)]]


async def test_an_older_process_is_noticed(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """What was changed since is compared by its fields until it is indexed, even if a new process writes next."""
    await account.create(phone(1), first_name="Ada")
    await account.create(phone(2), first_name="Adam")
    await write_as_older(emptied_postgres, changed=phone(1), created=phone(3))
    await account.create(phone(4), first_name="Grace")
    last, right = await events_of(beside)
    assert (last, right) == (5, 2)
    for _ in range(2):
        assert [await found(account, q) for q in ("ada", "grace", "ellen")] == [
            [phone(2)],
            [phone(1), phone(4)],
            [phone(3)],
        ]
        assert await search_faults(emptied_postgres) == []
        while await search_index.index(beside, account.account_id):
            pass
    assert await events_of(beside) == (last, last)
    await change_texts(beside)
    assert (await found(account, "grace"), len(await found(account, "text"))) == ([], 4)


async def test_an_older_process_that_writes_while_the_index_catches_up_is_noticed(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each step of the index."""
    monkeypatch.setattr(search_index, "_AT_A_TIME", 40)
    await account.create(phone(1), first_name="Ada")
    for n in range(3, 6):
        await write_as_older(emptied_postgres, changed=phone(1 if n == 3 else n - 1), created=phone(n))
        await search_index.index(beside, account.account_id)
        await account.create(phone(100 + n), first_name="Zadie")
        assert await found(account, "ellen") == [phone(n)]
        assert await found(account, "grace") == [phone(each) for each in (1, *range(3, n))]
        assert await search_faults(emptied_postgres) == []


async def test_what_is_indexed_of_an_account_that_is_behind_is_compared_by_its_text(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """Also while contacts are filled in; the others are compared by their fields."""
    for n in range(3):
        await account.create(phone(n), first_name="Ada")
    await beside.execute("UPDATE numberkeep.writers SET text_event = 0")
    await beside.execute("DELETE FROM numberkeep.events")
    await search_index.index(beside, account.account_id)
    await beside.execute(
        "UPDATE numberkeep.search_progress SET filled_to = (SELECT min(contact_id) FROM numberkeep.contacts)"
    )
    await change_texts(beside)
    assert [await found(account, q) for q in ("ada", "text")] == [[phone(1), phone(2)], [phone(0)]]
    assert await search_faults(emptied_postgres) == ["search_text", "search_index"]


async def test_an_emptied_account_has_no_wrong_text(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """Whatever older processes had written before, and wherever its events go on."""
    await account.create(phone(1), first_name="Ada")
    await write_as_older(emptied_postgres, changed=phone(1), created=phone(3))
    for restart, last in ((False, 4), (True, 1)):
        await account.store.apply(EmptyAccount(account.account_id, restart=restart))
        await account.create(phone(1), first_name="Ada")
        assert await events_of(beside) == (last, last)


async def test_the_texts_of_a_copy_are_not_trusted(emptied_postgres: str, postgres_url: str) -> None:
    """An older process may have written to the source."""
    store = PostgresStore(emptied_postgres)
    await store.open()
    account = await new_account(store, "ours")
    await account.create(phone(1), first_name="Ada")
    await write_as_older(emptied_postgres, changed=phone(1), created=phone(3))
    await store.close()
    await copied(emptied_postgres, postgres_url)
    store = PostgresStore(postgres_url)
    await store.open()
    copy = AccountDriver(store, account.account_id)
    assert [await found(copy, q) for q in ("ada", "grace", "ellen")] == [[], [phone(1)], [phone(3)]]
    await store.close()


async def test_an_upgraded_store_is_searched_while_an_older_process_writes(postgres_url: str) -> None:
    """Before and after its texts are right, and from when they are, by them."""
    await make(postgres_url, "postgres", 12)
    store = PostgresStore(postgres_url)
    await store.open()
    beside = await asyncpg.connect(postgres_url)
    account = AccountDriver(store, 2)
    await write_as_older(postgres_url, changed=CURIE.phone, created=phone(0))
    names = ("eve", "curie", "grace", "ellen", "zadie")
    for n in range(1, 4):
        await account.create(phone(100 + n), first_name="Zadie")
        expected = [
            [EVE.phone],
            [CURIE.phone],
            [CURIE.phone, *(phone(each) for each in range(n - 1))],
            [phone(n - 1)],
            [phone(100 + each) for each in range(1, n + 1)],
        ]
        assert [sorted(await found(account, name)) for name in names] == [sorted(each) for each in expected]
        while await search_index.index(beside, 2):
            assert [sorted(await found(account, name)) for name in names] == [sorted(each) for each in expected]
        assert await beside.fetchval("SELECT text_event = last_event FROM numberkeep.writers WHERE account_id = 2")
        await write_as_older(postgres_url, changed=phone(n - 1), created=phone(n))
        assert await beside.fetchval("SELECT text_event < last_event FROM numberkeep.writers WHERE account_id = 2")
        assert await search_faults(postgres_url) == []
    await beside.close()
    await store.close()
