"""The lock that allows one service per SQLite file; held from before its start until its last process has ended.

The lock is an flock on a file beside the database, `NAME.lock`, which lists the holders' process ids. It is never taken
on the database itself: SQLite's own locks on that are dropped when any descriptor of it is closed.

The supervisor takes it before it opens the store or starts a worker, and each worker inherits the descriptor. An flock
belongs to the open file and not to a process, so it holds until the last process ends:

- if the supervisor is killed, its worker still has the file open while it finishes, and still holds the lock;
- if the worker is killed, the supervisor holds it until another is started, which inherits it;
- if workers are replaced (SIGHUP), the new one starts beside the old one, and both hold it.

A lock taken by the worker would be free between the supervisor's checks and the worker's start, and would keep a new
worker out until the old one has finished.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from multiprocessing import reduction
from pathlib import Path
from typing import Any, Final, Self

from numberkeep.domain.errors import StoreInUse, StoreUnusable

_FINISHING_SECONDS: Final = 5.0
"""How long `acquire` waits for the worker of a supervisor that has ended."""


class ServiceLock:
    """The lock for serving or replacing one SQLite file; a context that releases it at its end.

    It can be passed to a process that multiprocessing starts; the lock is then held until both have ended.
    """

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    @classmethod
    def acquire(cls, database: Path) -> Self:
        """Take and return the lock for a database, which need not exist yet.

        Raises:
            StoreInUse: another process holds it; the text names the process.
            StoreUnusable: the lock's file cannot be created.
        """
        path = Path(f"{os.path.realpath(database)}.lock")  # as SQLite does: a link and its target are one database
        give_up = time.monotonic() + _FINISHING_SECONDS
        try:
            while (descriptor := _take(path)) is None:
                started_by, holder = _holders(path)
                if _lives(started_by) or time.monotonic() > give_up:
                    raise StoreInUse(
                        f"the database {database} is in use by process {holder}, and only one service or restore can "
                        "use it at a time: stop that process, or name another database"
                    )
                time.sleep(0.02)
            os.ftruncate(descriptor, 0)
            lock = cls(descriptor, path)
            lock.join()
        except OSError as error:
            raise StoreUnusable(f"cannot open the database {database}: {path.name}: {error.strerror}") from error
        return lock

    def join(self) -> None:
        """Add this process to the list of holders."""
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Release the lock, and remove its file unless a process that inherited the lock still holds it."""
        os.close(self._descriptor)
        with contextlib.suppress(OSError):  # the lock is released by now: the file alone means nothing
            descriptor = _take(self._path)
            if descriptor is not None:
                self._path.unlink()
                os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __reduce__(self) -> tuple[Callable[..., "ServiceLock"], tuple[Any, ...]]:
        return _inherited, (reduction.DupFd(self._descriptor), self._path)


def _take(path: Path) -> int | None:
    """Return a descriptor that holds the lock, or None if another process holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        if _leads_to(path, descriptor):
            return descriptor
        os.close(descriptor)  # it was released, and so removed, between the two calls


def _inherited(duplicate: Any, path: Path) -> ServiceLock:
    descriptor = duplicate.detach()
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the parameter is positional-only
    return ServiceLock(descriptor, path)


def _leads_to(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holders(path: Path) -> tuple[int, int]:
    """Return the process that took the lock, and the first living holder of it; 0 if unknown."""
    try:
        holders = [int(line) for line in path.read_text().split()]
    except (OSError, ValueError):
        holders = []
    return next(iter(holders), 0), next(filter(_lives, holders), next(iter(holders), 0))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process != 0
