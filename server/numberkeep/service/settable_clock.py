"""The clock of test mode, which can be stopped, moved forward and set back."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from math import inf

from numberkeep.domain.command import SECOND
from numberkeep.service.clock import Clock


class SettableClock(Clock):
    """A clock that follows the system's until it is set.

    While it is frozen, `take` counts microseconds from the frozen time, so the same calls after `freeze(at)` always get
    the same stamps. Stamps are unique until the clock is set back; then they repeat.

    It is not thread-safe: call it on the event loop's thread.

    Args:
        now_ns: nanoseconds since 1970 while it is not frozen; tests pass their own.
        steady_ns: nanoseconds of a monotonic clock; tests pass their own.
    """

    def __init__(
        self, now_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__(now_ns, steady_ns)
        self._ahead = 0
        self._frozen_at: int | None = None
        self._next = 0
        self._callbacks: dict[object, Callable[[], None]] = {}
        self._limits: set[asyncio.Timeout] = set()

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped."""
        return self._frozen_at is not None

    @property
    def at(self) -> int:
        """The time to which the clock was set, without the stamps taken since; while it runs, as `now`."""
        return self.now() if self._frozen_at is None else self._frozen_at

    def freeze(self, at: int | None = None) -> None:
        """Stop the clock.

        Args:
            at: the time to stop at, microseconds since 1970, in the past or the future; by default the present time.
        """
        if at is None:
            if self.frozen:
                return
            at = self.now()
        passed = at - self.at
        self._frozen_at = self._next = at
        self._was_set(passed)

    def advance(self, micros: int) -> None:
        """Move the clock forward by this many microseconds; a frozen clock stays frozen."""
        if self._frozen_at is None:
            self._ahead += micros
        else:
            self._frozen_at += micros
            self._next += micros  # everything that was stamped before is now older by as much
        self._was_set(micros)

    def resume(self) -> None:
        """Return to the system's time."""
        before = self.at
        self._ahead, self._frozen_at = 0, None
        self._was_set(self.at - before)

    def take(self, count: int = 1) -> int:
        """Reserve `count` consecutive microseconds, and return the first; 0 reserves none."""
        if self._frozen_at is None:
            return super().take(count) + self._ahead
        first = self._next
        self._next += count
        return first

    def seconds(self) -> float:
        """Return the time of day, seconds since 1970."""
        return super().seconds() + self._ahead / SECOND if self._frozen_at is None else self._frozen_at / SECOND

    def seconds_until(self, at: int) -> float:
        """Return how many seconds to wait for a stamp; infinity if the clock is stopped before it."""
        seconds = super().seconds_until(at)
        return inf if seconds and self.frozen else seconds

    def spread(self, seconds: float) -> float:  # noqa: ARG002 - as Clock has it
        """Return 0, so that tests know when a retry is due."""
        return 0.0

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """Return a context that raises TimeoutError after these seconds, or when the clock moves forward by as many."""
        async with asyncio.timeout(seconds) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.remove(limit)

    @contextmanager
    def watching(self, callback: Callable[[], None]) -> Iterator[None]:
        """Return a context within which `callback` is called whenever the time is set."""
        key = object()
        self._callbacks[key] = callback
        try:
            yield
        finally:
            del self._callbacks[key]

    def _was_set(self, passed: int) -> None:
        for limit in self._limits:
            ends = limit.when()
            if ends is not None and passed > 0:
                with suppress(RuntimeError):  # it is ending
                    limit.reschedule(ends - passed / SECOND)
        for callback in list(self._callbacks.values()):
            callback()
