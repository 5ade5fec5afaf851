"""Files that lie in the store as the parts of a job."""

from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO, Final

from numberkeep.domain.jobs.job import JobPart
from numberkeep.service.context import Context
from numberkeep.service.jobs import Working
from numberkeep.store.queries import GetJobPart

PART_BYTES: Final = 256 * 1024


async def stored(context: Context, account_id: int, job_id: int, name: str) -> AsyncIterator[bytes]:
    """Yield the parts of a name in order; none if there is no such file."""
    place = 0
    while (data := await context.store.read(GetJobPart(account_id, job_id, name, place))) is not None:
        yield data
        place += 1


async def store_file(held: Working, name: str, file: BinaryIO) -> None:
    """Store a file from its beginning."""
    file.seek(0)
    for part in _parts(held.job.job_id, name, file):
        await held.put(part)


def _parts(job_id: int, name: str, file: BinaryIO) -> Iterator[JobPart]:
    place = 0
    while data := file.read(PART_BYTES):
        yield JobPart(job_id, name, place, data)
        place += 1
