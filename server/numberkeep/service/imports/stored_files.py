"""Files that lie in the store as the parts of a job."""

from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO, Final

from numberkeep.domain.jobs.job import RETAINED_DAYS, JobPart
from numberkeep.service.context import Context
from numberkeep.service.jobs import Working
from numberkeep.store.queries import GetJobPart

PART_BYTES: Final = 256 * 1024

UPLOAD: Final = "file"
"""The name of the parts of the file that is imported."""

NOT_STORED: Final = (
    f"The file is not stored: a command at a terminal has it, or it was deleted after {RETAINED_DAYS} days; "
    "import it again"
)
"""Why the service cannot read the file of an import."""


def rejects_name(attempt: int) -> str:
    """Return the name of the parts of the file of rejected rows."""
    return f"rejects/{attempt}"


def differences_name(attempt: int) -> str:
    """Return the name of the parts of the differences that a plan found."""
    return f"differences/{attempt}"


def preview_name(attempt: int) -> str:
    """Return the name of the parts of the samples that a plan found."""
    return f"preview/{attempt}"


def refused_name(attempt: int) -> str:
    """Return the name of the parts that say why rows were refused when they were applied."""
    return f"refused/{attempt}"


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
