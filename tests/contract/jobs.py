"""Jobs: long work that outlives the process which does it, and the data that it keeps."""

from dataclasses import replace
from functools import partial

import pytest

from numberkeep.domain.jobs.commands import AddJob, ChangeJob, DeleteJob, DeleteJobParts, Step
from numberkeep.domain.jobs.errors import JobBusy, JobLost, JobNotFound
from numberkeep.domain.jobs.job import LEASE, Job, JobPart, JobStatus
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.stamp import Stamp
from numberkeep.store.queries import GetJob, GetJobPart, ListJobs, ListOldJobs, ListWaitingJobs
from support.store import DAY, PHONE, SECOND, START, AccountDriver

DETAIL = '["\U0001f600"]'


async def add(account: AccountDriver, state: JobStatus = JobStatus.DRAFT, kind: str = "import") -> Job:
    """Add a job."""
    return await account.store.apply(AddJob(account.account_id, kind, state, DETAIL, Stamp(account.tick())))


async def found(account: AccountDriver, job_id: int) -> Job | None:
    """Return a job."""
    return await account.store.read(GetJob(account.account_id, job_id))


async def put(account: AccountDriver, job_id: int, *parts: JobPart) -> Job:
    """Add parts to a job."""
    change = ChangeJob(account.account_id, job_id, lambda job: job, Stamp(account.tick()), parts)
    return await account.store.apply(change)


class JobContract:
    """The commands on jobs, and the queries."""

    async def test_a_job_is_added_and_listed(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Newest first, of one kind, of one account; numbers begin with 1 and are not reused."""
        jobs = [await add(ours), await add(ours), await add(ours, kind="tag")]
        assert [job.job_id for job in jobs] == [1, 2, 3]
        assert jobs[0] == Job(1, "import", JobStatus.DRAFT, START + SECOND, START + SECOND, detail=DETAIL)
        assert (await add(theirs)).job_id == 1
        assert await found(ours, 1) == jobs[0]
        assert await ours.store.read(ListJobs(ours.account_id, "import", MAX_INTEGER, 10)) == [jobs[1], jobs[0]]
        assert await ours.store.read(ListJobs(ours.account_id, "import", 2, 10)) == [jobs[0]]
        await ours.store.apply(DeleteJob(ours.account_id, 3, lambda job: job.check_idle(ours.now), Stamp(ours.tick())))
        assert (await add(ours)).job_id == 4

    async def test_parts_are_kept_until_the_job_is_deleted(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The job counts their bytes; one with the same name and place replaces another."""
        await add(ours)
        await add(theirs)
        await put(theirs, 1, JobPart(1, "file", 0, b"theirs"))
        await put(ours, 1, JobPart(1, "file", 0, b"\0\xff"), JobPart(1, "file", 1, b"12345"))
        job = await put(ours, 1, JobPart(1, "rejects", 0, b""), JobPart(1, "file", 1, b"123"))
        assert job.size >= 5

        async def part(account: AccountDriver, name: str, place: int) -> bytes | None:
            return await account.store.read(GetJobPart(account.account_id, 1, name, place))

        assert [await part(ours, *key) for key in (("file", 0), ("file", 1), ("rejects", 0), ("file", 2))] == [
            b"\0\xff",
            b"123",
            b"",
            None,
        ]
        await ours.store.apply(DeleteJob(ours.account_id, 1, lambda job: job.check_idle(ours.now), Stamp(ours.tick())))
        assert await found(ours, 1) is None
        assert await part(ours, "file", 0) is None
        assert await part(theirs, "file", 0) == b"theirs"

    async def test_old_parts_can_be_deleted_alone(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Listed over all accounts by the time at which the job was added; the job remains."""
        for account in (ours, theirs):
            await add(account)
            await put(account, 1, JobPart(1, "file", 0, b"1"))
        theirs.now += DAY
        await add(theirs)
        await put(theirs, 2, JobPart(2, "file", 0, b"1"))
        old = await ours.store.read(ListOldJobs(START + DAY))
        assert sorted(old) == [(ours.account_id, 1), (theirs.account_id, 1)]
        command = DeleteJobParts(ours.account_id, 1, partial(replace, detail="gone"), Stamp(ours.tick()))
        job = await ours.store.apply(command)
        assert (job.size, job.detail) == (0, "gone")
        assert await ours.store.read(GetJobPart(ours.account_id, 1, "file", 0)) is None
        assert list(await ours.store.read(ListOldJobs(START + DAY))) == [(theirs.account_id, 1)]

    async def test_one_worker_has_a_running_job(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Until its lease ends without progress; then another one takes it, and the first one loses it."""
        await add(ours, JobStatus.RUNNING)
        await add(theirs, JobStatus.FOREGROUND)
        at = ours.now

        async def change(worker: str, at: int) -> Job:
            def taken(job: Job) -> Job:
                return job.taken(worker, at)

            return await ours.store.apply(ChangeJob(ours.account_id, 1, taken, Stamp(at)))

        async def waiting(at: int) -> list[tuple[int, int]]:
            return list(await ours.store.read(ListWaitingJobs(at)))

        assert await waiting(at) == [(ours.account_id, 1)]
        assert (await change("a", at)).lease_until == at + LEASE
        assert await waiting(at) == []
        with pytest.raises(JobBusy) as busy:
            await change("b", at + 5 * SECOND)
        assert busy.value.seconds == 10
        await change("a", at + 5 * SECOND)
        assert await waiting(at + LEASE) == []
        assert await waiting(at + 5 * SECOND + LEASE) == [(ours.account_id, 1)]
        job = await change("b", at + 5 * SECOND + LEASE)
        with pytest.raises(JobLost):
            job.advanced("a", at, "")
        with pytest.raises(JobBusy):
            await ours.store.apply(DeleteJob(ours.account_id, 1, lambda job: job.check_idle(ours.now), Stamp(at + DAY)))
        ended = await ours.store.apply(
            ChangeJob(ours.account_id, 1, lambda job: job.ended("b", JobStatus.DONE, "end"), Stamp(ours.tick()))
        )
        assert (ended.status, ended.worker, ended.detail, ended.active) == (JobStatus.DONE, "", "end", False)
        assert await waiting(at + DAY) == []
        with pytest.raises(JobLost):
            await change("b", at + DAY)

    async def test_a_clock_that_was_set_back_does_not_delay_a_job(self, ours: AccountDriver) -> None:
        """A lease from a time that is still to come is void, so another worker takes the job at once."""
        await add(ours, JobStatus.RUNNING)
        at = ours.now
        take = ChangeJob(ours.account_id, 1, lambda job: job.taken("a", at + DAY), Stamp(at))
        assert (await ours.store.apply(take)).held_for(at + DAY) == LEASE
        assert list(await ours.store.read(ListWaitingJobs(at))) == [(ours.account_id, 1)]
        take = ChangeJob(ours.account_id, 1, lambda job: job.taken("b", at), Stamp(at))
        assert (await ours.store.apply(take)).lease_until == at + LEASE

    async def test_a_step_stores_its_changes_with_the_progress_or_neither(self, ours: AccountDriver) -> None:
        """Nothing is changed by a worker that has lost the job; events of the step are known by their numbers."""
        await add(ours, JobStatus.RUNNING)
        at = ours.now
        await ours.create("+14155550199")
        steps: list[range] = []

        def step(worker: str) -> Step[int]:
            def advanced(job: Job, removed: int, events: range) -> Job:
                steps.append(events)
                return job.advanced(worker, at, f"{removed} removed")

            return Step(
                ours.account_id,
                1,
                ours.deletion(PHONE, "+14155550199"),
                lambda job: job.advanced(worker, at, ""),
                advanced,
                lambda removed: [JobPart(1, "removed", 0, b"%d" % removed)],
                Stamp(ours.tick()),
            )

        taken = ChangeJob(ours.account_id, 1, lambda job: job.taken("a", at), Stamp(at))
        await ours.store.apply(taken)
        with pytest.raises(JobLost):
            await ours.store.apply(step("b"))
        assert await ours.count() == 1
        assert steps == []
        assert await ours.store.apply(step("a")) == 1
        assert await ours.count() == 0
        assert steps[-1] == range(2, 3)
        job = await found(ours, 1)
        assert job
        assert job.detail == "1 removed"
        assert await ours.store.read(GetJobPart(ours.account_id, 1, "removed", 0)) == b"1"

    async def test_a_job_that_does_not_exist(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Also one of another account."""
        await add(theirs)
        for job_id in (1, MAX_INTEGER + 1):
            with pytest.raises(JobNotFound, match=str(job_id)):
                await ours.store.apply(
                    DeleteJob(ours.account_id, job_id, lambda job: job.check_idle(ours.now), Stamp(ours.tick()))
                )
        assert await found(ours, 1) is None
