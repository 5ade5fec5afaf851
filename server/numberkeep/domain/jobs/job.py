"""A job: long work of an account, which outlives the process that works on it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from numberkeep.domain.jobs.errors import JobBusy, JobLost

_SECOND: Final = 1_000_000

LEASE: Final = 15 * _SECOND
"""How long a worker that shows no progress keeps a job, microseconds; after that, another one may go on with it."""

VOID_LEASE: Final = 4 * LEASE
"""A lease that ends later than this from now is void, microseconds; the clocks of workers may differ by the rest."""

RETAINED_DAYS: Final = 30
"""How long the parts of a job are kept, days."""


class JobStatus(StrEnum):
    """Who has to do something."""

    DRAFT = "draft"
    """Its owner has to start it."""
    RUNNING = "running"
    """The service works on it, or will."""
    FOREGROUND = "foreground"
    """A command at a terminal works on it; only another command can go on with it."""
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True, frozen=True)
class Job:
    """A job.

    Attributes:
        job_id: its number within the account, from 1.
        kind: what kind of work it is.
        status: who has to do something.
        created_at: when it was added, microseconds since 1970.
        updated_at: when it was last changed, likewise.
        worker: what works on it; `""` for nothing.
        lease_until: until when the worker keeps it without showing progress, likewise.
        size: bytes of its parts.
        detail: what else is known of it, as its kind encodes it.
    """

    job_id: int
    kind: str
    status: JobStatus
    created_at: int
    updated_at: int
    worker: str = ""
    lease_until: int = 0
    size: int = 0
    detail: str = ""

    @property
    def active(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.status in {JobStatus.RUNNING, JobStatus.FOREGROUND}

    def held_for(self, at: int) -> int:
        """Return how long its worker keeps it at most, microseconds.

        A lease that ends later than any can was made before the clock was set back: it is void.
        """
        return 0 if self.lease_until > at + VOID_LEASE else max(self.lease_until - at, 0)

    def check_idle(self, at: int) -> None:
        """Check that nothing works on it, or will: a command at a terminal may have been interrupted.

        Raises:
            JobBusy: something does.
        """
        if self.status is JobStatus.RUNNING or (self.active and self.held_for(at)):
            raise JobBusy(self.kind, self.job_id)

    def started(self, status: JobStatus, at: int, detail: str) -> "Job":
        """Return the job started, for a worker to take.

        Raises:
            JobBusy: something works on it, or will.
        """
        self.check_idle(at)
        return replace(self, status=status, worker="", lease_until=0, detail=detail)

    def taken(self, worker: str, at: int) -> "Job":
        """Return the job taken by a worker.

        Raises:
            JobBusy: another one has it.
            JobLost: it does not run.
        """
        if not self.active:
            raise JobLost(self.kind, self.job_id)
        if self.worker != worker and (left := self.held_for(at)):
            raise JobBusy(self.kind, self.job_id, left / _SECOND)
        return replace(self, worker=worker, lease_until=at + LEASE)

    def advanced(self, worker: str, at: int, detail: str) -> "Job":
        """Return the job with its worker's progress.

        Raises:
            JobLost: the worker no longer has it.
        """
        if not self.active or self.worker != worker:
            raise JobLost(self.kind, self.job_id)
        return replace(self, lease_until=at + LEASE, detail=detail)

    def ended(self, worker: str, status: JobStatus, detail: str) -> "Job":
        """Return the job ended by its worker.

        Raises:
            JobLost: the worker no longer has it.
        """
        return replace(self.advanced(worker, 0, detail), status=status, worker="", lease_until=0)


@dataclass(slots=True, frozen=True)
class JobPart:
    """A piece of data that a job keeps until it is deleted.

    Attributes:
        job_id: the job.
        name: what it is a piece of.
        place: its place there, from 0.
        data: the piece.
    """

    job_id: int
    name: str
    place: int
    data: bytes
