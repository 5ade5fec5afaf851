"""Jobs within a unit of work."""

from dataclasses import replace

from numberkeep.domain.jobs.job import Job, JobPart, JobStatus
from numberkeep.domain.work.loaded import LoadedRows
from numberkeep.domain.work.rows import ChangeCounter, Rows


class Jobs:
    """The jobs of a unit of work.

    Attributes:
        rows: by number; loaded are those that a command named.
        last: the number of the account's last job.
        emptied: the jobs whose stored parts are deleted, before any is added.
        parts: new parts.
    """

    def __init__(self, counter: ChangeCounter, loaded: LoadedRows) -> None:
        self.rows = Rows(counter, loaded.jobs)
        self.last = loaded.tallies.last_job
        self.emptied: list[int] = []
        self.parts: list[JobPart] = []

    def get(self, job_id: int) -> Job | None:
        """Return the job with this number, if it is loaded."""
        return self.rows.get(job_id)

    def add(self, kind: str, status: JobStatus, detail: str, at: int) -> Job:
        """Add a job and return it."""
        self.last += 1
        job = Job(self.last, kind, status, at, at, detail=detail)
        self.rows.put(job.job_id, job)
        return job

    def put(self, job: Job, at: int) -> Job:
        """Store a changed job and return it."""
        job = replace(job, updated_at=at)
        self.rows.put(job.job_id, job)
        return job

    def add_part(self, part: JobPart) -> None:
        """Add a part of a job that is loaded."""
        job = self.rows.get(part.job_id)
        if job is not None:
            self.rows.put(job.job_id, replace(job, size=job.size + len(part.data)))
            self.parts.append(part)

    def delete_parts(self, job_id: int) -> None:
        """Delete all parts of a job that were stored before."""
        job = self.rows.get(job_id)
        if job is not None and job.size:
            self.rows.put(job_id, replace(job, size=0))
            self.emptied.append(job_id)

    def delete(self, job_id: int) -> None:
        """Delete a job with its parts."""
        self.delete_parts(job_id)
        self.rows.remove(job_id)
