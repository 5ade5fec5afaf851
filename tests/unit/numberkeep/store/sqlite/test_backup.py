"""What a backup and a restore replace, what they refuse, and that no data is lost."""

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
    """Back up contacts.db."""
    return back_up(folder / "contacts.db", folder / name, replace=replace, progress=silent)


def restored(folder: Path, *, replace: bool = False) -> Restored:
    """Restore contacts.db from backup.db."""
    return restore(folder / "backup.db", folder / "contacts.db", replace=replace, at=AT, progress=silent)


async def test_a_backup_is_one_file_for_its_owner_only(filled: AccountDriver, tmp_path: Path) -> None:
    """A backup of an open store is one file with mode 0600, which a store can open."""
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


async def test_a_file_is_replaced_only_on_request(filled: AccountDriver, tmp_path: Path) -> None:
    """Without `replace` an existing file is unchanged."""
    (tmp_path / "backup.db").write_text("mine")
    with pytest.raises(StoreUnusable, match=r"backup\.db already exists: .*--force"):
        backed_up(tmp_path)
    assert (tmp_path / "backup.db").read_text() == "mine"
    assert backed_up(tmp_path, replace=True).contacts == contacts_in(tmp_path / "backup.db") == 21
    await filled.delete(phone(0))
    assert backed_up(tmp_path, replace=True).contacts == 20


@pytest.mark.parametrize("name", ["contacts.db", "link.db", "contacts.db-wal", "contacts.db-shm", "contacts.db.lock"])
async def test_a_backup_to_the_database_itself_is_refused(filled: AccountDriver, tmp_path: Path, name: str) -> None:
    """Or to one of its side files, under any name."""
    (tmp_path / "link.db").symlink_to(tmp_path / "contacts.db")
    with pytest.raises(StoreUnusable, match="belongs to the database itself"):
        backed_up(tmp_path, name, replace=True)
    assert await filled.count() == 20


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
async def test_a_backup_to_a_database_in_use_is_refused(filled: AccountDriver, tmp_path: Path, suffix: str) -> None:
    """SQLite would use the existing side files with the backup."""
    (tmp_path / f"backup.db{suffix}").touch()
    with pytest.raises(StoreUnusable, match=f"because backup.db{suffix} exists"):
        backed_up(tmp_path, replace=True)
    assert await filled.count() == 20


async def test_a_backup_follows_a_link(filled: AccountDriver, tmp_path: Path) -> None:
    """The link itself is kept; a folder or a device is never replaced."""
    (tmp_path / "link").symlink_to(tmp_path / "backup.db")
    (tmp_path / "null").symlink_to("/dev/null")
    assert backed_up(tmp_path, "link").contacts == contacts_in(tmp_path / "backup.db")
    for name in (".", "null"):
        with pytest.raises(StoreUnusable, match="name another file"):
            backed_up(tmp_path, name, replace=True)
    assert await filled.count() == 20


async def test_a_restore_keeps_the_replaced_database(filled: AccountDriver, tmp_path: Path) -> None:
    """The database is as it was at the backup; the replaced one is kept next to it, complete, in one file."""
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


async def test_two_restores_within_a_second_keep_both_databases(filled: AccountDriver, tmp_path: Path) -> None:
    """The second kept database does not overwrite the first."""
    backed_up(tmp_path)
    await filled.store.close()
    for n in range(3):
        assert restored(tmp_path, replace=True).kept == tmp_path / f"contacts.db.replaced-20260921T14132{n}Z"


async def test_a_restore_creates_a_missing_database(filled: AccountDriver, tmp_path: Path) -> None:
    """With mode 0600."""
    backed_up(tmp_path)
    target = tmp_path / "new.db"
    assert restore(tmp_path / "backup.db", target, replace=False, at=AT, progress=silent).kept is None
    assert (contacts_in(target), stat.S_IMODE(target.stat().st_mode)) == (21, 0o600)
    assert await filled.count() == 20


async def test_a_stray_wal_is_not_used_with_the_restored_database(filled: AccountDriver, tmp_path: Path) -> None:
    """A WAL whose database was removed is set aside, and not deleted."""
    backed_up(tmp_path)
    wal = (tmp_path / "contacts.db-wal").read_bytes()
    await filled.store.close()
    (tmp_path / "contacts.db").unlink()
    (tmp_path / "contacts.db-wal").write_bytes(wal)
    assert restored(tmp_path).kept is None
    assert contacts_in(tmp_path / "contacts.db") == 21
    assert (tmp_path / f"{KEPT}-wal").read_bytes() == wal


async def test_the_wal_of_a_killed_service_is_kept(filled: AccountDriver, tmp_path: Path) -> None:
    """The replaced database includes what was committed and not yet checkpointed."""
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
    """Damage is a reason to restore; the damaged file is kept unchanged, with its side files."""
    backed_up(tmp_path)
    await filled.store.close()
    (tmp_path / "contacts.db").write_bytes(content)
    (tmp_path / "contacts.db-wal").write_bytes(b"what there was")
    restored(tmp_path, replace=True)
    assert contacts_in(tmp_path / "contacts.db") == 21
    assert (tmp_path / KEPT).read_bytes() == content


async def test_a_database_that_was_replaced_has_mode_0600(filled: AccountDriver, tmp_path: Path) -> None:
    """Also if the old one could be read by others; a link to it stays."""
    backed_up(tmp_path)
    await filled.store.close()
    (tmp_path / "contacts.db").chmod(0o640)
    (tmp_path / "link.db").symlink_to("contacts.db")
    kept = restore(tmp_path / "backup.db", tmp_path / "link.db", replace=True, at=AT, progress=silent).kept
    assert kept == tmp_path / KEPT
    assert stat.S_IMODE((tmp_path / "contacts.db").stat().st_mode) == 0o600
    assert (tmp_path / "link.db").is_symlink()


async def test_an_open_database_is_not_replaced(filled: AccountDriver, tmp_path: Path) -> None:
    """Neither if a service has it open, which is named, nor if another program does."""
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


async def test_another_program_s_database_is_not_replaced(filled: AccountDriver, tmp_path: Path) -> None:
    """A mistyped name must not destroy other data; nor is the backup replaced by itself."""
    backed_up(tmp_path)
    await filled.store.close()
    change(tmp_path / "notes.db", "CREATE TABLE notes (text)")
    before = (tmp_path / "notes.db").read_bytes()
    for target, said in (("notes.db", "another program's database"), ("backup.db", "is the database itself")):
        with pytest.raises(StoreUnusable, match=said):
            restore(tmp_path / "backup.db", tmp_path / target, replace=True, at=AT, progress=silent)
    assert (tmp_path / "notes.db").read_bytes() == before
    assert names_in(tmp_path) == {"contacts.db", "backup.db", "notes.db"}


async def test_an_invalid_backup_is_not_restored(filled: AccountDriver, tmp_path: Path) -> None:
    """A file that is damaged or not a numberkeep database leaves the database unchanged."""
    await filled.store.close()
    for content in (b"", b"no database, this", (tmp_path / "contacts.db").read_bytes()[:-8192]):
        (tmp_path / "backup.db").write_bytes(content)
        with pytest.raises(StoreUnusable, match=r"backup\.db"):
            restored(tmp_path, replace=True)
        assert names_in(tmp_path) == {"contacts.db", "backup.db"}
        assert contacts_in(tmp_path / "contacts.db") == 21


@pytest.mark.parametrize("fails", ["replace", "hardlink_to"])
async def test_a_failed_restore_leaves_the_database(
    filled: AccountDriver, tmp_path: Path, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last step fails the old database is put back; without hard links a restore still works."""
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
