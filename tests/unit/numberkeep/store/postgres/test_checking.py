"""What `check` finds of damage to the search; the other rules are in test_checking.py of the folder above."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import asyncpg.connection
import pytest

from numberkeep.domain.contacts.search import parse_search
from numberkeep.domain.errors import StoreUnusable
from numberkeep.domain.identity import contact_id_text
from numberkeep.store.checking import Checked, Fault, Faults
from numberkeep.store.postgres import check, checking, checking_search, search_index, search_indexer
from support.databases import execute
from support.everything import filled
from support.store import AccountDriver, phone


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Index nothing in the background, and a few contacts at a time."""
    monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)
    monkeypatch.setattr(search_index, "_AT_A_TIME", 10)


@pytest.fixture
async def beside(emptied_postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """Return a separate connection."""
    connection = await asyncpg.connect(emptied_postgres)
    yield connection
    await connection.close()


async def fill(account: AccountDriver, *, since: int = 0, name: str = "Ada") -> None:
    """Create or change contacts, all at once."""
    await account.upsert(
        *(account.row(phone(n), first_name=f"{name}{n}", tags=("vip",)) for n in range(since, since + 30))
    )


async def faults_in(url: str) -> list[tuple[str, str | None]]:
    """Return the rule and the contact of each fault."""
    return [(fault.rule, fault.contact_id) for fault in (await check(url)).faults]


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ("UPDATE contacts SET search_text = 'ada7 vip' WHERE phone = '{number}'", ["search_text"]),
        ("UPDATE contacts SET first_name = 'Ada8' WHERE phone = '{number}'", ["search_text", "search_index"]),
        ("DELETE FROM search_grams WHERE reversed = reverse('{number}')", ["search_index"]),
        ("UPDATE search_grams SET grams = grams[2:] WHERE reversed = reverse('{number}')", ["search_index"]),
        ("UPDATE search_grams SET grams = grams || 7 WHERE reversed = reverse('{number}')", ["search_index"]),
    ],
)
async def test_what_is_damaged_is_found(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str, sql: str, rules: list[str]
) -> None:
    """Each part, and whose it is."""
    await fill(account)
    while await search_index.index(beside, account.account_id):
        pass
    assert await check(emptied_postgres) == Checked([], 1, 30)
    contact = await account.contact(phone(7))
    assert contact is not None
    await execute(emptied_postgres, sql.format(number=phone(7)), "SELECT 1")
    text = contact_id_text(contact.contact_id)
    assert await faults_in(emptied_postgres) == [(rule, text) for rule in rules]


async def test_what_the_index_has_of_no_contact_is_found(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """Without its number; if it was deleted lately, it is no fault, because the index is behind."""
    await fill(account)
    while await search_index.index(beside, account.account_id):
        pass
    await account.delete(phone(7))
    assert await faults_in(emptied_postgres) == []
    await beside.execute("UPDATE numberkeep.search_progress SET event_id = event_id + 1")
    message = "the index of words has a contact that does not exist"
    assert (await check(emptied_postgres)).faults == [Fault("search_index", message, account.account_id)]


async def test_an_index_that_is_behind_is_no_fault(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """Whatever was written since, and by what version, while it is built, and after its events were deleted."""
    await fill(account)
    # As an older version writes.
    await execute(
        emptied_postgres, "UPDATE contacts SET search_text = ''", "UPDATE writers SET text_event = 0", "SELECT"
    )
    while await search_index.index(beside, account.account_id):
        assert await faults_in(emptied_postgres) == []
    await fill(account, since=20, name="Grace")
    await account.delete(*map(phone, range(10)))
    while await search_index.index(beside, account.account_id):
        assert await faults_in(emptied_postgres) == []
    await account.delete(phone(20))
    await account.create(phone(1))
    await execute(emptied_postgres, "DELETE FROM events", "SELECT 1")
    await account.delete(phone(21))
    assert await faults_in(emptied_postgres) == []
    while await search_index.index(beside, account.account_id):
        assert await faults_in(emptied_postgres) == []


async def test_an_index_that_was_emptied_is_built_again(
    account: AccountDriver, beside: asyncpg.Connection, emptied_postgres: str
) -> None:
    """As docs/operations.md says."""
    await fill(account)
    while await search_index.index(beside, account.account_id):
        pass
    await execute(
        emptied_postgres,
        "UPDATE search_grams SET grams = '{7}', reversed = 'x' || reversed",
        "UPDATE contacts SET search_text = 'lost' RETURNING 1",
    )
    assert len(await faults_in(emptied_postgres)) == 90
    await execute(
        emptied_postgres,
        "UPDATE numberkeep.writers SET text_event = -1",
        "TRUNCATE numberkeep.search_grams, numberkeep.search_progress",
        "SELECT 1",
    )
    search = parse_search("ada7")
    assert await account.listed(search=search) == [phone(7)]
    while await search_index.index(beside, account.account_id):
        assert await faults_in(emptied_postgres) == []
        assert await account.listed(search=search) == [phone(7)]
    assert await check(emptied_postgres) == Checked([], 1, 30)


async def test_what_is_written_during_a_check_is_no_fault(
    account: AccountDriver, emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is read as of one moment, and a write need not wait."""

    async def check_texts(connection: asyncpg.Connection, accounts: Sequence[int], faults: Faults) -> None:
        await account.delete(*map(phone, range(10)))
        await fill(account, since=20, name="Grace")
        await checking_search.check_texts(connection, accounts, faults)

    monkeypatch.setattr(checking, "check_texts", check_texts)
    await fill(account)
    assert await check(emptied_postgres) == Checked([], 1, 30)
    assert await account.count() == 40


async def test_a_check_goes_through_a_pooler(
    postgres_url: str, pgbouncer_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PgBouncer in transaction mode, also for another process, whose statements may have the same names."""
    await filled(postgres_url)
    for _ in range(2):
        monkeypatch.setattr(asyncpg.connection, "_uid", 0)  # as in a new process
        assert (await check(pgbouncer_url)).faults == []


async def test_another_kind_of_database_cannot_be_checked(emptied_postgres: str) -> None:
    """The error names the fix."""
    with pytest.raises(StoreUnusable, match="check its URL, and that the server runs"):
        await check("postgresql://127.0.0.1:1/x")
    with pytest.raises(StoreUnusable, match="is not a numberkeep database: name another"):
        await check(f"{emptied_postgres.rpartition('/')[0]}/postgres")
