"""Sets the time of a service, and has it do what falls due by that."""

import asyncio
from collections.abc import Callable
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.service.settable_clock import SettableClock

PATIENCE_SECONDS: Final = 5.0
"""How long to wait for what falls due, in real time."""

_TOGETHER: Final = SECOND // 50
"""What falls due within this time of something else is done with it, microseconds. The relay looks no more often."""


class ServiceTime:
    """The clock of a service, with the work that waits for it.

    Every method returns once the work is done that is due at the new time, with what follows from it: verifications
    that expired are closed, deliveries are attempted and their outcomes are recorded. It waits for at most
    PATIENCE_SECONDS of real time, and returns whether everything was done by then; the rest goes on afterwards.

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
        """Stop the clock; see `SettableClock.freeze`. What falls due by a later time is done at that time, once.

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
        """Move the clock on by this many microseconds, from one time at which something is due to the next.

        So everything happens at its own time, in order, and what follows from it too: a verification expires when it
        should, and a delivery that fails is retried after 5 s, 10 s, 20 s and so on, each time once, until it succeeds
        or is dead. What is old, and jobs whose workers have gone, come at the end. Deliveries under way are waited for
        first. If PATIENCE_SECONDS are over, the clock moves on to the end in one step: deliveries that still hang time
        out, and what is overdue is done once.

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
