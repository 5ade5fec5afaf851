"""Stores a file to import, piece by piece."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.errors import NumberkeepError
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import AddJob, ChangeJob
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound, TooManyUploads
from numberkeep.domain.jobs.job import Job, JobPart, JobStatus
from numberkeep.domain.limits import MAX_STORED_UPLOADS
from numberkeep.service.context import Context
from numberkeep.service.imports import jobs
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.record import KIND, ImportRecord, changing, dump, load
from numberkeep.service.imports.stored_files import UPLOAD
from numberkeep.service.job_files import PART_BYTES

_ABANDONED: Final = 600 * SECOND
"""After that time without another part an upload cannot go on any more, microseconds."""


async def upload(context: Context, account: Account, name: str, content: AsyncIterator[bytes]) -> Job:
    """Store a file to import, and return the import, which waits to be started.

    Args:
        context: the service's context.
        account: the account.
        name: the name of the file.
        content: its bytes, in pieces of any size. If it raises an error, nothing of the file remains.

    Raises:
        TooManyUploads: the files of the account's imports take too much space.
    """
    stored = 0
    for job in await jobs.recent(context, account, None, jobs.MOST):
        if await _deleted_as_abandoned(context, account, job):
            continue
        stored += job.size
    if stored > MAX_STORED_UPLOADS:
        raise TooManyUploads(
            f"The files of this account's imports take {stored >> 20} MiB: delete some with DELETE "
            "/_numberkeep/imports/ID, or wait until they are 30 days old"
        )
    record = ImportRecord(name=name, options=Options(account.region), owner=context.actor)
    job = await context.apply(AddJob(account.account_id, KIND, JobStatus.DRAFT, dump(record), context.stamp()))
    try:
        return await _store(context, account, job, content)
    except BaseException:
        with suppress(NumberkeepError):
            await jobs.delete(context, account, job.job_id)
        raise


async def _deleted_as_abandoned(context: Context, account: Account, job: Job) -> bool:
    """Delete an import whose upload ended with the process that received it, and return whether it is one."""
    record = load(job.detail)
    if record.digest or job.status is not JobStatus.DRAFT or job.updated_at > context.clock.now() - _ABANDONED:
        return False
    with suppress(JobConflict, JobNotFound):
        await jobs.delete(context, account, job.job_id)
    return True


async def _store(context: Context, account: Account, job: Job, content: AsyncIterator[bytes]) -> Job:
    digest = hashlib.sha256()
    waiting = bytearray()
    length = place = 0

    async def put(data: bytes, change: Callable[[ImportRecord], ImportRecord] = lambda record: record) -> Job:
        parts = [JobPart(job.job_id, UPLOAD, place, data)] if data else []
        return await context.apply(
            ChangeJob(
                account.account_id,
                job.job_id,
                lambda now: replace(now, detail=changing(change)(now.detail)),
                context.stamp(),
                parts,
            )
        )

    async for piece in content:
        digest.update(piece)
        length += len(piece)
        waiting += piece
        while len(waiting) >= PART_BYTES:
            await put(bytes(waiting[:PART_BYTES]))
            del waiting[:PART_BYTES]
            place += 1
    return await put(bytes(waiting), lambda record: replace(record, length=length, digest=digest.hexdigest()))
