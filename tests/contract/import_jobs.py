"""Imports as jobs: they go on after any interruption, do nothing twice, and can be undone."""

import hashlib
from dataclasses import replace
from io import BytesIO
from unittest.mock import patch

import pytest

from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import ChangeJob
from numberkeep.domain.jobs.errors import JobConflict, JobLost
from numberkeep.domain.jobs.job import LEASE, Job, JobStatus
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.imports import commands, jobs, uploads
from numberkeep.service.imports.counts import Counts, Outcome
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.record import Task, changing, load
from numberkeep.service.imports.run import run_import
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.undo import undo_import
from numberkeep.service.imports.worker import ShownProgress, end_run, end_undo, task_of
from numberkeep.store.queries import GetAccountById, ListOptOuts
from numberkeep.store.sqlite import SqliteStaging
from support.store import DAY, AccountDriver, phone

STEP = 300
"""Rows that are applied at a time in these tests."""

ROWS = 2 * STEP + 200
COLUMNS = "phone,first_name,tags,opt_out\n"


class _Killed(Exception):
    """Stands for the end of a process."""


def file_of(rows: int = ROWS) -> bytes:
    """Return a file: some rows have many tags, some opt out."""
    tags = ";".join(f"t{n}" for n in range(60))
    lines = [
        f"{phone(n)},Name {n},{tags if n % 400 == 3 else 'a'},{'yes' if n % 300 == 7 else ''}" for n in range(rows)
    ]
    return (COLUMNS + "\n".join(lines) + "\n").encode()


def opted_out_of(rows: int) -> int:
    """Return how many of the rows of such a file opt out."""
    return len(range(7, rows, 300))


class Importer:
    """Imports a file as several processes would, one after the other."""

    def __init__(self, driver: AccountDriver, account: Account, data: bytes) -> None:
        self.driver = driver
        self.account = account
        self.data = data
        self.steps = 0

    @property
    def context(self) -> Context:
        """The context of a new process, after the lease of the one before."""
        self.driver.now += 2 * LEASE
        return Context(self.driver.store, Clock(lambda: self.driver.now * 1000, lambda: self.driver.now * 1000))

    async def add(self) -> Job:
        """Add the import."""
        digest = hashlib.sha256(self.data).hexdigest()
        return await jobs.add_local(
            self.context, self.account, name="list.csv", length=len(self.data), digest=digest, options=Options("US")
        )

    async def run(self, job: Job, steps: int | None = None) -> Outcome | None:
        """Run the import, or only that many of its steps; return None if it was interrupted."""

        def progress(phase: str, _done: int, _total: int) -> None:
            self.steps += phase == "Importing"
            if phase == "Importing" and self.steps == steps:
                raise _Killed

        self.steps = 0
        source = Source(BytesIO(self.data), "list.csv", len(self.data))
        with SqliteStaging() as staging, patch.object(commands, "BATCH", STEP):
            try:
                async with task_of(self.context, self.account.account_id, job.job_id, ShownProgress()) as (held, _):
                    outcome = await run_import(held, source, staging=staging, progress=progress)
                    await end_run(held, outcome)
            except _Killed:
                return None
        return outcome

    async def undo(self, job: Job, *, stops: bool = False) -> Undone | None:
        """Undo the import, or only its first step; return None if it was interrupted."""

        def progress(_phase: str, _done: int, _total: int) -> None:
            if stops:
                raise _Killed

        try:
            async with task_of(self.context, self.account.account_id, job.job_id, ShownProgress()) as (held, _):
                undone = await undo_import(held, progress)
                await end_undo(held)
        except _Killed:
            return None
        return undone


async def importer_of(driver: AccountDriver, data: bytes) -> Importer:
    """Return an importer for an account."""
    account = await driver.store.read(GetAccountById(driver.account_id))
    assert account
    return Importer(driver, account, data)


class ImportJobContract:
    """Interrupted imports, and undo."""

    async def test_an_import_goes_on_where_it_was_interrupted(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Wherever that was: the counts, the contacts and the events are those of an import without interruption."""
        data = file_of()
        for driver in (ours, theirs):
            await driver.create(phone(3), tags=tuple(f"old{n}" for n in range(60)))
            await driver.create(phone(8), first_name="Old")
        whole = await (other := await importer_of(theirs, data)).run(await other.add())
        assert whole
        assert whole.counts == Counts(
            rows=ROWS, created=ROWS - 2, updated=1, rejected=1, opted_out=opted_out_of(ROWS), contacts=ROWS - 1
        )
        importer = await importer_of(ours, data)
        job = await importer.add()
        assert await importer.run(job, 1) is None
        assert await importer.run(job, 1) is None
        assert await importer.run(job, 1) is None
        assert await importer.run(job) == whole
        assert importer.steps == 0
        assert await ours.types_and_phones() == await theirs.types_and_phones()
        assert (await ours.store.read(ListOptOuts(ours.account_id))).keys() == (
            await theirs.store.read(ListOptOuts(theirs.account_id))
        ).keys()

    async def test_a_process_that_has_lost_the_import_changes_nothing(self, ours: AccountDriver) -> None:
        """Not even if it was only slow."""
        importer = await importer_of(ours, file_of(10))
        job = await importer.add()
        source = Source(BytesIO(importer.data), "list.csv", len(importer.data))
        # While it shows no progress: then it would notice the loss by that.
        with patch("numberkeep.service.jobs._SHOW_SECONDS", 1e6):
            async with task_of(importer.context, ours.account_id, job.job_id, ShownProgress()) as (held, _):
                assert await importer.run(job)
                await ours.delete(phone(1))
                with SqliteStaging() as staging, pytest.raises(JobLost):
                    await run_import(held, source, staging=staging, progress=lambda *_: None)
        assert await ours.contact(phone(1)) is None

    async def test_another_version_begins_again(self, ours: AccountDriver) -> None:
        """It may read the file otherwise; contacts that were imported already are unchanged then."""
        importer = await importer_of(ours, file_of(STEP + 10))
        job = await importer.add()
        assert await importer.run(job, 1) is None
        older = changing(lambda record: replace(record, version="0.0.1"))
        await ours.store.apply(
            ChangeJob(ours.account_id, 1, lambda now: replace(now, detail=older(now.detail)), importer.context.stamp())
        )
        outcome = await importer.run(job)
        assert outcome
        assert (outcome.counts.created, outcome.counts.unchanged) == (10, STEP)

    async def test_an_undo_goes_on_where_it_was_interrupted(self, ours: AccountDriver) -> None:
        """All is as before, but for the opt-outs; these can be lifted afterwards."""
        before = await ours.create(phone(8), first_name="Old")
        importer = await importer_of(ours, file_of())
        job = await importer.add()
        assert await importer.run(job)
        context, account = importer.context, importer.account
        await jobs.start_undo(context, account, job.job_id, lift_opt_outs=False)
        assert await importer.undo(job, stops=True) is None
        assert await importer.undo(job, stops=True) is None
        assert await importer.undo(job) == Undone(deleted=ROWS - 1, restored=1, opted_out=opted_out_of(ROWS))
        assert await ours.listed(limit=10) == [phone(8)]
        assert await ours.contact(phone(8)) == before
        await jobs.start_undo(importer.context, account, job.job_id, lift_opt_outs=True)
        assert await importer.undo(job) == Undone(lifted=opted_out_of(ROWS))
        assert not await ours.store.read(ListOptOuts(ours.account_id))

    async def test_the_import_of_a_killed_command_can_be_released(self, ours: AccountDriver) -> None:
        """Before the end of its lease, where nothing else can be working on it; one that the service runs is not."""
        importer = await importer_of(ours, file_of(STEP + 10))
        job = await importer.add()
        assert await importer.run(job, 1) is None
        ours.now -= LEASE  # the next process starts at once
        context, account = importer.context, importer.account
        ours.now -= 2 * LEASE
        with pytest.raises(JobConflict, match="worked on"):
            await jobs.start_undo(context, account, job.job_id, lift_opt_outs=False)
        await jobs.release(context, account, job.job_id)
        await jobs.start_undo(context, account, job.job_id, lift_opt_outs=False)
        assert (await jobs.release(context, account, job.job_id)).status is JobStatus.RUNNING
        assert await importer.undo(job) == Undone(deleted=STEP, opted_out=opted_out_of(STEP))

    async def test_an_import_that_is_older_than_the_history_cannot_be_undone(self, ours: AccountDriver) -> None:
        """It says so, and changes nothing."""
        importer = await importer_of(ours, file_of(3))
        job = await importer.add()
        assert await importer.run(job)
        await ours.delete_old_events(before=ours.now + DAY)
        await ours.create(phone(20))
        with pytest.raises(JobConflict, match="HISTORY_DAYS"):
            await jobs.start_undo(importer.context, importer.account, job.job_id, lift_opt_outs=False)
        assert await ours.count() == 4

    async def test_a_file_is_stored_whole_or_not_at_all(self, ours: AccountDriver) -> None:
        """In parts; a broken upload leaves nothing, and an unfinished one cannot be started."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account

        async def broken() -> object:
            yield b"x" * 300_000
            found = await jobs.recent(context, account, None, 10)
            assert [(each.size, load(each.detail).digest) for each in found] == [(256 * 1024, "")]
            with pytest.raises(JobConflict, match="not complete"):
                await jobs.start(context, account, 1, Task.RUN)
            raise StoreUnavailable("gone")

        with pytest.raises(StoreUnavailable):
            await uploads.upload(context, account, "list.csv", broken())  # type: ignore[arg-type]
        assert not await jobs.recent(context, account, None, 10)
