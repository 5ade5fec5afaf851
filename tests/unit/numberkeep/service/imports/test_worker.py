"""The worker of imports keeps no request waiting."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.errors import JobLost
from numberkeep.service.context import Context
from numberkeep.service.imports import jobs, uploads
from numberkeep.service.imports.record import Task, load
from numberkeep.service.imports.worker import ImportWorker, ShownProgress, task_of
from numberkeep.store.sqlite import SqliteStaging

ROWS = 30_000


async def content() -> AsyncIterator[bytes]:
    """Yield a file of rows that are rejected."""
    yield b"phone,name\n" + b"12,Nobody\n" * ROWS


async def test_rejected_rows_are_written_without_keeping_the_event_loop(context: Context, account: Account) -> None:
    """However many there are."""
    job = await uploads.upload(context, account, "list.csv", content())
    await jobs.start(context, account, job.job_id, Task.RUN)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)  # a loop without pauses would keep the thread that reads from working
            longest = max(longest, time.thread_time() - before)

    watching = asyncio.create_task(watch())
    await ImportWorker(SqliteStaging).work(context, account.account_id, job.job_id)
    watching.cancel()
    result = load((await jobs.get(context, account, job.job_id)).detail).result
    assert result
    assert result.counts.rejected == ROWS
    assert longest < 0.1


async def test_a_plan_that_is_deleted_ends(context: Context, account: Account) -> None:
    """Also while it reads the file; the task that worked on it goes on."""
    job = await uploads.upload(context, account, "list.csv", content())
    await jobs.start(context, account, job.job_id, Task.PLAN)

    async def work() -> str:
        async with task_of(context, account.account_id, job.job_id, ShownProgress()):
            await jobs.delete(context, account, job.job_id)
            await asyncio.sleep(20)
        return "it was not ended"

    with pytest.raises(JobLost):
        await asyncio.wait_for(work(), 10)
    await asyncio.sleep(0)
