"""The lock that allows one service per SQLite file; held from before its start until its last process has ended.

The lock is an flock on a file beside the database, `NAME.lock`, which lists the holders' process ids; it also covers a
database that does not exist yet or is being replaced. A lock on the database itself (inode_lock.py) keeps out a
service of the same file under another name.

The supervisor takes them before it opens the store or starts a worker, and each worker inherits the descriptors. Both
locks belong to the open file and not to a process, so they hold until the last process ends:

- if the supervisor is killed, its worker still has the files open while it finishes, and still holds the locks;
- if the worker is killed, the supervisor holds them until another is started, which inherits them;
- if workers are replaced (SIGHUP), the new one starts beside the old one, and both hold them.

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
from numberkeep.store.sqlite.failures import file_reason
from numberkeep.store.sqlite.inode_lock import lock_inode

_FINISHING_SECONDS: Final = 5.0
"""How long `acquire` waits for the worker of a supervisor that has ended."""


class ServiceLock:
    """The lock for serving or replacing one SQLite file; a context that releases it at its end.

    It can be passed to a process that multiprocessing starts; the lock is then held until both have ended.
    """

    def __init__(self, database: Path, descriptor: int, path: Path, inode: int | None = None) -> None:
        self._database = database
        self._descriptor = descriptor
        self._path = path
        self._inode = inode

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
            lock = cls(database, descriptor, path)
            os.ftruncate(descriptor, 0)
            lock.join()
        except OSError as error:
            raise StoreUnusable(f"cannot open the database {database}: {path.name}: {file_reason(error)}") from error
        try:
            lock.hold_file()
        except BaseException:
            lock.release()
            raise
        return lock

    def hold_file(self) -> None:
        """Lock the database itself, if it exists and is not locked yet. This process must not have it open.

        Raises:
            StoreInUse: another process has locked it under another path.
        """
        give_up = time.monotonic() + _FINISHING_SECONDS
        while self._inode is None:
            try:
                self._inode = lock_inode(self._database)
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise StoreInUse(
                        f"the database {self._database} is in use by a process that opened it under another path, and "
                        "only one service or restore can use it at a time: stop that process, or name another database"
                    ) from None
                time.sleep(0.02)
            else:
                return

    def join(self) -> None:
        """Add this process to the list of holders."""
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Release the lock, and remove its file unless a process that inherited the lock still holds it."""
        if self._inode is not None:
            os.close(self._inode)
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
        inode = None if self._inode is None else reduction.DupFd(self._inode)
        return _inherited, (self._database, reduction.DupFd(self._descriptor), self._path, inode)


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


def _inherited(database: Path, duplicate: Any, path: Path, inode: Any) -> ServiceLock:
    return ServiceLock(database, _detached(duplicate), path, None if inode is None else _detached(inode))


def _detached(duplicate: Any) -> int:
    descriptor: int = duplicate.detach()
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the parameter is positional-only
    return descriptor


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
