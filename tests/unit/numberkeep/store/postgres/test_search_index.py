"""The search index follows the change log, also for changes by other processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from numberkeep.domain.contacts.search import parse_search
from numberkeep.store.postgres import PostgresStore, search_index, search_indexer
from numberkeep.store.search_queries import CountUnindexed
from numberkeep.store.whole_account import EmptyAccount
from support.daemon import PATIENCE
from support.databases import execute
from support.old_stores import make
from support.older_process import write_as_older
from support.store import AccountDriver, new_account, phone


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index nothing in the background."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)


@asynccontextmanager
async def beside(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect for as long as the block runs."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def index_all(url: str, account_id: int) -> None:
    """Index until there is nothing to do."""
    async with beside(url) as connection:
        while await search_index.index(connection, account_id):
            pass


async def found(account: AccountDriver, q: str) -> list[str]:
    """Return the numbers of the contacts that words find, the oldest first."""
    return await account.listed(descending=False, search=parse_search(q))


async def unindexed(account: AccountDriver) -> int:
    """Return how many changes the index lacks."""
    return await account.store.read(CountUnindexed())


@pytest.mark.usefixtures("by_hand")
async def test_what_an_older_process_writes_is_found(account: AccountDriver, emptied_postgres: str) -> None:
    """At once, and after it was indexed; what it has replaced is not."""
    await account.create(phone(1), first_name="Ada")
    await account.create(phone(2), first_name="Adam")
    await index_all(emptied_postgres, account.account_id)
    assert await unindexed(account) == 0
    await write_as_older(emptied_postgres, changed=phone(1), created=phone(3))
    for _ in range(2):
        assert [await found(account, q) for q in ("ada", "grace", "ellen")] == [[phone(2)], [phone(1)], [phone(3)]]
        await index_all(emptied_postgres, account.account_id)
        assert await unindexed(account) == 0
    texts = await execute(emptied_postgres, "SELECT search_text FROM contacts ORDER BY phone")
    assert texts == [("grace",), ("adam",), ("ellen",)]


@pytest.mark.usefixtures("by_hand")
async def test_a_deleted_contact_leaves_nothing(account: AccountDriver, emptied_postgres: str) -> None:
    """Not even its grams."""
    await account.create(phone(1), first_name="Ada")
    await index_all(emptied_postgres, account.account_id)
    assert len(await execute(emptied_postgres, "SELECT 1 FROM search_grams")) == 1
    await account.delete(phone(1))
    await index_all(emptied_postgres, account.account_id)
    assert await execute(emptied_postgres, "SELECT 1 FROM search_grams") == []


@pytest.mark.usefixtures("by_hand")
async def test_an_index_that_lost_its_place_is_built_again(account: AccountDriver, emptied_postgres: str) -> None:
    """If events were deleted before they were indexed; searches are right meanwhile."""
    await account.create(phone(1), first_name="Ada")
    await index_all(emptied_postgres, account.account_id)
    await account.update(phone(1), first_name="Grace")
    await account.create(phone(2), first_name="Grace")
    await account.create(phone(3), first_name="Grace")
    await index_all(emptied_postgres, account.account_id)
    await account.delete(phone(3))
    await execute(emptied_postgres, "DELETE FROM events RETURNING 1")
    for _ in range(2):
        assert [await found(account, q) for q in ("ada", "grace")] == [[], [phone(1), phone(2)]]
        await index_all(emptied_postgres, account.account_id)
    assert await unindexed(account) == 0
    assert len(await execute(emptied_postgres, "SELECT 1 FROM search_grams")) == 2


@pytest.mark.usefixtures("by_hand")
async def test_what_is_unindexed_is_counted_down(
    account: AccountDriver, emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By events if all are retained, which takes half the time; else by contacts, and then the events since."""
    monkeypatch.setattr(search_index, "_AT_A_TIME", 2)
    for n in range(5):
        await account.create(phone(n))
    async with beside(emptied_postgres) as connection:
        assert await _counts(account, connection) == [5, 5, 3, 1, 0, 0]
        await execute(emptied_postgres, "DELETE FROM search_progress", "DELETE FROM events RETURNING 1")
        await search_index.index(connection, account.account_id)
        await account.create(phone(5))
        assert await _counts(account, connection) == [7, 5, 3, 1, 1, 0, 0]


async def _counts(account: AccountDriver, connection: asyncpg.Connection) -> list[int]:
    """Index until there is nothing to do, and return what is unindexed before each step and at the end."""
    counts = [await unindexed(account)]
    while await search_index.index(connection, account.account_id):
        counts.append(await unindexed(account))
    return [*counts, await unindexed(account)]


@pytest.mark.usefixtures("by_hand")
async def test_an_emptied_account_is_indexed_from_the_beginning(account: AccountDriver, emptied_postgres: str) -> None:
    """Its events may have the same numbers as before."""
    for n in range(3):
        await account.create(phone(n), first_name="Ada")
    await index_all(emptied_postgres, account.account_id)
    await account.store.apply(EmptyAccount(account.account_id, restart=True))
    assert await execute(emptied_postgres, "SELECT 1 FROM search_grams UNION SELECT 1 FROM search_progress") == []
    await account.create(phone(1), first_name="Grace")
    for _ in range(2):
        assert [await found(account, q) for q in ("ada", "grace")] == [[], [phone(1)]]
        await index_all(emptied_postgres, account.account_id)


@pytest.mark.usefixtures("by_hand")
async def test_two_processes_do_not_index_the_same(account: AccountDriver, emptied_postgres: str) -> None:
    """The second one leaves it to the first."""
    await account.create(phone(1), first_name="Ada")
    async with beside(emptied_postgres) as first, beside(emptied_postgres) as second, first.transaction():
        lock = "SELECT pg_advisory_xact_lock($1, $2)"
        await first.execute(lock, search_index._LOCK, account.account_id)
        assert not await search_index.index(second, account.account_id)
    assert await unindexed(account) == 1


async def until_indexed(account: AccountDriver) -> None:
    """Wait until nothing is unindexed."""
    async with asyncio.timeout(PATIENCE):
        while await unindexed(account):  # noqa: ASYNC110 - there is no event to await
            await asyncio.sleep(0.05)


async def test_what_is_written_is_indexed_in_the_background(
    emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process has left behind, and what is written later; while writes go on, too."""
    monkeypatch.setattr(search_index, "_AT_A_TIME", 10)
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)
    store = PostgresStore(emptied_postgres)
    await store.open()
    account = await new_account(store, "ours")
    await account.upsert(*[account.row(phone(n), first_name="Ada") for n in range(50)])
    await store.close()
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 0)
    await store.open()
    await asyncio.gather(*(account.update(phone(n), first_name="Grace") for n in range(0, 50, 2)))
    assert await found(account, "grace") == [phone(n) for n in range(0, 50, 2)]
    await until_indexed(account)
    assert await found(account, "grace") == [phone(n) for n in range(0, 50, 2)]
    assert len(await execute(emptied_postgres, "SELECT 1 FROM search_grams")) == 50
    await store.close()


async def test_an_account_that_cannot_be_indexed_does_not_stop_the_others(
    emptied_postgres: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and tried again, as after its next change."""
    refused: set[int] = set()

    async def index(connection: asyncpg.Connection, account_id: int) -> bool:
        if account_id in refused:
            raise ValueError
        return await search_index.index(connection, account_id)

    monkeypatch.setattr(search_indexer, "_START_SECONDS", 0)
    monkeypatch.setattr(search_indexer, "index", index)
    store = PostgresStore(emptied_postgres)
    await store.open()
    bad, good = await new_account(store, "bad"), await new_account(store, "good")
    refused.add(bad.account_id)
    await bad.create(phone(1))
    await good.create(phone(2))
    async with asyncio.timeout(PATIENCE):
        while await unindexed(good) != 1 or f"account {bad.account_id} is not up to date" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    refused.clear()
    await bad.update(phone(1), first_name="Ada")
    await until_indexed(good)
    await store.close()


async def test_an_upgraded_store_is_indexed_while_it_is_written_to(
    emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each contact is found at any time, whether it had an event or not."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 0)
    monkeypatch.setattr(search_index, "_AT_A_TIME", 1)
    await execute(emptied_postgres, "DROP SCHEMA IF EXISTS numberkeep CASCADE", "SELECT 1")
    await make(emptied_postgres, "postgres", 9)
    store = PostgresStore(emptied_postgres)
    await store.open()
    account = AccountDriver(store, 1)
    before = await account.listed(limit=1000)
    lovelace = await found(account, "lovelace")
    assert len(lovelace) == 1
    for n in range(20):
        await account.create(phone(n), first_name="Zadie")
        assert await found(account, "lovelace") == lovelace
        assert await found(account, "zadie") == [phone(each) for each in range(n + 1)]
    await until_indexed(account)
    assert await found(account, "lovelace") == lovelace
    assert len(await execute(emptied_postgres, "SELECT 1 FROM search_grams WHERE account_id = 1")) == len(before) + 20
    await store.close()
