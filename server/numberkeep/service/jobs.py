"""Works on a job: takes it, keeps it by showing progress, and stores each step with what it changed."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final, TypeVar

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.jobs.commands import ChangeJob, Step
from numberkeep.domain.jobs.errors import JobLost, JobNotFound
from numberkeep.domain.jobs.job import Job, JobPart, JobStatus
from numberkeep.service.context import Context

R = TypeVar("R")

Change = Callable[[str], str]
"""Returns the new detail of a job for the old one; it may be called again, and must have no other effect."""

_SHOW_SECONDS: Final = 1.0
"""How often progress is stored, which also keeps the job."""


class Working:
    """A job that this process works on.

    Args:
        context: the service's context; its actor and cause are those of the changes.
        account_id: the account.
        job: the job, taken by `worker`.
        worker: a name that no other process has.

    Attributes:
        context: the service's context, until it is replaced by one that says who acts, and why.
        account_id: the account.
        job: the job, as this process stored it last.
    """

    def __init__(self, context: Context, account_id: int, job: Job, worker: str) -> None:
        self.context = context
        self.account_id = account_id
        self.job = job
        self._worker = worker

    async def show(self, change: Change) -> None:
        """Store progress.

        Raises:
            JobLost: another process has the job.
        """
        now = self._now()
        await self._change(lambda job: job.advanced(self._worker, now, change(job.detail)))

    async def step(
        self,
        command: AccountCommand[R],
        advance: Callable[[str, R, range], str],
        parts: Callable[[R], Sequence[JobPart]] = lambda _: (),
    ) -> R:
        """Apply a command, and store the progress in the same transaction.

        Args:
            command: the command.
            advance: returns the new detail for the old one, the command's result and the numbers of its events; it may
                be called again, and must have no other effect.
            parts: returns parts to add for the result.

        Raises:
            JobLost: another process has the job; nothing was changed.
            NumberkeepError: as for the command.
        """
        worker, now = self._worker, self._now()
        return await self.context.apply(
            Step(
                self.account_id,
                self.job.job_id,
                command,
                lambda job: job.advanced(worker, now, job.detail),
                lambda job, result, events: job.advanced(worker, now, advance(job.detail, result, events)),
                parts,
                self.context.stamp(0),
            )
        )

    async def put(self, *parts: JobPart) -> None:
        """Store parts of the job.

        Raises:
            JobLost: another process has the job.
        """
        now = self._now()
        await self._change(lambda job: job.advanced(self._worker, now, job.detail), parts)

    async def end(self, status: JobStatus, change: Change) -> Job:
        """Store the end of the job, and return it.

        Raises:
            JobLost: another process has the job.
        """
        await self._change(lambda job: job.ended(self._worker, status, change(job.detail)))
        return self.job

    async def let_go(self) -> None:
        """Let another process take the job at once."""
        await self._change(lambda job: replace(job.advanced(self._worker, 0, job.detail), lease_until=0))

    async def _change(self, change: Callable[[Job], Job], parts: Sequence[JobPart] = ()) -> None:
        command = ChangeJob(self.account_id, self.job.job_id, change, self.context.stamp(0), parts)
        self.job = await self.context.apply(command)

    def _now(self) -> int:
        return self.context.clock.now()


@asynccontextmanager
async def working(
    context: Context, account_id: int, job_id: int, progress: Callable[[], Change]
) -> AsyncIterator[Working]:
    """Take a job, and keep it until the end of the block.

    Args:
        context: the service's context.
        account_id: the account.
        job_id: the job.
        progress: returns how far the work is, which is stored every second.

    Raises:
        JobNotFound: there is no such job.
        JobBusy: another process has it.
        JobLost: it does not run, or another process has taken it meanwhile, or it was deleted.
    """
    worker, now = secrets.token_hex(8), context.clock.now()
    take = ChangeJob(account_id, job_id, lambda job: job.taken(worker, now), context.stamp(0))
    held = Working(context, account_id, await context.apply(take), worker)
    keeper = asyncio.create_task(_keep(held, progress))
    task = asyncio.current_task()
    ended = False

    def stop(_: object) -> None:
        if task is not None and not ended:
            task.cancel()

    keeper.add_done_callback(stop)
    try:
        yield held
    except asyncio.CancelledError:
        if keeper.done() and task is not None and not task.uncancel():
            raise JobLost(held.job.kind, job_id) from None
        ended = True
        await _stop(keeper)  # it would keep the job
        with suppress(NumberkeepError):
            await held.let_go()
        raise
    finally:
        ended = True
        await _stop(keeper)


async def _stop(keeper: asyncio.Task[None]) -> None:
    keeper.cancel()
    await asyncio.wait([keeper])


async def _keep(held: Working, progress: Callable[[], Change]) -> None:
    """Store progress until the job is lost."""
    while True:
        await asyncio.sleep(_SHOW_SECONDS)
        try:
            await held.show(progress())
        except (JobLost, JobNotFound):
            return
        except NumberkeepError:  # the store may answer before the lease ends
            pass
