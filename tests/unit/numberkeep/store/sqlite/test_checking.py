"""What `check` does with a file; the rules are tested on every engine in test_checking.py of the folder above."""

from pathlib import Path

import pytest

from numberkeep.domain.errors import StoreTooNew, StoreUnusable
from numberkeep.store.checking import Checked
from numberkeep.store.sqlite.checking import check
from support.files import change, damage, names_in
from support.store import AccountDriver, phone


async def test_a_reference_to_a_missing_row_is_a_fault(filled: AccountDriver, tmp_path: Path) -> None:
    """By SQLite's own check."""
    change(tmp_path / "contacts.db", "PRAGMA foreign_keys = 0; UPDATE api_keys SET account_id = 9 WHERE account_id = 2")
    assert [fault.rule for fault in check(tmp_path / "contacts.db").faults] == ["foreign_key"]
    assert await filled.count() == 20


async def test_a_damaged_file_is_a_fault(filled: AccountDriver, tmp_path: Path) -> None:
    """SQLite's message on a bad page or index is reported unchanged."""
    await filled.store.close()
    path = tmp_path / "contacts.db"
    damage(path, "contacts_phone")
    faults = check(path).faults
    assert {fault.rule for fault in faults} == {"integrity"}
    assert all("\n" not in fault.message for fault in faults)


async def test_a_check_runs_next_to_a_writer_and_changes_nothing(filled: AccountDriver, tmp_path: Path) -> None:
    """An open store is checked including its WAL, which is unchanged; no files are left."""
    await filled.create(phone(900))
    before = (tmp_path / "contacts.db-wal").read_bytes()
    assert check(tmp_path / "contacts.db") == Checked([], 2, 22)
    assert (tmp_path / "contacts.db-wal").read_bytes() == before
    await filled.store.close()
    assert check(tmp_path / "contacts.db") == Checked([], 2, 22)
    assert names_in(tmp_path) == {"contacts.db"}


async def test_another_kind_of_database_cannot_be_checked(filled: AccountDriver, tmp_path: Path) -> None:
    """A file with another program's schema is refused; a missing file is not created."""
    with pytest.raises(StoreUnusable, match="unable to open"):
        check(tmp_path / "no.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreUnusable, match="not a numberkeep database"):
        check(tmp_path / "empty.db")
    change(tmp_path / "contacts.db", "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew):
        check(tmp_path / "contacts.db")
    change(tmp_path / "contacts.db", "DELETE FROM schema_migrations WHERE version > 3")
    with pytest.raises(StoreUnusable, match=r"at schema version 3, .*run `numberkeep migrate`"):
        check(tmp_path / "contacts.db")
    assert not (tmp_path / "no.db").exists()
    assert await filled.count() == 20
