"""The runner of jobs: what fails waits, and keeps nothing else from running."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import StoreFull
from numberkeep.domain.identity import new_key_pair
from numberkeep.domain.jobs.commands import AddJob, ChangeJob
from numberkeep.domain.jobs.job import LEASE, Job, JobStatus
from numberkeep.service import job_runner, keys
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.settable_clock import SettableClock
from numberkeep.store.queries import GetAccount, GetJob, ListWaitingJobs, Query
from numberkeep.store.sqlite import SqliteStore
from support.relaying import until


class Worker:
    """Works on jobs until they are done, or fails."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls: list[int] = []
        self.done = asyncio.Event()

    async def work(self, context: Context, account_id: int, job_id: int) -> None:
        """Fail as often as there are errors, then end the job."""
        self.calls.append(job_id)
        if self.errors:
            raise self.errors.pop()
        now = context.clock.take()

        await context.apply(
            ChangeJob(
                account_id,
                job_id,
                lambda job: job.taken("w", now).ended("w", JobStatus.DONE, ""),
                context.stamp(),
            )
        )
        self.done.set()


class Counting(SqliteStore):
    """A store that counts how often a job is looked up."""

    lookups = 0

    async def read(self, query: Query[Any]) -> Any:
        """Count, and answer."""
        self.lookups += isinstance(query, GetJob)
        return await super().read(query)


class BrokenOnce(SqliteStore):
    """A store whose first read raises an error that nobody expects."""

    broken = True

    async def read(self, query: Query[Any]) -> Any:
        """Raise the error, or answer."""
        if self.broken and isinstance(query, ListWaitingJobs):
            self.broken = False
            raise RuntimeError("+14155550101")
        return await super().read(query)


@asynccontextmanager
async def running(
    worker: Worker,
    *kinds: str,
    store: SqliteStore | None = None,
    taken: bool = False,
    alone: bool = False,
    clock: Clock | None = None,
) -> AsyncIterator[Context]:
    """Run jobs of these kinds in an account of their own; the worker works on the kind `known`.

    `taken` jobs were those of a process that was killed.
    """
    context = Context(store or SqliteStore(None), clock or Clock())
    await context.store.open()
    for number, kind in enumerate(kinds):
        await keys.create(context, f"account{number}", new_key_pair())
        account = await SqliteStore.read(context.store, GetAccount(f"account{number}"))  # type: ignore[arg-type]
        assert account
        job = await context.apply(AddJob(account.account_id, kind, JobStatus.RUNNING, "", context.stamp()))
        if taken:
            now = context.clock.take()
            take = ChangeJob(account.account_id, job.job_id, partial(Job.taken, worker="x", at=now), context.stamp())
            await context.apply(take)
    runner = JobRunner(context, {"known": worker}, alone=alone)
    runner.start()
    try:
        yield context
    finally:
        await runner.close()
        await context.store.close()


async def test_jobs_of_other_kinds_wait_without_load() -> None:
    """As a newer version may have started; they keep no other job from running."""
    worker, store = Worker(), Counting(None)
    async with running(worker, "unknown", "strange", "other", "known", store=store):
        await asyncio.wait_for(worker.done.wait(), 20)
    assert store.lookups < 10


async def test_a_job_that_fails_is_not_tried_at_once_again(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk would fill the log, and take a core."""
    worker = Worker(*[StoreFull("the disk is full")] * 100)
    async with running(worker, "known"):
        await asyncio.sleep(1.5)
    assert len(worker.calls) == 1
    assert caplog.text.count("the disk is full") == 1


async def test_an_unexpected_error_does_not_end_the_runner(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged by its type: its text may contain a number."""
    worker = Worker()
    async with running(worker, "known", store=BrokenOnce(None)):
        await asyncio.wait_for(worker.done.wait(), 20)
    assert "RuntimeError" in caplog.text
    assert "+1415" not in caplog.text


async def test_a_job_that_failed_is_tried_again_when_its_rest_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if the rest is over because the time was set; the runner need not be polled for that."""
    monkeypatch.setattr(job_runner, "_LOOK_SECONDS", 3600.0)
    clock = SettableClock()
    worker = Worker(StoreFull("the disk is full"))
    async with running(worker, "known", clock=clock):
        await until(lambda: bool(worker.calls))
        clock.freeze()
        clock.advance(14 * SECOND)
        await asyncio.sleep(0.1)
        assert not worker.done.is_set()
        clock.advance(SECOND)
        await asyncio.wait_for(worker.done.wait(), 20)


async def test_a_lease_ends_when_the_time_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job of a worker that shows no progress is taken by another one."""
    monkeypatch.setattr(job_runner, "_LOOK_SECONDS", 3600.0)
    clock = SettableClock()
    worker = Worker()
    async with running(worker, "known", taken=True, clock=clock):
        await asyncio.sleep(0.1)
        assert not worker.calls
        clock.advance(LEASE)
        await asyncio.wait_for(worker.done.wait(), 20)


@pytest.mark.parametrize("alone", [True, False])
async def test_jobs_of_a_killed_process_go_on_at_once_if_no_other_can_have_them(alone: bool) -> None:  # noqa: FBT001
    """Elsewhere when their leases have ended."""
    worker = Worker()
    async with running(worker, "known", taken=True, alone=alone):
        if alone:
            await asyncio.wait_for(worker.done.wait(), 20)
        else:
            await asyncio.sleep(1.3)
    assert worker.done.is_set() is alone


async def test_a_stopped_account_has_no_job_worked_on() -> None:
    """The one under way ends, and is continued at the end of the stop."""
    context = Context(SqliteStore(None))
    await context.store.open()
    key = await keys.create(context, "default", new_key_pair())
    account_id = key.account.account_id
    await context.apply(AddJob(account_id, "known", JobStatus.RUNNING, "", context.stamp()))
    begun, ended = asyncio.Event(), asyncio.Event()
    worker = Worker()

    class Slow:
        """Hangs at first."""

        async def work(self, context: Context, account_id: int, job_id: int) -> None:
            """Hang, or end the job."""
            if not begun.is_set():
                begun.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.set()
            await worker.work(context, account_id, job_id)

    runner = JobRunner(context, {"known": Slow()})
    runner.start()
    await asyncio.wait_for(begun.wait(), 20)
    async with runner.stopped(account_id):
        assert ended.is_set()
        context.job_signals.notify(account_id)
        await asyncio.sleep(0.1)
        assert worker.calls == []
    await asyncio.wait_for(worker.done.wait(), 5)
    await runner.close()
    await context.store.close()
