"""The errors of jobs; domain/errors.py has the tree."""

from numberkeep.domain.errors import NumberkeepError


class JobNotFound(NumberkeepError):
    """The account has no job with this number.

    Args:
        job_id: the number; None if it cannot be one.
        kind: what the caller calls such a job.
    """

    def __init__(self, job_id: int | None, kind: str = "job") -> None:
        number = "with this number" if job_id is None else str(job_id)
        super().__init__(f"There is no {kind} {number}")


class JobConflict(NumberkeepError):
    """The job's state does not allow it; the message says what to do."""


class JobBusy(JobConflict):
    """The job is being worked on.

    Args:
        kind: what kind of work it is.
        job_id: its number.
        seconds: after which its worker is given up if it shows no progress; None if the job may not be taken at all.
    """

    def __init__(self, kind: str, job_id: int, seconds: float | None = None) -> None:
        super().__init__(f"{kind.capitalize()} {job_id} is being worked on: wait until it has ended")
        self.seconds = seconds


class JobLost(JobConflict):
    """The job was taken from its worker, or has ended.

    Args:
        kind: what kind of work it is.
        job_id: its number.
    """

    def __init__(self, kind: str, job_id: int) -> None:
        super().__init__(f"{kind.capitalize()} {job_id} was continued or ended by another process: look at it again")


class TooManyUploads(NumberkeepError):
    """The files of imports, or of exports, take too much space."""
