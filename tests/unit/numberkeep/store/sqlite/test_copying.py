"""A copy is one consistent state of the database in one file, or does not exist."""

import stat
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from numberkeep.domain.errors import StoreTooNew, StoreUnusable
from numberkeep.store.sqlite import copying
from numberkeep.store.sqlite.copying import Check, Contents, Progress, checked_copy
from support.files import change, damage, names_in, silent
from support.store import AccountDriver, phone


def copied(folder: Path, check: Check = "quick_check", progress: Progress = silent) -> Contents:
    """Copy contacts.db to copy.db."""
    with checked_copy(folder / "contacts.db", folder / "copy.db", check, progress) as (path, contents):
        assert path.parent == folder
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in folder.glob("copy.db*")] == [path.name], "no side files"
        path.rename(folder / "copy.db")
    return contents


async def test_a_writer_continues_while_its_database_is_copied(
    filled: AccountDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writes between two steps neither wait, nor enter the copy, nor restart it."""
    monkeypatch.setattr(copying, "_STEP_PAGES", 1)
    steps: list[int] = []
    with closing(apsw.Connection(str(tmp_path / "contacts.db"))) as writer:

        def write(done: int, _of: int) -> None:
            steps.append(done)
            assert len(steps) < 1000, "the copy restarts"
            writer.execute("UPDATE contacts SET first_name = first_name || 'x'")

        assert copied(tmp_path, progress=write) == Contents((tmp_path / "copy.db").stat().st_size, 2, 21)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) > 10
    with closing(apsw.Connection(str(tmp_path / "copy.db"))) as copy:
        assert copy.execute("SELECT DISTINCT first_name FROM contacts").fetchall() == [("",)]
        assert copy.pragma("journal_mode") == "delete"
    assert (await filled.page()).contacts[0].first_name == "x" * len(steps)


async def test_the_wal_is_included_in_a_copy(filled: AccountDriver, tmp_path: Path) -> None:
    """Committed changes are copied whether checkpointed or not; the WAL is unchanged."""
    await filled.create(phone(900))
    before = (tmp_path / "contacts.db-wal").read_bytes()
    assert copied(tmp_path).contacts == 22
    assert (tmp_path / "contacts.db-wal").read_bytes() == before


async def test_copying_a_closed_database_leaves_it_unchanged(filled: AccountDriver, tmp_path: Path) -> None:
    """No side files are left."""
    await filled.store.close()
    before = (tmp_path / "contacts.db").read_bytes()
    copied(tmp_path)
    assert (tmp_path / "contacts.db").read_bytes() == before
    assert names_in(tmp_path) == {"contacts.db", "copy.db"}


@pytest.mark.parametrize("check", ["quick_check", "integrity_check"])
async def test_a_damaged_database_is_not_copied(filled: AccountDriver, tmp_path: Path, check: Check) -> None:
    """A copy that fails its check is removed, and the fault is reported."""
    await filled.store.close()
    damage(tmp_path / "contacts.db", "messages")
    with pytest.raises(StoreUnusable, match=r"contacts\.db is damaged"):
        copied(tmp_path, check)
    assert names_in(tmp_path) == {"contacts.db"}


async def test_only_the_integrity_check_compares_indexes(filled: AccountDriver, tmp_path: Path) -> None:
    """An index with a value that is not its table's passes the quick check only."""
    await filled.store.close()
    path = tmp_path / "contacts.db"
    reindex = (
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, ?, ?) "
        "WHERE name = 'contacts_first_name'; PRAGMA writable_schema = RESET"
    )
    change(path, reindex, "first_name)", "last_name)")
    change(path, "UPDATE contacts SET first_name = 'Ada'")
    change(path, reindex, "last_name)", "first_name)")
    assert copied(tmp_path).contacts == 21
    (tmp_path / "copy.db").unlink()
    with pytest.raises(StoreUnusable, match="contacts_first_name"):
        copied(tmp_path, "integrity_check")


async def test_a_newer_database_is_not_copied(filled: AccountDriver, tmp_path: Path) -> None:
    """This program cannot verify a schema that it does not know."""
    await filled.store.close()
    change(tmp_path / "contacts.db", "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew, match="9999"):
        copied(tmp_path)
    assert names_in(tmp_path) == {"contacts.db"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "not a numberkeep database"), ("no database, this", "file is not a database"), (None, "unable to open")],
)
def test_other_files_are_not_copied(tmp_path: Path, content: str | None, reason: str) -> None:
    """An empty file, another program's and a missing one are refused, and no file is created."""
    if content is not None:
        (tmp_path / "contacts.db").write_text(content)
    before = names_in(tmp_path)
    with pytest.raises(StoreUnusable, match=reason):
        copied(tmp_path)
    assert names_in(tmp_path) == before


async def test_an_interrupted_copy_leaves_nothing(filled: AccountDriver, tmp_path: Path) -> None:
    """After Ctrl-C the partial copy is removed."""
    before = names_in(tmp_path)

    def interrupt(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copied(tmp_path, progress=interrupt)
    assert names_in(tmp_path) == before
    assert await filled.count() == 20


async def test_a_copy_that_cannot_be_written_is_an_error(
    filled: AccountDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing folder, failing disk: one line with the destination and the reason."""

    def fail(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    assert await filled.count() == 20
    before = names_in(tmp_path)
    with (
        pytest.raises(StoreUnusable, match=r"cannot write .*no/x\.db: No such file"),
        checked_copy(tmp_path / "contacts.db", tmp_path / "no" / "x.db", "quick_check", silent),
    ):
        pass
    monkeypatch.setattr(copying, "sync", fail)
    with pytest.raises(StoreUnusable, match=r"cannot write .*copy\.db: No space left"):
        copied(tmp_path)
    assert names_in(tmp_path) == before
