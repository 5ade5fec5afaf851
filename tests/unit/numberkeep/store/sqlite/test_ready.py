"""When the store is not ready: a damaged file, a full disk."""

import shutil
from pathlib import Path

import apsw
import pytest

from numberkeep.domain.errors import StoreDamaged, StoreFull, StoreUnavailable
from numberkeep.store.sqlite import SqliteStore, failures
from support.files import damage
from support.store import AccountDriver, phone


async def test_a_store_that_met_damage_is_not_ready(filled: AccountDriver, tmp_path: Path) -> None:
    """From the first read of a damaged page until a restart, and the reason names the command."""
    await filled.store.close()
    whole = tmp_path / "whole.db"
    shutil.copy(tmp_path / "contacts.db", whole)
    damage(tmp_path / "contacts.db", "contacts")
    store = filled.store
    await store.open()
    await store.ready()
    with pytest.raises(StoreDamaged, match=r"malformed: run `numberkeep check`$"):
        await filled.page()
    for _ in range(2):
        with pytest.raises(StoreDamaged, match="run `numberkeep check`"):
            await store.ready()
    await store.close()
    again = SqliteStore(whole)
    await again.open()
    await again.ready()
    await again.close()


@pytest.mark.parametrize("recent", [0, 60])
async def test_a_store_on_a_full_disk_is_not_ready(
    filled: AccountDriver, recent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first refused write until there is space, even if nobody writes meanwhile."""
    monkeypatch.setattr(failures, "_RECENT_SECONDS", recent)
    store = filled.store
    assert isinstance(store, SqliteStore)
    await store.ready()

    def full() -> bool:
        raise apsw.FullError("FullError: database or disk is full")

    for connection in store._connections:
        connection.set_commit_hook(full)
    with pytest.raises(StoreFull, match=r"^database or disk is full: free some space$"):
        await filled.create(phone(900))
    for _ in range(2):
        with pytest.raises(StoreFull, match="free some space"):
            await store.ready()
    for connection in store._connections:
        connection.set_commit_hook(None)
    monkeypatch.setattr(failures, "_RECENT_SECONDS", 0)
    await store.ready()
    assert not store._failures.unwritten


async def test_a_write_that_succeeds_ends_it_too(filled: AccountDriver) -> None:
    """Without another look at the disk."""
    store = filled.store
    assert isinstance(store, SqliteStore)
    store._failures.not_written(StoreUnavailable("disk I/O error"))
    await filled.create(phone(900))
    assert not store._failures.unwritten


async def test_a_refused_command_is_no_failure_of_the_store(filled: AccountDriver) -> None:
    """What one command writes may break a constraint; others are written."""
    store = filled.store
    assert isinstance(store, SqliteStore)
    first, second = filled.row(phone(901)), filled.row(phone(902))
    second.contact_id = first.contact_id
    with pytest.raises(StoreUnavailable):
        await filled.upsert(first, second)
    assert not store._failures.unwritten
