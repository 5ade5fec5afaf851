"""Which files become a store, and which are left alone."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from numberkeep.domain.account_commands import CreateKey
from numberkeep.domain.errors import StoreTooNew, StoreUnusable
from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.sqlite import connection as module
from numberkeep.store.sqlite.connection import Database, transaction


async def opened(path: Path) -> None:
    """Open and close a store."""
    store = SqliteStore(path)
    try:
        await store.open()
    finally:
        await store.close()


def run(path: Path, sql: str) -> None:
    """Run statements on a file behind the store's back."""
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def rights_in(folder: Path) -> dict[str, int]:
    """The rights of every file of a folder, by name."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The file and SQLite's files beside it are readable by nobody else, whatever the umask: they hold numbers."""
    store = SqliteStore(tmp_path / "contacts.db")
    umask = os.umask(0)
    try:
        await store.open()
        await store.apply(CreateKey("default", "US", "k", b"hash", 1))
        rights = rights_in(tmp_path)
    finally:
        os.umask(umask)
        await store.close()
    assert rights == {"contacts.db": 0o600, "contacts.db-wal": 0o600, "contacts.db-shm": 0o600}


async def test_the_rights_of_a_database_that_is_there_stay(tmp_path: Path) -> None:
    """Whoever shares the file with a group has decided so: opening it does not undo that."""
    path = tmp_path / "contacts.db"
    await opened(path)
    path.chmod(0o640)
    await opened(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file with a later schema step raises StoreTooNew, and opens again once the step is gone."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew, match="9999"):
        await opened(path)
    run(path, "DELETE FROM schema_migrations WHERE version = 9999")
    await opened(path)


async def test_a_store_with_another_first_step_is_refused(tmp_path: Path) -> None:
    """A file whose schema was made by other statements raises StoreUnusable."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "UPDATE schema_migrations SET checksum = 'other'")
    with pytest.raises(StoreUnusable, match="step 1"):
        await opened(path)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE contacts (a)", "PRAGMA application_id = 42", "CREATE VIEW v AS SELECT 1"]
)
async def test_another_programs_database_is_refused_untouched(tmp_path: Path, sql: str) -> None:
    """A SQLite file with content or owner of its own is refused by name, and not one byte of it changes."""
    path = tmp_path / "other.db"
    run(path, sql)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"other\.db is another program's database"):
        await opened(path)
    assert path.read_bytes() == before
    assert list(rights_in(tmp_path)) == ["other.db"]


async def test_a_file_that_is_no_database_is_refused_untouched(tmp_path: Path) -> None:
    """Text is not taken for a database, nor overwritten by one."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but longer than the header of one; " * 20)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*notes\.txt: file is not a database"):
        await opened(path)
    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """A file of no bytes is nobody's: `touch` before the first start does no harm."""
    path = tmp_path / "contacts.db"
    path.touch()
    await opened(path)
    assert path.read_bytes().startswith(b"SQLite format 3")


def no_folder(tmp_path: Path) -> Path:
    """A path in a folder that does not exist."""
    return tmp_path / "missing" / "contacts.db"


def in_a_file(tmp_path: Path) -> Path:
    """A path in what is no folder."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "contacts.db"


def a_folder(tmp_path: Path) -> Path:
    """A folder instead of a file."""
    return tmp_path


@pytest.mark.parametrize("place", [no_folder, in_a_file, a_folder])
async def test_a_path_that_cannot_be_a_database_is_refused(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    """StoreUnusable names the path and the reason."""
    path = place(tmp_path)
    with pytest.raises(StoreUnusable, match=rf"cannot (open|create) the database {path}: \w+"):
        await opened(path)


async def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing rights are StoreUnusable with the system's words; asked of the system, as root may write anywhere."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*: Permission denied"):
        await opened(tmp_path / "contacts.db")


async def test_a_store_that_cannot_be_opened_holds_nothing_open(tmp_path: Path) -> None:
    """After a refused open no connection to the file is left, though nobody calls close."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "INSERT INTO schema_migrations VALUES (9999, 'later')")
    store = SqliteStore(path)
    with pytest.raises(StoreUnusable):
        await store.open()
    assert store._connections == []


def test_processes_that_make_a_database_together_all_get_it(tmp_path: Path) -> None:
    """Many openers of one new file wait for each other, and its steps are applied once."""

    def make(path: Path) -> int:
        database = Database(path)
        connection = database.connect()
        database.migrate(connection)
        steps: int = connection.execute("SELECT count(*) FROM schema_migrations WHERE version = 1").get
        connection.close()
        return steps

    with ThreadPoolExecutor(8) as openers:
        for attempt in range(10):
            assert list(openers.map(make, [tmp_path / f"{attempt}.db"] * 8)) == [1] * 8


class Contended(apsw.Connection):
    """A connection that is told `busy` a few times, as SQLite says at once where two set the journal mode."""

    refusals = 2

    def pragma(self, name: str, value: Any = None, **more: Any) -> Any:
        """Refuse the journal mode, then give in."""
        if name == "journal_mode" and self.refusals:
            self.refusals -= 1
            raise apsw.BusyError
        return super().pragma(name, value, **more)


def test_the_journal_mode_is_asked_for_until_it_is_given(tmp_path: Path) -> None:
    """Another process at the same new file is waited for."""
    connection = Contended(str(tmp_path / "contacts.db"))
    module._set_journal(connection, "wal")
    assert connection.refusals == 0
    assert connection.execute("PRAGMA journal_mode").get == "wal"
    connection.close()


def test_a_journal_mode_that_is_never_given_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time for a busy database the failure is told."""
    monkeypatch.setattr(module, "_BUSY_TIMEOUT_MS", 0)
    connection = Contended(":memory:")
    connection.refusals = 1000
    with pytest.raises(apsw.BusyError):
        module._set_journal(connection, "wal")
    assert connection.refusals > 900


def test_a_file_is_durable_and_the_memory_is_not() -> None:
    """In a file commits go through the WAL and are synced; in memory nothing is synced."""
    memory = Database(None).connect()
    assert (memory.pragma("journal_mode"), memory.pragma("synchronous")) == ("memory", 0)


def test_a_file_syncs_every_commit(tmp_path: Path) -> None:
    """Every connection to a file is in WAL mode with synchronous=FULL."""
    connection = Database(tmp_path / "contacts.db").connect()
    assert (connection.pragma("journal_mode"), connection.pragma("synchronous")) == ("wal", 2)
    connection.close()


def test_two_stores_in_memory_share_nothing() -> None:
    """Each store in memory is its own, though connections of one share it."""
    one, other = Database(None), Database(None)
    connections = one.connect(), one.connect(), other.connect()
    one.migrate(connections[0])
    found = [connection.execute("SELECT count(*) > 0 FROM sqlite_schema").get for connection in connections]
    assert found == [1, 1, 0]


def test_a_transaction_that_fails_leaves_nothing() -> None:
    """Any exception rolls back, and the connection can begin anew."""
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (a)")

    def fail() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES (1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with transaction(connection):
        connection.execute("INSERT INTO t VALUES (2)")
    assert connection.execute("SELECT a FROM t").fetchall() == [(2,)]


def test_a_transaction_that_sqlite_rolled_back_raises_its_own_error() -> None:
    """Where SQLite has ended the transaction already, the failure is told and not that of a second rollback."""
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK); INSERT INTO t VALUES (1)")
    with pytest.raises(apsw.ConstraintError, match="UNIQUE"), transaction(connection):
        connection.execute("INSERT INTO t VALUES (1)")
