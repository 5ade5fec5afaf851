"""Locks a database file itself, whatever path leads to it: a hard link or a bind mount is another path.

Linux alone has the lock that this needs: it belongs to an open file as an flock does, so that a worker inherits it, and
it covers a range of bytes, here one that SQLite never locks. But the kernel drops SQLite's own locks when a process
closes any descriptor of the database. So a process takes this lock before it opens the database, and releases it, or
fails to take it, only while it does not have the database open.
"""

import fcntl
import os
import struct
from pathlib import Path
from typing import Final

_BYTE: Final = 1 << 62
"""The byte to lock: far beyond SQLite's, which begin at 1 GiB."""

_SET_LOCK: Final[int | None] = getattr(fcntl, "F_OFD_SETLK", None)


def lock_inode(database: Path) -> int | None:
    """Return a descriptor that holds the lock; None if the file does not exist or is not writable, or without Linux.

    Raises:
        BlockingIOError: another process holds it.
    """
    if _SET_LOCK is None:
        return None
    try:
        descriptor = os.open(database, os.O_RDWR)
    except OSError:
        return None  # to be reported when SQLite opens it
    # struct flock: type, whence, start, length, process.
    request = struct.pack("hhqqixxxx", fcntl.F_WRLCK, os.SEEK_SET, _BYTE, 1, 0)
    try:
        fcntl.fcntl(descriptor, _SET_LOCK, request)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError | PermissionError):  # EAGAIN or EACCES
            raise BlockingIOError from error
        return None  # a file system without locks
    return descriptor
