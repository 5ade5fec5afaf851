"""What a backup and a restore replace, what they refuse, and that nothing is lost."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from numberkeep.domain.errors import StoreInUse, StoreUnusable
from numberkeep.store.sqlite import ServiceLock, SqliteStore
from numberkeep.store.sqlite.backup import Restored, back_up, restore
from numberkeep.store.sqlite.copying import Contents
from support.files import change, contacts_in, names_in, silent
from support.store import AccountDriver, phone

AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
KEPT = "contacts.db.replaced-20260921T141320Z"


def backed_up(folder: Path, name: str = "backup.db", *, replace: bool = False) -> Contents:
    """Back contacts.db up."""
    return back_up(folder / "contacts.db", folder / name, replace=replace, progress=silent)


def restored(folder: Path, *, replace: bool = False) -> Restored:
    """Restore contacts.db from backup.db."""
    return restore(folder / "backup.db", folder / "contacts.db", replace=replace, at=AT, progress=silent)


async def test_a_backup_is_one_file_for_its_owner_alone(filled: AccountDriver, tmp_path: Path) -> None:
    """A backup of an open store is one file, of mode 0600, and a store opens it."""
    umask = os.umask(0)
    try:
        contents = backed_up(tmp_path)
    finally:
        os.umask(umask)
    assert (contents.accounts, contents.contacts) == (2, 21)
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600
    assert {name for name in names_in(tmp_path) if name.startswith("backup")} == {"backup.db"}
    copy = AccountDriver(SqliteStore(tmp_path / "backup.db"), filled.account_id)
    await copy.store.open()
    assert (await copy.page()).contacts == (await filled.page()).contacts
    await copy.store.close()


async def test_a_file_is_replaced_only_when_asked(filled: AccountDriver, tmp_path: Path) -> None:
    """Without `replace` a file that is there stays as it is."""
    (tmp_path / "backup.db").write_text("mine")
    with pytest.raises(StoreUnusable, match=r"backup\.db already exists: .*--force"):
        backed_up(tmp_path)
    assert (tmp_path / "backup.db").read_text() == "mine"
    assert backed_up(tmp_path, replace=True).contacts == contacts_in(tmp_path / "backup.db") == 21
    await filled.delete(phone(0))
    assert backed_up(tmp_path, replace=True).contacts == 20


@pytest.mark.parametrize("name", ["contacts.db", "link.db", "contacts.db-wal", "contacts.db-shm", "contacts.db.lock"])
async def test_a_database_is_not_replaced_by_its_own_backup(filled: AccountDriver, tmp_path: Path, name: str) -> None:
    """The database's own files are refused, under whatever name."""
    (tmp_path / "link.db").symlink_to(tmp_path / "contacts.db")
    with pytest.raises(StoreUnusable, match="belongs to the database itself"):
        backed_up(tmp_path, name, replace=True)
    assert await filled.count() == 20


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
async def test_a_database_in_use_is_not_replaced(filled: AccountDriver, tmp_path: Path, suffix: str) -> None:
    """SQLite would read side files that lie there as the backup's own."""
    (tmp_path / f"backup.db{suffix}").touch()
    with pytest.raises(StoreUnusable, match=f"because backup.db{suffix} exists"):
        backed_up(tmp_path, replace=True)
    assert await filled.count() == 20


async def test_a_backup_goes_where_a_link_leads(filled: AccountDriver, tmp_path: Path) -> None:
    """A link stays one; a folder or a device is never replaced."""
    (tmp_path / "link").symlink_to(tmp_path / "backup.db")
    (tmp_path / "null").symlink_to("/dev/null")
    assert backed_up(tmp_path, "link").contacts == contacts_in(tmp_path / "backup.db")
    for name in (".", "null"):
        with pytest.raises(StoreUnusable, match="name another file"):
            backed_up(tmp_path, name, replace=True)
    assert await filled.count() == 20


async def test_a_restore_brings_the_backup_and_keeps_what_was_there(filled: AccountDriver, tmp_path: Path) -> None:
    """The database is as when it was backed up; the replaced one lies beside it, whole, in one file."""
    backed_up(tmp_path)
    await filled.create(phone(900))
    await filled.store.close()
    with pytest.raises(StoreUnusable, match="--force"):
        restored(tmp_path)
    assert contacts_in(tmp_path / "contacts.db") == 22
    assert restored(tmp_path, replace=True) == Restored(
        Contents((tmp_path / "backup.db").stat().st_size, 2, 21), tmp_path / KEPT
    )
    assert (
        contacts_in(tmp_path / "contacts.db"),
        contacts_in(tmp_path / KEPT),
        contacts_in(tmp_path / "backup.db"),
    ) == (21, 22, 21)
    assert names_in(tmp_path) == {"contacts.db", "backup.db", KEPT}


async def test_restores_within_a_second_keep_both(filled: AccountDriver, tmp_path: Path) -> None:
    """A kept database is never replaced by another kept one."""
    backed_up(tmp_path)
    await filled.store.close()
    for n in range(3):
        assert restored(tmp_path, replace=True).kept == tmp_path / f"contacts.db.replaced-20260921T14132{n}Z"


async def test_a_restore_needs_no_database(filled: AccountDriver, tmp_path: Path) -> None:
    """Where there is none it is made, for its owner alone."""
    backed_up(tmp_path)
    target = tmp_path / "new.db"
    assert restore(tmp_path / "backup.db", target, replace=False, at=AT, progress=silent).kept is None
    assert (contacts_in(target), stat.S_IMODE(target.stat().st_mode)) == (21, 0o600)
    assert await filled.count() == 20


async def test_a_wal_of_no_database_is_not_taken_for_the_new_ones(filled: AccountDriver, tmp_path: Path) -> None:
    """A WAL whose database somebody removed is set aside, and not lost."""
    backed_up(tmp_path)
    wal = (tmp_path / "contacts.db-wal").read_bytes()
    await filled.store.close()
    (tmp_path / "contacts.db").unlink()
    (tmp_path / "contacts.db-wal").write_bytes(wal)
    assert restored(tmp_path).kept is None
    assert contacts_in(tmp_path / "contacts.db") == 21
    assert (tmp_path / f"{KEPT}-wal").read_bytes() == wal


async def test_what_a_killed_service_left_in_the_wal_is_kept(filled: AccountDriver, tmp_path: Path) -> None:
    """A replaced database has what was applied and not yet checkpointed."""
    backed_up(tmp_path)
    await filled.create(phone(900))
    left = {name: (tmp_path / name).read_bytes() for name in ("contacts.db", "contacts.db-wal")}
    await filled.store.close()
    for name, content in left.items():
        (tmp_path / name).write_bytes(content)
    restored(tmp_path, replace=True)
    assert contacts_in(tmp_path / KEPT) == 22
    assert names_in(tmp_path) == {"contacts.db", "backup.db", KEPT}


@pytest.mark.parametrize("content", [b"", b"no database, this" * 1000])
async def test_a_damaged_database_is_replaced_and_kept(filled: AccountDriver, tmp_path: Path, content: bytes) -> None:
    """That the old one is beyond reading is the reason to restore; it is kept as it is, with its side files."""
    backed_up(tmp_path)
    await filled.store.close()
    (tmp_path / "contacts.db").write_bytes(content)
    (tmp_path / "contacts.db-wal").write_bytes(b"what there was")
    restored(tmp_path, replace=True)
    assert contacts_in(tmp_path / "contacts.db") == 21
    assert (tmp_path / KEPT).read_bytes() == content


async def test_the_rights_of_a_replaced_database_stay(filled: AccountDriver, tmp_path: Path) -> None:
    """Whoever shares the file with a group has decided so, and its link still leads there."""
    backed_up(tmp_path)
    await filled.store.close()
    (tmp_path / "contacts.db").chmod(0o640)
    (tmp_path / "link.db").symlink_to("contacts.db")
    kept = restore(tmp_path / "backup.db", tmp_path / "link.db", replace=True, at=AT, progress=silent).kept
    assert kept == tmp_path / KEPT
    assert stat.S_IMODE((tmp_path / "contacts.db").stat().st_mode) == 0o640
    assert (tmp_path / "link.db").is_symlink()


async def test_a_database_that_is_open_is_not_replaced(filled: AccountDriver, tmp_path: Path) -> None:
    """Neither under a service, which is named, nor under another program that has it open."""
    backed_up(tmp_path)
    with (
        ServiceLock.acquire(tmp_path / "contacts.db"),
        pytest.raises(StoreInUse, match=f"in use by process {os.getpid()}"),
    ):
        restored(tmp_path, replace=True)
    with pytest.raises(StoreInUse, match="another program"):
        restored(tmp_path, replace=True)
    await filled.create(phone(900))
    await filled.store.close()
    assert names_in(tmp_path) == {"contacts.db", "backup.db"}
    assert contacts_in(tmp_path / "contacts.db") == 22


async def test_another_programs_database_is_not_replaced(filled: AccountDriver, tmp_path: Path) -> None:
    """A mistyped name does not cost another program its data, and the backup is not replaced by itself."""
    backed_up(tmp_path)
    await filled.store.close()
    change(tmp_path / "notes.db", "CREATE TABLE notes (text)")
    before = (tmp_path / "notes.db").read_bytes()
    for target, said in (("notes.db", "another program's database"), ("backup.db", "is the database itself")):
        with pytest.raises(StoreUnusable, match=said):
            restore(tmp_path / "backup.db", tmp_path / target, replace=True, at=AT, progress=silent)
    assert (tmp_path / "notes.db").read_bytes() == before
    assert names_in(tmp_path) == {"contacts.db", "backup.db", "notes.db"}


async def test_what_is_no_backup_is_not_restored(filled: AccountDriver, tmp_path: Path) -> None:
    """A file that is damaged or no database of ours leaves the database as it is."""
    await filled.store.close()
    for content in (b"", b"no database, this", (tmp_path / "contacts.db").read_bytes()[:-8192]):
        (tmp_path / "backup.db").write_bytes(content)
        with pytest.raises(StoreUnusable, match=r"backup\.db"):
            restored(tmp_path, replace=True)
        assert names_in(tmp_path) == {"contacts.db", "backup.db"}
        assert contacts_in(tmp_path / "contacts.db") == 21


@pytest.mark.parametrize("fails", ["replace", "hardlink_to"])
async def test_a_restore_that_fails_leaves_a_database(
    filled: AccountDriver, tmp_path: Path, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last step fails the old database is in its place; where there are no hard links it still works."""
    backed_up(tmp_path)
    await filled.create(phone(900))
    await filled.store.close()

    def fail(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, fails, fail)
    if fails == "replace":
        with pytest.raises(StoreUnusable, match=r"cannot replace .*: Operation not supported"):
            restored(tmp_path, replace=True)
    else:
        restored(tmp_path, replace=True)
    assert contacts_in(tmp_path / "contacts.db") == {"replace": 22, "hardlink_to": 21}[fails]
    assert contacts_in(tmp_path / KEPT) == 22
