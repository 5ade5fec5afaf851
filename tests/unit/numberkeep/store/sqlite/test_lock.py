"""One service for one file, however its processes end."""

import fcntl
import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from numberkeep.domain.errors import StoreInUse, StoreUnusable
from numberkeep.store.sqlite import ServiceLock
from numberkeep.store.sqlite import lock as module
from support.locks import hold


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a database may come to be."""
    return tmp_path / "contacts.db"


@contextmanager
def worker(lock: ServiceLock) -> Iterator[SpawnProcess]:
    """A process that has inherited the lock, until the block ends."""
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
    """The id of a process that is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_second_service_is_refused_with_the_first_ones_process(database: Path) -> None:
    """Whoever comes second is told at once who has the store; when that one gives it up, it is free."""
    with (
        ServiceLock.acquire(database),
        pytest.raises(StoreInUse, match=f"contacts.db is in use by process {os.getpid()},"),
    ):
        ServiceLock.acquire(database)
    ServiceLock.acquire(database).release()


def test_a_lock_that_is_given_up_leaves_no_file(database: Path) -> None:
    """The lock's file is there while the lock is held, for its owner alone, and the database is not touched."""
    with ServiceLock.acquire(database):
        [file] = database.parent.iterdir()
        assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("contacts.db.lock", 0o600)
    assert list(database.parent.iterdir()) == []


def test_a_link_and_what_it_leads_to_are_one_database(database: Path) -> None:
    """Another name for the same file is no way to a second service."""
    database.touch()
    link = database.with_name("link.db")
    link.symlink_to(database)
    with ServiceLock.acquire(link), pytest.raises(StoreInUse):
        ServiceLock.acquire(database)


def test_databases_in_one_folder_are_independent(database: Path) -> None:
    """The lock is one database's, not its folder's."""
    with ServiceLock.acquire(database), ServiceLock.acquire(database.with_name("other.db")):
        pass


def test_a_file_that_a_killed_service_left_locks_nothing(database: Path) -> None:
    """What counts is the kernel's lock, which is gone with the process; the file alone means nothing."""
    database.with_name("contacts.db.lock").write_text(f"{os.getpid()}\n")
    with ServiceLock.acquire(database):
        assert database.with_name("contacts.db.lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("text", ["", "no number", "-1\n0\n"])
def test_a_holder_that_is_not_written_down_still_holds(
    database: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the file says, a lock that is held is refused."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    with ServiceLock.acquire(database):
        database.with_name("contacts.db.lock").write_text(text)
        with pytest.raises(StoreInUse, match="in use by"):
            ServiceLock.acquire(database)


def test_a_worker_holds_the_lock_after_its_supervisor(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that was handed to a process is held until that one ends too, even by kill -9."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    lock = ServiceLock.acquire(database)
    with worker(lock):
        lock.release()
        with pytest.raises(StoreInUse):
            ServiceLock.acquire(database)
    ServiceLock.acquire(database).release()


def test_a_supervisor_holds_the_lock_after_its_worker(database: Path) -> None:
    """A worker that is killed leaves the lock with its supervisor, and the next worker has it again."""
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
        assert database.with_name("contacts.db.lock").exists(), "it is the worker's still"


def test_the_worker_of_a_dead_supervisor_is_named(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the supervisor is gone, the process that still has the store is the one to stop."""
    monkeypatch.setattr(module, "_FINISHING_SECONDS", 0)
    with ServiceLock.acquire(database):
        database.with_name("contacts.db.lock").write_text(f"{dead_process()}\n{os.getpid()}\n")
        with pytest.raises(StoreInUse, match=f"by process {os.getpid()},"):
            ServiceLock.acquire(database)


def test_the_worker_of_a_dead_supervisor_is_waited_for(database: Path) -> None:
    """Whoever restarts a killed service does not have to know that its worker still finishes."""
    lock = ServiceLock.acquire(database)
    database.with_name("contacts.db.lock").write_text(f"{dead_process()}\n")
    finishing = threading.Timer(0.2, lock.release)
    finishing.start()
    ServiceLock.acquire(database).release()
    finishing.join()


def test_of_many_at_once_one_has_it(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking, giving up and removing the file beside each other never lets two in."""
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


def test_a_file_that_is_removed_meanwhile_locks_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the last holder removes the file between opening and locking it, the lock is taken on the next one."""
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


def test_a_lock_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The failure names the database and the reason."""
    with pytest.raises(StoreUnusable, match=r"cannot open the database .*no/x\.db: .*No such file"):
        ServiceLock.acquire(tmp_path / "no" / "x.db")


def test_the_database_itself_is_never_locked(database: Path) -> None:
    """SQLite's own locks are dropped with any descriptor of the database, so the lock opens another file."""
    database.touch()
    with ServiceLock.acquire(database), database.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
