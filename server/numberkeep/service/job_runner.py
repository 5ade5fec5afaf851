"""Runs the jobs that were started, and deletes old data of jobs."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.jobs.commands import ChangeJob, DeleteJobParts
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound
from numberkeep.domain.jobs.job import LEASE, RETAINED_DAYS, Job
from numberkeep.service.context import Context
from numberkeep.service.signals import ALL_ACCOUNTS
from numberkeep.store.queries import GetJob, ListOldJobs, ListWaitingJobs

_log = logging.getLogger("numberkeep.jobs")

_AT_A_TIME: Final = 2
"""Jobs that one process works on."""

_LOOK_SECONDS: Final = 1.0
"""How often to look for jobs of other processes, new or left."""

_REST: Final = 15 * SECOND
"""How long a job that could not be worked on waits, microseconds."""

_RETENTION: Final = 600 * SECOND
"""How often to look for old data of jobs to delete, microseconds."""

_DAY: Final = 24 * 3600 * SECOND


class JobWorker(Protocol):
    """Works on jobs of one kind."""

    async def work(self, context: Context, account_id: int, job_id: int) -> None:
        """Do what was started, from where it was left.

        Raises:
            JobConflict: another process works on it, or it has ended.
            NumberkeepError: the store failed; the job can be continued.
        """


class JobRunner:
    """Runs the jobs of all accounts of a store.

    Args:
        context: the service's context.
        workers: what works on the jobs of each kind.
        alone: whether no other process can run jobs of the store: then those of a process that was killed are continued
            at once, and not only after their leases.
    """

    def __init__(self, context: Context, workers: Mapping[str, JobWorker], *, alone: bool = False) -> None:
        self._context = context
        self._workers = workers
        self._left_over = alone
        self._working: dict[int, asyncio.Task[bool]] = {}
        self._resting: dict[tuple[int, int], int] = {}  # since when
        self._stopped: Counter[int] = Counter()
        self._main: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Work in the background until `close`."""
        self._main = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop; unfinished jobs are continued by another process, or after the next start."""
        tasks = [*self._working.values(), *([self._main] if self._main else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def stopped(self, account_id: int) -> AsyncIterator[None]:
        """Work on no job of an account while the block runs; the one under way is left, and continued afterwards."""
        self._stopped[account_id] += 1
        try:
            task = self._working.get(account_id)
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            yield
        finally:
            self._stopped[account_id] -= 1
            if not self._stopped[account_id]:
                del self._stopped[account_id]
        self._resting = {key: at for key, at in self._resting.items() if key[0] != account_id}
        self._context.job_signals.notify(account_id)

    async def _run(self) -> None:
        clock = self._context.clock
        looked_for_old = -_RETENTION
        failure = ""
        with (
            self._context.job_signals.listening() as listener,
            clock.watching(lambda: listener.notify(ALL_ACCOUNTS)),
        ):
            while True:
                try:
                    if not 0 <= clock.now() - looked_for_old < _RETENTION:  # it may have been set back
                        looked_for_old = clock.now()
                        await delete_old_parts(self._context)
                    if self._left_over:
                        await self._end_leases()
                        self._left_over = False
                    await self.begin_waiting()
                    failure = ""
                except Exception as error:  # noqa: BLE001 - the jobs go on later
                    reason = _reason(error)
                    if reason != failure:
                        _log.warning("jobs wait: %s", reason)
                    failure = reason
                changed = await listener.wait(_LOOK_SECONDS)
                self._resting = {key: at for key, at in self._resting.items() if key[0] not in changed}

    async def _end_leases(self) -> None:
        for account_id, job_id in await self._context.store.read(ListWaitingJobs(self._context.clock.now() + LEASE)):
            free = ChangeJob(account_id, job_id, lambda job: replace(job, lease_until=0), self._context.stamp(0))
            with suppress(JobNotFound):
                await self._context.apply(free)

    async def begin_waiting(self) -> None:
        """Begin the jobs that nobody works on, one of each account, as long as there is room.

        Raises:
            NumberkeepError: the store failed.
        """
        now = self._context.clock.now()
        self._resting = {key: at for key, at in self._resting.items() if 0 <= now - at < _REST}
        if len(self._working) >= _AT_A_TIME:
            return
        for key in await self._context.store.read(ListWaitingJobs(now)):
            busy = key[0] in self._working or key[0] in self._stopped
            if key not in self._resting and not busy and len(self._working) < _AT_A_TIME:
                task = self._working[key[0]] = asyncio.create_task(self._work(*key))
                task.add_done_callback(partial(self._ended, *key))

    def _ended(self, account_id: int, job_id: int, task: asyncio.Task[bool]) -> None:
        del self._working[account_id]
        if not task.cancelled() and task.result():
            self._context.job_signals.notify(account_id)
        else:
            self._resting[account_id, job_id] = self._context.clock.now()

    async def _work(self, account_id: int, job_id: int) -> bool:
        """Work on a job, and return whether it has ended, or another process has it."""
        try:
            job = await self._context.store.read(GetJob(account_id, job_id))
            worker = None if job is None else self._workers.get(job.kind)
            if worker is None:  # of a newer version, for example
                return False
            await worker.work(self._context, account_id, job_id)
        except (JobConflict, JobNotFound):
            return True
        except Exception as error:  # noqa: BLE001 - the other jobs go on
            _log.warning("job %d of account %d waits: %s", job_id, account_id, _reason(error))
            return False
        return True


def _reason(error: Exception) -> str:
    """Return why jobs wait. The text of an unexpected error may contain a number or a name: only its type is logged."""
    return f"the store says {error}" if isinstance(error, NumberkeepError) else f"unexpected {type(error).__name__}"


async def delete_old_parts(context: Context) -> None:
    """Delete what jobs keep, `RETAINED_DAYS` after they were added; the jobs stay."""
    before = context.clock.now() - RETAINED_DAYS * _DAY
    for account_id, job_id in await context.store.read(ListOldJobs(before)):
        stamp = context.stamp(0)

        def idle(job: Job, at: int = stamp.at) -> Job:
            job.check_idle(at)
            return job

        with suppress(JobConflict, JobNotFound):
            await context.apply(DeleteJobParts(account_id, job_id, idle, stamp))
