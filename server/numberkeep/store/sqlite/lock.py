"""One service for one file: the lock that it holds from before it starts until its last process is gone.

The lock is an flock on a file beside the database, `NAME.lock`, in which the holders' process ids stand. It is never
taken on the database itself: SQLite's own locks on that are dropped when any descriptor of it is closed.

The supervisor takes it, before it opens the store or starts a worker, and each worker inherits the descriptor. An flock
belongs to what was opened and not to a process, so it holds until the last of them ends, in whatever way:

- where the supervisor is killed, its worker still has the file open while it finishes, and still holds the lock;
- where the worker is killed, the supervisor holds it until another is started, and that one inherits it again;
- where workers are exchanged (SIGHUP), the new one starts beside the old one, and both hold it.

A lock that the worker took for itself would be free between the supervisor's checks and the worker's start, and would
keep a new worker out as long as the old one is finishing.
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
"""How long the worker of a supervisor that is gone may take to finish before the store is said to be in use."""


class ServiceLock:
    """The right to serve one SQLite file, or to put another in its place; a context that gives it up at its end.

    It can be handed to a process that multiprocessing starts, and then holds for as long as either lives.
    """

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    @classmethod
    def acquire(cls, database: Path) -> Self:
        """The lock for a database, which need not be there yet.

        Raises:
            StoreInUse: another process has it; the text names the process.
            StoreUnusable: the lock's file cannot be made.
        """
        path = Path(f"{os.path.realpath(database)}.lock")  # as SQLite does: a link and what it leads to are one
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
        """Write down that this process is a holder."""
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give it up; its file goes too, unless a process that inherited the lock still holds it."""
        os.close(self._descriptor)
        with contextlib.suppress(OSError):  # the lock is given up by now: the file alone means nothing
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
    """A descriptor that holds the lock, or None where another process has it."""
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
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the function takes it so
    return ServiceLock(descriptor, path)


def _leads_to(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holders(path: Path) -> tuple[int, int]:
    """Who took the lock, and the first who lives of that one and those that inherited it; 0 where none is known."""
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
