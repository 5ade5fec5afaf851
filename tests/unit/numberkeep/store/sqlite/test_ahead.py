"""Large commands, which are worked out ahead of their transaction."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import apsw
import pytest

from numberkeep.domain.contacts.contact import Contact, moment
from numberkeep.domain.contacts.listing import ListQuery, OrderBy
from numberkeep.store.queries import ListContacts
from numberkeep.store.sqlite import SqliteStore, ahead
from numberkeep.store.sqlite.ahead import Ahead, Prepared
from numberkeep.store.sqlite.checking import check
from numberkeep.store.sqlite.statements import collect
from support.store import AccountDriver, new_account, phone

ROWS = 300
"""More than a group has."""


class Gate:
    """Lets large commands be worked out only when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = threading.Semaphore(0)
        self.open = threading.Semaphore(0)
        prepare = Ahead._prepare

        def wait(thread: Ahead, prepared: Prepared) -> None:
            self.begun.release()
            assert self.open.acquire(timeout=30)
            prepare(thread, prepared)

        monkeypatch.setattr(Ahead, "_prepare", wait)

    async def reached(self) -> None:
        """Wait until the next large command is about to be worked out."""
        assert await asyncio.to_thread(self.begun.acquire, timeout=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is."""
    return tmp_path / "contacts.db"


@pytest.fixture
async def drivers(path: Path) -> AsyncIterator[Sequence[AccountDriver]]:
    """Yield two accounts of a store in a file."""
    store = SqliteStore(path)
    await store.open()
    yield [await new_account(store, name) for name in ("one", "two")]
    await store.close()


def upsert(driver: AccountDriver, name: str, first: int = 0) -> "asyncio.Task[Sequence[Contact]]":
    """Start to store many contacts with this name."""
    rows = [driver.row(phone(n), first_name=name) for n in range(first, first + ROWS)]
    return asyncio.create_task(driver.upsert(*rows))


async def names(driver: AccountDriver) -> set[str]:
    """Return the names of the account's contacts."""
    page = await driver.store.read(ListContacts(driver.account_id, ListQuery(limit=1000)))
    return {contact.first_name for contact in page.contacts}


async def test_other_accounts_do_not_wait(drivers: Sequence[AccountDriver], monkeypatch: pytest.MonkeyPatch) -> None:
    """Their commands are committed while a large one is worked out."""
    gate = Gate(monkeypatch)
    one, two = drivers
    large = upsert(one, "Ann")
    await gate.reached()
    await two.create(phone(1))
    assert (await one.count(), await two.count(), large.done()) == (0, 1, False)
    gate.open.release()
    assert len(await large) == ROWS
    assert await one.count() == ROWS


async def test_commands_of_the_account_keep_their_order(
    drivers: Sequence[AccountDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those before a large one are in it, and those after it see what it did, also if they are large."""
    gate = Gate(monkeypatch)
    one, two = drivers
    before = asyncio.create_task(one.create(phone(1), first_name="Before", last_name="Kept"))
    large = upsert(one, "First")
    await gate.reached()
    after = asyncio.create_task(one.update(phone(2), last_name="After"))
    second = upsert(one, "Second")
    last = asyncio.create_task(one.delete(phone(3)))
    await two.create(phone(1))
    assert [task.done() for task in (before, large, after, second, last)] == [True, False, False, False, False]
    gate.open.release(2)
    first = await large
    assert (first[1].last_name, first[1].first_name) == ("Kept", "First")
    assert (await after).first_name == "First"
    assert {contact.first_name for contact in await second} == {"Second"}
    assert (await second)[2].last_name == "After"
    assert await last == 1
    assert await names(one) == {"Second"}


async def test_a_change_by_another_process_is_not_overwritten(
    drivers: Sequence[AccountDriver], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is then applied again, to what is there now."""
    one, _ = drivers
    await one.create(phone(1), last_name="Old")

    def work_out_too_early(*given: Any) -> Any:
        found = collect(*given)
        other = apsw.Connection(str(path))
        other.execute("UPDATE contacts SET last_name = 'New'")
        other.close()
        return found

    monkeypatch.setattr(ahead, "collect", work_out_too_early)
    await upsert(one, "Ann")
    page = await one.store.read(ListContacts(one.account_id, ListQuery(limit=1000)))
    assert [contact.last_name for contact in page.contacts if contact.phone == phone(1)] == ["New"]


async def test_closing_finishes_what_is_under_way(
    drivers: Sequence[AccountDriver], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the commands that wait for it."""
    gate = Gate(monkeypatch)
    one, _ = drivers
    large = upsert(one, "Ann")
    await gate.reached()
    after = asyncio.create_task(one.delete(phone(0)))
    await asyncio.sleep(0)
    closing = asyncio.create_task(one.store.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    gate.open.release()
    await closing
    assert (len(await large), await after) == (ROWS, 1)
    with apsw.Connection(str(path)) as connection:
        assert connection.execute("SELECT count(*) FROM contacts").get == ROWS - 1
    connection.close()


async def test_an_error_is_that_of_the_command(
    drivers: Sequence[AccountDriver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it cannot be worked out ahead it is applied as any other; the account goes on."""

    def fail(*_: object) -> None:
        raise apsw.IOError

    monkeypatch.setattr(ahead, "collect", fail)
    one, _ = drivers
    assert len(await upsert(one, "Ann")) == ROWS
    await one.delete(phone(0))
    assert await one.count() == ROWS - 1


async def test_large_commands_write_what_small_ones_write(drivers: Sequence[AccountDriver], path: Path) -> None:
    """New contacts, and changes of all their fields."""
    changes: list[dict[str, Any]] = [
        {"first_name": "Ann", "tags": ("a", "b"), "custom_variables": {"plan": "gold"}},
        {"last_name": "Lee", "company_name": "Acme", "tags": ("b", "c"), "custom_variables": {"since": "2020"}},
        {"assigned_to_email": "a@example.com", "sendblue_number": phone(9999), "first_name": "", "opt_out": True},
    ]
    large, small = drivers
    for change in changes:
        await large.upsert(*[large.row(phone(n), **change) for n in range(ROWS)])
        for n in range(ROWS):
            await small.upsert(small.row(phone(n), **change))
    shown = [
        [replace(contact, contact_id=0, created_at=moment(0)) for contact in (await each.page(OrderBy.PHONE)).contacts]
        for each in drivers
    ]
    assert len(shown[0]) == ROWS
    assert shown[0] == shown[1]
    assert await large.last_event() == await small.last_event()
    assert not check(path).faults
