"""Properties specific to the SQLite store: threads, connections and failures."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import apsw
import pytest

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import Said
from numberkeep.domain.contacts.contact import micros
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work
from numberkeep.store.queries import GetApiKey, ListApiKeys, ListMessages
from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.sqlite.checking import check
from support.store import DAY, PHONE, START, AccountDriver, new_account, phone


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[AccountDriver]:
    """Return an account in a store on disk."""
    store = SqliteStore(tmp_path / "contacts.db")
    await store.open()
    yield await new_account(store, "default")
    await store.close()


def store_of(account: AccountDriver) -> SqliteStore:
    """Return the account's store, for its internals."""
    assert isinstance(account.store, SqliteStore)
    return account.store


READS: list[Callable[[AccountDriver], Coroutine[Any, Any, object]]] = [
    lambda account: account.contact(PHONE),
    lambda account: account.count(),
    lambda account: account.page(),
    lambda account: account.store.read(ListMessages(account.account_id, 1)),
    lambda account: account.store.read(GetApiKey("k")),
    lambda account: account.store.read(ListApiKeys()),
]


@pytest.mark.parametrize("read", READS, ids=["contact", "count", "contacts", "messages", "api_key", "api_keys"])
async def test_a_failed_read_raises_store_unavailable(
    account: AccountDriver, tmp_path: Path, read: Callable[[AccountDriver], Coroutine[Any, Any, object]]
) -> None:
    """Callers see the contract's error, never the driver's."""
    connection = apsw.Connection(str(tmp_path / "contacts.db"))
    connection.execute("PRAGMA foreign_keys = 0; DROP TABLE contacts; DROP TABLE api_keys; DROP TABLE messages")
    connection.execute("DROP TABLE accounts")
    connection.close()
    with pytest.raises(StoreUnavailable, match="no such table"):
        await read(account)


async def test_a_bulk_write_that_fails_half_way_is_undone(account: AccountDriver) -> None:
    """Two rows with one id violate a constraint: no row, tag or count of the command is stored."""
    first, second = account.row(phone(1), tags=("t",)), account.row(phone(2), tags=("t",))
    second.contact_id = first.contact_id
    with pytest.raises(StoreUnavailable):
        await account.upsert(first, second)
    assert await account.count() == 0
    assert await account.listed() == await account.listed(tags=("t",)) == []


async def test_listings_open_no_files(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """All connections are opened by open(), so a process out of file descriptors can still list."""

    def refuse() -> apsw.Connection:
        raise AssertionError("a connection is opened late")

    monkeypatch.setattr(store_of(account)._database, "connect", refuse)
    await account.create(PHONE)
    assert await account.listed() == [PHONE]


def names_in(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [file.name for file in folder.iterdir()]


async def test_a_closed_store_is_one_file(account: AccountDriver, tmp_path: Path) -> None:
    """After close() everything is in the database file, and no connection or thread is left."""
    await account.create(PHONE)
    await account.store.close()
    assert names_in(tmp_path) == ["contacts.db"]
    assert store_of(account)._connections == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("numberkeep")] == []


async def test_using_a_store_that_is_not_open_is_an_error(tmp_path: Path) -> None:
    """Before open() or after close(); the error says so."""
    account = AccountDriver(SqliteStore(tmp_path / "contacts.db"), 1)
    for wrong in (account.contact(PHONE), account.count(), account.create(PHONE)):
        with pytest.raises(RuntimeError, match="not open"):
            await wrong


async def test_the_tag_table_matches_the_contacts(account: AccountDriver, tmp_path: Path) -> None:
    """After every way to change or delete contacts it has exactly their tags."""
    await account.upsert(*[account.row(phone(n), tags=("a", "b")) for n in range(4)])
    await account.update(phone(0), tags=("b", "c"))
    await account.create(phone(1), update_if_exists=True, tags=())
    await account.upsert(account.row(phone(2), tags=("d",)), account.row(phone(4), tags=("a",)))
    await account.delete(phone(3), phone(4))
    connection = apsw.Connection(str(tmp_path / "contacts.db"))
    rows = connection.execute("SELECT tag, created_at, contact_id FROM contact_tags").fetchall()
    connection.close()
    contacts = (await account.page()).contacts
    assert len(contacts) == 3
    assert sorted(rows) == sorted(
        (tag, micros(contact.created_at), contact.contact_id) for contact in contacts for tag in contact.tags
    )


LOSSES: list[Callable[[Path, Path], object]] = [
    lambda file, _: file.unlink(),
    lambda file, aside: file.rename(aside),
    lambda file, aside: (shutil.copy(file, aside), aside.rename(file)),
]


@pytest.mark.parametrize("suffix", ["", "-wal"])
@pytest.mark.parametrize("lose", LOSSES, ids=["deleted", "moved", "replaced"])
async def test_writes_to_a_removed_file_are_refused(
    account: AccountDriver, tmp_path: Path, lose: Callable[[Path, Path], object], suffix: str
) -> None:
    """They would be lost with the process, so they are not acknowledged."""
    await account.create(PHONE)
    lose(tmp_path / f"contacts.db{suffix}", tmp_path / "aside")
    for number in (phone(1), phone(2)):
        with pytest.raises(StoreUnavailable, match=rf"contacts\.db{suffix} was deleted or replaced"):
            await account.create(number)
    assert await account.listed() == [PHONE]


async def test_a_restored_file_is_written_to_again(account: AccountDriver, tmp_path: Path) -> None:
    """Writes refused in between are not in it."""
    file, aside = tmp_path / "contacts.db", tmp_path / "aside"
    file.rename(aside)
    with pytest.raises(StoreUnavailable):
        await account.create(phone(1))
    aside.rename(file)
    await account.create(phone(2))
    assert await account.listed() == [phone(2)]


class Overtaken(AccountCommand[int]):
    """Returns the number of contacts found, and before its first write lets another process write."""

    def __init__(self, account_id: int, meanwhile: Callable[[], None]) -> None:
        self.account_id = account_id
        self._meanwhile = meanwhile
        self.tries = 0

    def want(self, needs: Needs) -> None:
        """Need two numbers."""
        needs.phones.update({phone(1): None, phone(2): None})

    def apply(self, work: Work) -> int:
        """Opt a number out, whether or not it has a contact."""
        self.tries += 1
        if self.tries == 1:
            self._meanwhile()
        work.set_opt_out(phone(2), Said(), Stamp(START), opted_out=True)
        return sum(work.contacts.get(phone(n)) is not None for n in (1, 2))


async def test_a_group_with_stale_reads_is_applied_again(tmp_path: Path) -> None:
    """If another process wrote in between, the group reads again under the write lock; neither's changes are lost."""
    store, other = SqliteStore(tmp_path / "contacts.db"), SqliteStore(tmp_path / "contacts.db")
    await store.open()
    account = await new_account(store, "ours")
    await account.create(phone(1))

    def meanwhile() -> None:
        async def write() -> None:
            await other.open()
            await AccountDriver(other, account.account_id).create(phone(2), at=START + DAY)
            await other.close()

        asyncio.run(write())

    command = Overtaken(account.account_id, meanwhile)
    assert await store.apply(command) == 2
    assert command.tries == 2
    contact = await account.contact(phone(2))
    assert contact is not None
    assert contact.opt_out
    assert (await account.count(), await account.last_event()) == (2, 4)
    await store.close()
    assert check(tmp_path / "contacts.db").faults == []
