"""How far something is, on stderr: one line that is rewritten on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

_SECONDS_ON_TERMINAL: Final = 0.1
_SECONDS_ELSEWHERE: Final = 5.0


class Progress:
    """Tells of what is done so far; not more often than a reader can follow.

    Args:
        stream: where to write; stderr unless given.
        now: seconds of a monotonic clock; a test gives its own.
    """

    def __init__(self, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._now = now
        self._rewrites = self._stream.isatty()
        self._next = now() + (0 if self._rewrites else _SECONDS_ELSEWHERE)
        self._shown = 0

    def __call__(self, doing: str, done: int, about: int) -> None:
        """Tell that `done` rows of about so many are done."""
        if self._now() < self._next:
            return
        text = f"{doing}: {done:,} of about {max(done, about):,} rows"
        if self._rewrites:
            self._write(f"\r{text.ljust(self._shown)}")
            self._shown = len(text)
            self._next = self._now() + _SECONDS_ON_TERMINAL
        else:
            self._write(f"{text}\n")
            self._next = self._now() + _SECONDS_ELSEWHERE

    def clear(self) -> None:
        """Take the line away, so that others can be written."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
