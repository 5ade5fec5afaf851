"""The clock of the service's logic.

There are three kinds of time in the service:

- Stamps: microseconds since 1970 that rise. Every stored time, and every time that is compared with a stored one, is a
  stamp: when an event happened, when a delivery is due, when a verification expires, which data is old enough to be
  deleted. `Clock.take` reserves unique stamps, as the ids of contacts need. `Clock.now` reserves none: it is for reads
  and for background work, so that requests get the same stamps however that work is scheduled.
- The time of day, by `Clock.seconds`: a time that others compare with their own clocks, such as that of a signature. It
  follows a system clock that is set back.
- Durations of the machine, which do not come from here: how long a connection may be idle, how long a computation may
  block others, how long a value is cached, how often to poll for changes of other processes, how often to log. They use
  `time.monotonic`, the event loop's time and `asyncio.timeout`. Setting the time must not end them.

A context has one clock. Only this module reads the system's clock; a test in tests/architecture checks that. In test
mode the clock is one that can be set, see settable_clock.py. Work that waits for a stamp must look again when the time
is set, so it registers with `Clock.watching`.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from random import uniform

from numberkeep.domain.command import SECOND


class Clock:
    """A source of stamps: microseconds since 1970 that are unique within a process and rise.

    If the system's clock is set back by an hour, this one runs at half speed until the other has caught up: what is due
    in a minute is then due after two minutes, and not after an hour.

    Args:
        now_ns: nanoseconds since 1970; tests pass their own.
        steady_ns: nanoseconds of a monotonic clock; tests pass their own.
    """

    def __init__(
        self, now_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._now_ns = now_ns
        self._steady_ns = steady_ns
        self._last = 0
        self._steady = 0

    def take(self, count: int = 1) -> int:
        """Reserve `count` consecutive microseconds, and return the first; 0 reserves none."""
        now, steady = self._now_ns() // 1000, self._steady_ns() // 1000
        slow = self._last + max((steady - self._steady) // 2, 1)
        first = now if now > self._last else slow
        self._last, self._steady = first + count - 1, steady
        return first

    def now(self) -> int:
        """Return the current microsecond without reserving it."""
        return self.take(0)

    def seconds(self) -> float:
        """Return the time of day, seconds since 1970."""
        return self._now_ns() / 1_000_000_000

    def seconds_until(self, at: int) -> float:
        """Return how many seconds to wait for a stamp; infinity if the clock is stopped before it."""
        return max(at - self.now(), 0) / SECOND

    def spread(self, seconds: float) -> float:
        """Return a random share of these seconds, which is added to a wait so that many waits do not end together."""
        return uniform(0, seconds)  # noqa: S311 - not a secret

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """Return a context that raises TimeoutError after these seconds."""
        return asyncio.timeout(seconds)

    def watching(self, callback: Callable[[], None]) -> AbstractContextManager[None]:  # noqa: ARG002 - it is never set
        """Return a context within which `callback` is called whenever the time is set."""
        return nullcontext()
