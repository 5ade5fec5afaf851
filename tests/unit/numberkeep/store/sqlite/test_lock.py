"""One service per database file, however its processes end."""

import fcntl
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path

import apsw
import pytest

from numberkeep.domain.errors import StoreInUse, StoreUnusable
from numberkeep.store.sqlite import ServiceLock
from numberkeep.store.sqlite import lock as module
from support.locks import hold

linux = pytest.mark.skipif(sys.platform != "linux", reason="the lock on the file itself is Linux's")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path of a database that need not exist."""
    return tmp_path / "contacts.db"


@contextmanager
def worker(lock: ServiceLock) -> Iterator[SpawnProcess]:
    """Run a process that has inherited the lock, until the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=hold, args=(lock, theirs))
    process.start()
    try:
        assert ours.recv() == "joined"
        yield process
    finally:
        process.kill()
        process.join()


def dead_process() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_second_service_is_refused_and_names_the_first(database: Path) -> None:
    """Refused at once with the id of the holder; after a release the lock is free."""
    with (
        ServiceLock.acquire(database),
        pytest.raises(StoreInUse, match=f"contacts.db is in use by process {os.getpid()},"),
    ):
        ServiceLock.acquire(database)
    ServiceLock.acquire(database).release()


def test_a_released_lock_leaves_no_file(database: Path) -> None:
    """The lock file exists only while the lock is held, with mode 0600; the database is not opened."""
    with ServiceLock.acquire(database):
        [file] = database.parent.iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("contacts.db.lock", 0o600)
    assert list(database.parent.iterdir()) == []


def test_a_link_and_its_target_are_one_database(database: Path) -> None:
    """A second name of the file does not allow a second service."""
    database.touch()
    link = database.with_name("link.db")
    link.symlink_to(database)
    with ServiceLock.acquire(link), pytest.raises(StoreInUse):
        ServiceLock.acquire(database)


def test_databases_in_one_folder_are_independent(database: Path) -> None:
    """The lock is per database, not per folder."""
    with ServiceLock.acquire(database), ServiceLock.acquire(database.with_name("other.db")):
        pass


def test_the_lock_file_of_a_killed_service_locks_nothing(database: Path) -> None:
    """Only the kernel's lock counts, which ends with the process."""
    database.with_name("contacts.db.lock").write_text(f"{os.getpid()}\n")
    with ServiceLock.acquire(database):
        assert database.with_name("contacts.db.lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("text", ["", "no number", "-1\n0\n"])
def test_a_lock_is_refused_whatever_its_file_contains(
    database: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content only names the holder."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    with ServiceLock.acquire(database):
        database.with_name("contacts.db.lock").write_text(text)
        with pytest.raises(StoreInUse, match="in use by"):
            ServiceLock.acquire(database)


def test_a_worker_keeps_the_lock_after_its_supervisor(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that inherited the lock holds it until it ends too, even after kill -9."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    lock = ServiceLock.acquire(database)
    with worker(lock):
        lock.release()
        with pytest.raises(StoreInUse):
            ServiceLock.acquire(database)
    ServiceLock.acquire(database).release()


def test_a_supervisor_keeps_the_lock_after_its_worker(database: Path) -> None:
    """A killed worker leaves the lock with its supervisor, and the next worker inherits it."""
    lock = ServiceLock.acquire(database)
    for _ in range(2):
        with worker(lock) as process:
            pass
        assert process.exitcode == -9
        with pytest.raises(StoreInUse):
            ServiceLock.acquire(database)
    with worker(lock) as process:
        assert str(process.pid) in database.with_name("contacts.db.lock").read_text().split()
        lock.release()
        assert database.with_name("contacts.db.lock").exists(), "the worker still holds it"


def test_the_worker_of_a_dead_supervisor_is_named(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the process to stop, because it still has the database open."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    with ServiceLock.acquire(database):
        database.with_name("contacts.db.lock").write_text(f"{dead_process()}\n{os.getpid()}\n")
        with pytest.raises(StoreInUse, match=f"by process {os.getpid()},"):
            ServiceLock.acquire(database)


def test_the_worker_of_a_dead_supervisor_is_waited_for(database: Path) -> None:
    """A killed service can be restarted while its worker still finishes."""
    lock = ServiceLock.acquire(database)
    database.with_name("contacts.db.lock").write_text(f"{dead_process()}\n")
    finishing = threading.Timer(0.2, lock.release)
    finishing.start()
    ServiceLock.acquire(database).release()
    finishing.join()


def test_of_many_concurrent_processes_one_gets_the_lock(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking, releasing and removing the file concurrently never admits two."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    inside, taken = [], []

    def contend(number: int) -> None:
        for _ in range(200):
            try:
                lock = ServiceLock.acquire(database)
            except StoreInUse:
                continue
            inside.append(number)
            assert inside == [number]
            inside.clear()
            taken.append(number)
            lock.release()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(contend, range(4)))
    assert len(taken) > 10
    assert list(database.parent.iterdir()) == []


def test_a_lock_file_removed_meanwhile_locks_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last holder removes the file between open and lock, the lock is taken on a new file."""
    removed: list[int] = []
    flock = fcntl.flock

    def late(descriptor: int, how: int) -> None:
        if not removed:
            removed.append(descriptor)
            database.with_name("contacts.db.lock").unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with ServiceLock.acquire(database), pytest.raises(StoreInUse):
        ServiceLock.acquire(database)


def test_a_lock_in_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """The error names the database and the reason."""
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*no/x\.db: .*No such file"):
        ServiceLock.acquire(tmp_path / "no" / "x.db")


@linux
def test_a_hard_link_and_its_file_are_one_database(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service under the other name would have a WAL of its own, and each would overwrite what the other wrote."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    database.touch()
    link = database.with_name("link.db")
    link.hardlink_to(database)
    lock = ServiceLock.acquire(database)
    with worker(lock):
        with pytest.raises(StoreInUse, match=r"link.db is in use by a process that opened it under another path"):
            ServiceLock.acquire(link)
        lock.release()
        with pytest.raises(StoreInUse):  # the worker still holds it
            ServiceLock.acquire(link)
    assert not link.with_name("link.db.lock").exists()
    ServiceLock.acquire(link).release()


@linux
def test_a_database_that_is_created_later_can_be_locked_too(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `serve` does, once it has created it."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    with ServiceLock.acquire(database) as lock:
        database.touch()
        database.with_name("link.db").hardlink_to(database)
        lock.hold_file()
        with pytest.raises(StoreInUse):
            ServiceLock.acquire(database.with_name("link.db"))


def test_the_lock_leaves_sqlites_own_locks_alone(database: Path) -> None:
    """A process that holds it can write, and another process sees the locks that SQLite takes."""
    apsw.Connection(str(database)).close()
    script = "import apsw, sys; apsw.Connection(sys.argv[1]).execute('BEGIN IMMEDIATE')"
    with ServiceLock.acquire(database), closing(apsw.Connection(str(database))) as connection:
        connection.execute("CREATE TABLE t (x); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        other = subprocess.run(
            [sys.executable, "-c", script, str(database)], capture_output=True, text=True, check=False
        )
        assert "BusyError" in other.stderr
        connection.execute("COMMIT")
        subprocess.run([sys.executable, "-c", script, str(database)], check=True)
