"""Which files can become a store, and which are refused."""

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
from numberkeep.store.sqlite.connection import Database
from numberkeep.store.sqlite.transactions import transaction


async def opened(path: Path) -> None:
    """Open and close a store."""
    store = SqliteStore(path)
    try:
        await store.open()
    finally:
        await store.close()


def run(path: Path, sql: str) -> None:
    """Run statements directly on a database file."""
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def modes_in(folder: Path) -> dict[str, int]:
    """Return the mode of every file in a folder, by name."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_a_new_database_is_for_its_owner_only(tmp_path: Path) -> None:
    """Nobody else can read it or its side files, whatever the umask is, because they contain numbers."""
    store = SqliteStore(tmp_path / "contacts.db")
    umask = os.umask(0)
    try:
        await store.open()
        await store.apply(CreateKey("default", "US", "k", b"hash", 1))
        modes = modes_in(tmp_path)
    finally:
        os.umask(umask)
        await store.close()
    assert modes == {"contacts.db": 0o600, "contacts.db-wal": 0o600, "contacts.db-shm": 0o600}


async def test_the_mode_of_an_existing_database_is_kept(tmp_path: Path) -> None:
    """An owner who shares the file with a group has chosen so."""
    path = tmp_path / "contacts.db"
    await opened(path)
    path.chmod(0o640)
    await opened(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """A file with a later migration raises StoreTooNew, and opens once that migration is removed."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "INSERT INTO schema_migrations VALUES (9999, 'later')")
    with pytest.raises(StoreTooNew, match="9999"):
        await opened(path)
    run(path, "DELETE FROM schema_migrations WHERE version = 9999")
    await opened(path)


async def test_a_store_with_another_first_migration_is_refused(tmp_path: Path) -> None:
    """A file whose schema was created by other statements raises StoreUnusable."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "UPDATE schema_migrations SET checksum = 'other'")
    with pytest.raises(StoreUnusable, match="step 1"):
        await opened(path)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE contacts (a)", "PRAGMA application_id = 42", "CREATE VIEW v AS SELECT 1"]
)
async def test_another_program_s_database_is_refused_unchanged(tmp_path: Path, sql: str) -> None:
    """A SQLite file with other tables or another application id is refused, and no byte of it changes."""
    path = tmp_path / "other.db"
    run(path, sql)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"other\.db is another program's database"):
        await opened(path)
    assert path.read_bytes() == before
    assert list(modes_in(tmp_path)) == ["other.db"]


async def test_a_file_that_is_not_a_database_is_refused_unchanged(tmp_path: Path) -> None:
    """Text is not mistaken for a database, nor overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but longer than the header of one; " * 20)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*notes\.txt: file is not a database"):
        await opened(path)
    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """`touch` before the first start is harmless."""
    path = tmp_path / "contacts.db"
    path.touch()
    await opened(path)
    assert path.read_bytes().startswith(b"SQLite format 3")


def no_folder(tmp_path: Path) -> Path:
    """Return a path in a folder that does not exist."""
    return tmp_path / "missing" / "contacts.db"


def in_a_file(tmp_path: Path) -> Path:
    """Return a path below a file."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "contacts.db"


def a_folder(tmp_path: Path) -> Path:
    """Return a folder."""
    return tmp_path


@pytest.mark.parametrize("place", [no_folder, in_a_file, a_folder])
async def test_a_path_that_cannot_be_a_database_is_refused(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    """StoreUnusable names the path and the reason."""
    path = place(tmp_path)
    with pytest.raises(StoreUnusable, match=rf"cannot (open|create) the database {path}: \w+"):
        await opened(path)


async def test_an_unwritable_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """StoreUnusable has the system's message. The failure is simulated, because root may write anywhere."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*: Permission denied"):
        await opened(tmp_path / "contacts.db")


async def test_a_store_that_cannot_be_opened_leaves_no_connection(tmp_path: Path) -> None:
    """Even if nobody calls close."""
    path = tmp_path / "contacts.db"
    await opened(path)
    run(path, "INSERT INTO schema_migrations VALUES (9999, 'later')")
    store = SqliteStore(path)
    with pytest.raises(StoreUnusable):
        await store.open()
    assert store._connections == []


def test_processes_that_create_a_database_together_all_succeed(tmp_path: Path) -> None:
    """They wait for each other, and each migration is applied once."""

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
    """A connection that fails with `busy` a few times, as SQLite does if two processes set the journal mode."""

    refusals = 2

    def pragma(self, name: str, value: Any = None, **more: Any) -> Any:
        """Fail to set the journal mode, and succeed later."""
        if name == "journal_mode" and self.refusals:
            self.refusals -= 1
            raise apsw.BusyError
        return super().pragma(name, value, **more)


def test_setting_the_journal_mode_is_retried(tmp_path: Path) -> None:
    """Another process that creates the same file is waited for."""
    connection = Contended(str(tmp_path / "contacts.db"))
    module._set_journal(connection, "wal")
    assert connection.refusals == 0
    assert connection.execute("PRAGMA journal_mode").get == "wal"
    connection.close()


def test_setting_the_journal_mode_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the busy timeout the error is raised."""
    monkeypatch.setattr(module, "_BUSY_TIMEOUT_MS", 0)
    connection = Contended(":memory:")
    connection.refusals = 1000
    with pytest.raises(apsw.BusyError):
        module._set_journal(connection, "wal")
    assert connection.refusals > 900


def test_a_file_is_durable_and_memory_is_not() -> None:
    """Commits to a file go through the WAL and are synced; in memory nothing is synced."""
    memory = Database(None).connect()
    assert (memory.pragma("journal_mode"), memory.pragma("synchronous")) == ("memory", 0)


def test_every_commit_to_a_file_is_synced(tmp_path: Path) -> None:
    """Every connection to a file uses WAL mode and synchronous=FULL."""
    connection = Database(tmp_path / "contacts.db").connect()
    assert (connection.pragma("journal_mode"), connection.pragma("synchronous")) == ("wal", 2)
    connection.close()


def test_two_stores_in_memory_are_separate() -> None:
    """Connections of one store share its data."""
    one, other = Database(None), Database(None)
    connections = one.connect(), one.connect(), other.connect()
    one.migrate(connections[0])
    found = [connection.execute("SELECT count(*) > 0 FROM sqlite_schema").get for connection in connections]
    assert found == [1, 1, 0]


def test_a_failed_transaction_is_rolled_back() -> None:
    """After any exception, and the connection can begin another."""
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
    """Not the error of a second rollback."""
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (a UNIQUE ON CONFLICT ROLLBACK); INSERT INTO t VALUES (1)")
    with pytest.raises(apsw.ConstraintError, match="UNIQUE"), transaction(connection):
        connection.execute("INSERT INTO t VALUES (1)")
