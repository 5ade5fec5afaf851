"""Sets the time of a service, and waits until it has done what falls due."""

import asyncio
from collections.abc import Callable
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.service.settable_clock import SettableClock

PATIENCE_SECONDS: Final = 5.0
"""The longest wait for work that falls due, in real time."""

_TOGETHER: Final = SECOND // 50
"""Work that falls due within this time of other work is done together with it, microseconds: the relay wakes up no
more often."""


class ServiceTime:
    """The clock of a service, with the work that waits for it.

    Each method returns when the work that is due at the new time is done, with all that follows from it: verifications
    expire, deliveries are attempted, and their outcomes are recorded. It waits for at most PATIENCE_SECONDS of real
    time, and returns whether everything was done by then; the rest continues afterwards.

    Args:
        clock: the clock of the context that the others work with.
        relay: closes verifications, makes deliveries, and deletes what is old.
        runner: runs jobs.
    """

    def __init__(self, clock: SettableClock, relay: Relay, runner: JobRunner) -> None:
        self.clock = clock
        self._relay = relay
        self._runner = runner
        self._setting = asyncio.Lock()

    async def freeze(self, at: int | None) -> bool:
        """Stop the clock; see `SettableClock.freeze`. Work due before a later time is done once, at that time.

        Raises:
            NumberkeepError: the store failed.
        """
        return await self._set(lambda: self.clock.freeze(at))

    async def resume(self) -> bool:
        """Return to the system's time.

        Raises:
            NumberkeepError: the store failed.
        """
        return await self._set(self.clock.resume)

    async def advance(self, micros: int) -> bool:
        """Move the clock forward by this many microseconds, from one time at which something is due to the next.

        So everything happens at its own time, in order, and what follows from it too: a verification expires when it
        should, and a failing delivery is retried after 5 s, 10 s, 20 s and so on, until it succeeds or is dead.
        Retention, and jobs whose workers have gone, come at the end. Deliveries under way are waited for first. After
        PATIENCE_SECONDS, the clock moves to the end in one step: deliveries that still hang time out, and overdue work
        is done once.

        Raises:
            NumberkeepError: the store failed.
        """
        async with self._setting:
            end = self.clock.at + micros
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while (due_at := await self._relay.catch_up() or end) and (at := self.clock.at) < end:
                        self.clock.advance(min(max(due_at, at + _TOGETHER), end) - at)
                    await self._finish()
            except TimeoutError:
                self.clock.advance(max(end - self.clock.at, 0))
                return False
            return True

    async def _set(self, change: Callable[[], None]) -> bool:
        async with self._setting:
            done = True
            try:
                async with asyncio.timeout(PATIENCE_SECONDS / 2):
                    await self._relay.catch_up()
            except TimeoutError:
                done = False
            change()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS / 2):
                    await self._finish()
            except TimeoutError:
                done = False
            return done

    async def _finish(self) -> None:
        await self._relay.catch_up(delete_old=True)
        await self._runner.begin_waiting()
