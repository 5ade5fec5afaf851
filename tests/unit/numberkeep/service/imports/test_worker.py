"""The worker of imports keeps no request waiting."""

import asyncio
import time
from collections.abc import AsyncIterator

from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.imports import jobs, uploads
from numberkeep.service.imports.record import Task, load
from numberkeep.service.imports.worker import ImportWorker
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
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    watching = asyncio.create_task(watch())
    await ImportWorker(SqliteStaging).work(context, account.account_id, job.job_id)
    watching.cancel()
    result = load((await jobs.get(context, account, job.job_id)).detail).result
    assert result
    assert result.counts.rejected == ROWS
    assert longest < 0.1
