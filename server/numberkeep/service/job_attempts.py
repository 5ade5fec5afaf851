"""One attempt of a process at a job: what ends the job, and what leaves it to be continued."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from numberkeep.domain.errors import NumberkeepError, StoreBusy, StoreUnavailable
from numberkeep.domain.jobs.errors import JobConflict, JobNotFound
from numberkeep.domain.jobs.job import Job

_log = logging.getLogger("numberkeep.jobs")

MOST_TAKES: Final = 20
"""How often a task without progress is begun again before it fails: it may be what ends the service each time."""


class _TooManyTakes(Exception):
    """The task was begun too often."""


def check_takes(takes: int) -> None:
    """End a task, in a block of `failing`, that has been begun `MOST_TAKES` times without progress."""
    if takes >= MOST_TAKES:
        raise _TooManyTakes


@asynccontextmanager
async def failing(job: Job, fail: Callable[[str], Awaitable[object]]) -> AsyncIterator[None]:
    """Call `fail` with the reason if the work in the block ends with an error that a repetition would meet again.

    Raises:
        JobConflict, JobNotFound: another process has the job.
        StoreUnavailable, StoreBusy: the store failed; the job can be continued.
    """
    try:
        yield
    except (StoreUnavailable, StoreBusy, JobConflict, JobNotFound):
        raise
    except NumberkeepError as error:
        reason = str(error)
    except _TooManyTakes:
        reason = f"the service did not finish it in {MOST_TAKES} attempts: see its log"
    except OSError as error:
        reason = f"the service cannot keep a temporary file: {error.strerror}"
    except Exception as error:  # noqa: BLE001 - it would be retried endlessly
        _log.error("%s %d failed with %s", job.kind, job.job_id, type(error).__name__)
        reason = "the service failed unexpectedly: report it with the lines of its log"
    else:
        return
    _log.warning("%s %d failed", job.kind, job.job_id)  # the reason may name a column
    await fail(reason)
