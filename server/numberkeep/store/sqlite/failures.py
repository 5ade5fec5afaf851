"""Turns errors of the engine into those of the domain, and remembers the ones that readiness depends on."""

import errno
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

import apsw

from numberkeep.domain.errors import StoreDamaged, StoreFull, StoreUnavailable

_RECENT_SECONDS: Final = 1.0

_NO_RIGHT: Final = "run the command as a user who may write there"
_NO_ROOM: Final = "free some space"
_FIXES: Final[Mapping[int | None, str]] = {
    errno.ENOENT: "create its folder, or correct the path",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "name a file",
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.EROFS: _NO_RIGHT,
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
}


class Failures(AbstractContextManager[None]):
    """A context that turns errors of the engine into StoreUnavailable.

    A class and not a generator, which would add a microsecond to every point read.

    Attributes:
        damaged: the first sign that the file is damaged; None if there was none. Only a restart forgets it.
        unwritten: whether the last group of commands was not committed.
    """

    def __init__(self) -> None:
        self.damaged: StoreDamaged | None = None
        self.unwritten = False
        self._last: tuple[StoreUnavailable, float] | None = None

    def not_written(self, error: StoreUnavailable) -> None:
        """Record that a group was not committed."""
        self.unwritten = True
        self._last = error, time.monotonic()

    def check(self) -> None:
        """Check that nothing is known to fail.

        Raises:
            StoreUnavailable: damage was found, or a write has failed a moment ago, whatever was written since: a small
                write may find the space that larger ones do not.
        """
        if self.damaged is not None:
            raise self.damaged
        if self._last is not None and time.monotonic() - self._last[1] < _RECENT_SECONDS:
            raise self._last[0]

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise StoreUnavailable for an error of the engine."""
        if isinstance(error, apsw.Error):
            failure = _failure(error)
            if isinstance(failure, StoreDamaged):
                self.damaged = self.damaged or failure
            raise failure from error


def _failure(error: apsw.Error) -> StoreUnavailable:
    match error:
        case apsw.CorruptError() | apsw.NotADBError():
            return StoreDamaged(reason(error))
        case apsw.FullError():
            return StoreFull(reason(error))
        case _:
            return StoreUnavailable(reason(error))


def reason(error: apsw.Error) -> str:
    """Return the engine's message, and what to do about it if that is known."""
    text = str(error).removeprefix(f"{type(error).__name__}: ")
    match error:
        case apsw.ReadOnlyError():
            return "the file or its folder is not writable"
        case apsw.CorruptError():
            return f"{text}: run `numberkeep check`"
        case apsw.NotADBError():
            return f"{text}: name another file, or restore a backup"
        case apsw.FullError():
            return f"{text}: {_NO_ROOM}"
        case _:
            return text


def file_reason(error: OSError) -> str:
    """Return the system's message about a file to be written, and what to do about it if that is known."""
    fix = _FIXES.get(error.errno)
    return f"{error.strerror}; {fix}" if fix else str(error.strerror)
