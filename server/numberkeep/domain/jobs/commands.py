"""The commands on jobs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.jobs.errors import JobNotFound
from numberkeep.domain.jobs.job import Job, JobPart, JobStatus
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.stamp import Stamp
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work

R = TypeVar("R")


@dataclass(slots=True)
class AddJob(AccountCommand[Job]):
    """Add a job and return it."""

    account_id: int
    kind: str
    status: JobStatus
    detail: str
    stamp: Stamp

    def apply(self, work: Work) -> Job:
        """Return the job."""
        return work.jobs.add(self.kind, self.status, self.detail, self.stamp.at)


class _OnJob(AccountCommand[R]):
    """A command on one job."""

    __slots__ = ()
    job_id: int

    def want(self, needs: Needs) -> None:
        """Need the job."""
        if self.job_id <= MAX_INTEGER:  # no store has a larger number
            needs.jobs[self.job_id] = None


@dataclass(slots=True)
class ChangeJob(_OnJob[Job]):
    """Change a job and return it.

    Attributes:
        account_id: the account.
        job_id: the job.
        change: returns the job as it is from now on; it may be called again, and must have no other effect.
        parts: parts to add.
        stamp: see AccountCommand.

    Raises on application: JobNotFound; what `change` raises.
    """

    account_id: int
    job_id: int
    change: Callable[[Job], Job]
    stamp: Stamp
    parts: Sequence[JobPart] = ()

    def apply(self, work: Work) -> Job:
        """Return the job."""
        job = work.jobs.put(self.change(_found(work, self.job_id)), self.stamp.at)
        for part in self.parts:
            work.jobs.add_part(part)
        return work.jobs.get(self.job_id) or job


@dataclass(slots=True)
class DeleteJob(_OnJob[None]):
    """Delete a job with its parts.

    Attributes:
        account_id: the account.
        job_id: the job.
        check: raises an error if the job may not be deleted.
        stamp: see AccountCommand.

    Raises on application: JobNotFound; what `check` raises.
    """

    account_id: int
    job_id: int
    check: Callable[[Job], object]
    stamp: Stamp

    def apply(self, work: Work) -> None:
        """Delete."""
        self.check(_found(work, self.job_id))
        work.jobs.delete(self.job_id)


@dataclass(slots=True)
class DeleteJobParts(_OnJob[Job]):
    """Delete the parts of a job and return the job.

    Attributes:
        account_id: the account.
        job_id: the job.
        change: returns the job as it is from now on; see ChangeJob.
        stamp: see AccountCommand.

    Raises on application: JobNotFound; what `change` raises.
    """

    account_id: int
    job_id: int
    change: Callable[[Job], Job]
    stamp: Stamp

    def apply(self, work: Work) -> Job:
        """Return the job."""
        work.jobs.put(self.change(_found(work, self.job_id)), self.stamp.at)
        work.jobs.delete_parts(self.job_id)
        return _found(work, self.job_id)


@dataclass(slots=True, frozen=True)
class Step(AccountCommand[R]):
    """A command that is a step of a job: its changes and the job's progress are stored together, or neither is.

    Attributes:
        account_id: the account.
        job_id: the job.
        command: the command.
        advance: returns the job as it is from now on, for the job, the command's result, and the number of the last
            event before the command; it may be called again, and must have no other effect.
        check: raises an error if the job may not be continued, before the command is applied.
        parts: returns parts to add, for the command's result.
        stamp: see AccountCommand.

    Raises on application: what the command and `check` raise; JobNotFound.
    """

    account_id: int
    job_id: int
    command: AccountCommand[R]
    check: Callable[[Job], object]
    advance: Callable[[Job, R, range], Job]
    parts: Callable[[R], Sequence[JobPart]]
    stamp: Stamp

    @property
    def weight(self) -> int:
        """The weight of the command."""
        return self.command.weight

    def want(self, needs: Needs) -> None:
        """Need what the command needs, and the job."""
        self.command.want(needs)
        needs.jobs[self.job_id] = None

    def apply(self, work: Work) -> R:
        """Return the command's result."""
        job = _found(work, self.job_id)
        self.check(job)
        first = work.log.last + 1
        result = self.command.apply(work)
        work.jobs.put(self.advance(job, result, range(first, work.log.last + 1)), self.stamp.at)
        for part in self.parts(result):
            work.jobs.add_part(part)
        return result


def _found(work: Work, job_id: int) -> Job:
    job = work.jobs.get(job_id)
    if job is None:
        raise JobNotFound(job_id)
    return job
