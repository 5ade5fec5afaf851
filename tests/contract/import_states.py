"""What may be started with an import that was interrupted or failed."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from contract.import_jobs import COLUMNS, STEP, Importer, file_of, importer_of, opted_out_of
from numberkeep.domain.contacts.importing import Existing
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.errors import TemporaryFileFailed
from numberkeep.domain.jobs.commands import AddJob, ChangeJob
from numberkeep.domain.jobs.errors import JobConflict
from numberkeep.domain.jobs.job import JobPart, JobStatus
from numberkeep.domain.stamp import Actor, ActorKind
from numberkeep.service.imports import jobs, looking, uploads
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.record import KIND, ImportRecord, Task, changing, dump, load
from numberkeep.service.imports.samples import SHOWN, SampleRow
from numberkeep.service.imports.stored_files import differences_name
from numberkeep.service.imports.undo import is_undoable, undo_until
from numberkeep.service.imports.worker import ImportWorker
from numberkeep.service.job_attempts import MOST_TAKES
from numberkeep.service.job_files import stored
from numberkeep.store.queries import GetJob, GetJobPart
from numberkeep.store.sqlite import SqliteStaging
from support.store import DAY, AccountDriver, phone

WORKER = ImportWorker(SqliteStaging)
KEY = Actor(ActorKind.API_KEY, "key")


async def record_of(importer: Importer, job_id: int = 1) -> object:
    """Return what is stored of an import."""
    job = await jobs.get(importer.context, importer.account, job_id)
    return load(job.detail)


class ImportStateContract:
    """Each state of an import allows what is safe then."""

    async def test_a_command_s_import_is_not_continued_without_its_file(self, ours: AccountDriver) -> None:
        """Only the command has it: the service would import nothing, and call that complete."""
        await ours.create(phone(3), tags=tuple(f"old{n}" for n in range(60)))
        importer = await importer_of(ours, file_of())
        job = await importer.add()
        assert await importer.run(job, 1) is None
        assert (await jobs.get(importer.context, importer.account, 1)).size, "nothing was refused"
        with pytest.raises(JobConflict, match="is not stored"):
            await jobs.start(importer.context, importer.account, 1, Task.RUN)

        def running(job: object) -> object:
            return replace(job, status=JobStatus.RUNNING)  # type: ignore[type-var]

        context = importer.context
        await context.apply(ChangeJob(ours.account_id, 1, running, context.stamp()))  # type: ignore[arg-type]
        await WORKER.work(context, ours.account_id, 1)
        found = await ours.store.read(GetJob(ours.account_id, 1))
        assert found
        assert (found.status, load(found.detail).result) == (JobStatus.FAILED, None)
        assert "is not stored" in load(found.detail).error

    async def test_the_options_of_a_run_stay_once_it_has_changed_something(self, ours: AccountDriver) -> None:
        """Other options can put the numbers of the file in another order, of which the first would be left out."""
        importer = await importer_of(ours, file_of(STEP + 10))
        job = await importer.add()
        assert await importer.run(job, 1) is None
        context, account = importer.context, importer.account
        with pytest.raises(JobConflict, match="has begun"):
            await jobs.choose(context, account, 1, Options("GB"))
        with pytest.raises(JobConflict, match="has begun"):
            await jobs.start(context, account, 1, Task.PLAN)
        await jobs.start_undo(context, account, 1, lift_opt_outs=False)
        assert await importer.undo(job) == Undone(deleted=STEP, opted_out=opted_out_of(STEP))

    async def test_an_undo_that_is_started_again_reports_the_whole(self, ours: AccountDriver) -> None:
        """Also what was undone before the command was interrupted."""
        importer = await importer_of(ours, file_of())
        job = await importer.add()
        done = await importer.run(job)
        assert done
        for _ in range(2):
            await jobs.start_undo(
                importer.context, importer.account, 1, lift_opt_outs=False, status=JobStatus.FOREGROUND
            )
            assert await importer.undo(job, stops=True) is None
        await jobs.start_undo(importer.context, importer.account, 1, lift_opt_outs=False, status=JobStatus.FOREGROUND)
        undone = await importer.undo(job)
        assert undone
        assert undone.deleted == done.counts.created

    async def test_an_undo_keeps_the_rejected_rows(self, ours: AccountDriver) -> None:
        """They can be corrected afterwards too."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account

        async def content() -> AsyncIterator[bytes]:
            yield b"phone\n12\n"

        await uploads.upload(context, account, "list.csv", content())
        await jobs.start(context, account, 1, Task.RUN)
        await WORKER.work(importer.context, ours.account_id, 1)
        await jobs.start_undo(importer.context, account, 1, lift_opt_outs=False)
        await WORKER.work(importer.context, ours.account_id, 1)
        attempt = (await record_of(importer)).attempt  # type: ignore[attr-defined]
        assert await ours.store.read(GetJobPart(ours.account_id, 1, f"rejects/{attempt}", 0))

    async def test_an_import_that_ends_its_process_is_given_up(self, ours: AccountDriver) -> None:
        """After some attempts without progress: one that takes all memory would end every service that takes it."""
        importer = await importer_of(ours, file_of(3))
        await importer.add()
        taken = changing(lambda record: replace(record, takes=MOST_TAKES))
        context = importer.context
        await context.apply(
            ChangeJob(
                ours.account_id,
                1,
                lambda job: replace(job, status=JobStatus.RUNNING, detail=taken(job.detail)),
                context.stamp(),
            )
        )
        await WORKER.work(context, ours.account_id, 1)
        job = await jobs.get(context, importer.account, 1)
        assert (job.status, "attempts" in load(job.detail).error) == (JobStatus.FAILED, True)

    async def test_an_error_that_stays_fails_the_import(self, ours: AccountDriver) -> None:
        """It is not tried again every few seconds."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account

        async def content() -> AsyncIterator[bytes]:
            yield b"phone\n12\n"

        def broken() -> SqliteStaging:
            raise TemporaryFileFailed("the folder of temporary files is full")

        await uploads.upload(context, account, "list.csv", content())
        await jobs.start(context, account, 1, Task.RUN)
        await ImportWorker(broken).work(importer.context, ours.account_id, 1)
        job = await jobs.get(context, account, 1)
        assert job.status is JobStatus.FAILED

    async def test_an_empty_file_leaves_nothing_when_it_is_deleted(self, ours: AccountDriver) -> None:
        """No part of it either."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account

        async def nothing() -> AsyncIterator[bytes]:
            for _ in ():
                yield b""

        await uploads.upload(context, account, "list.csv", nothing())
        await jobs.delete(context, account, 1)
        assert await ours.store.read(GetJobPart(ours.account_id, 1, "file", 0)) is None

    async def test_an_upload_that_was_killed_with_its_service_is_deleted(self, ours: AccountDriver) -> None:
        """By a later upload, so that it does not count for 30 days."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account
        draft = AddJob(ours.account_id, KIND, JobStatus.DRAFT, dump(ImportRecord()), context.stamp())
        await context.apply(draft)
        part = [JobPart(1, "file", 0, b"x")]
        await context.apply(ChangeJob(ours.account_id, 1, lambda job: job, context.stamp(), part))

        async def content() -> AsyncIterator[bytes]:
            yield b"phone\n"

        await uploads.upload(context, account, "list.csv", content())
        assert [job.job_id for job in await jobs.recent(context, account, None, 10)] == [2, 1], "it may go on"
        ours.now += DAY
        await uploads.upload(importer.context, account, "list.csv", content())
        assert [job.job_id for job in await jobs.recent(context, account, None, 10)] == [3, 2]

    async def test_a_plan_that_begins_again_has_nothing_of_the_one_before(self, ours: AccountDriver) -> None:
        """Which may have found more differences before its process was killed."""
        importer = await importer_of(ours, b"")
        context, account = importer.context, importer.account

        async def content() -> AsyncIterator[bytes]:
            yield b"phone\n+14155550101\n"

        await uploads.upload(context, account, "list.csv", content())
        await jobs.start(context, account, 1, Task.PLAN, differences=True)
        old = [JobPart(1, differences_name(1), place, b"old") for place in range(3)]
        began = changing(lambda record: replace(record, takes=1))
        await context.apply(
            ChangeJob(ours.account_id, 1, lambda job: replace(job, detail=began(job.detail)), context.stamp(), old)
        )
        await WORKER.work(importer.context, ours.account_id, 1)
        attempt = load((await jobs.get(context, account, 1)).detail).attempt
        parts = [part async for part in stored(context, ours.account_id, 1, differences_name(attempt))]
        assert len(parts) == 1
        assert b"+14155550101" in parts[0]

    async def test_a_plan_keeps_the_first_numbers_of_each_kind(self, ours: AccountDriver) -> None:
        """With old and new values, for an upload that a key owns; other options make them void."""
        await ours.create(phone(1), first_name="Old", tags=("a",))
        await ours.create(phone(2), first_name="Same")
        lines = [f"{phone(1)},New,b,", f"{phone(2)},Same,,", f"{phone(3)},Out,,yes", "12,Nobody,,"]
        lines += [f"{phone(10 + n)},Name {n},," for n in range(SHOWN + 5)]
        importer = await importer_of(ours, b"")
        context, account = importer.context.acting(KEY, None), importer.account

        async def content() -> AsyncIterator[bytes]:
            yield (COLUMNS + "\n".join(lines)).encode()

        job = await uploads.upload(context, account, "list.csv", content())
        with pytest.raises(JobConflict, match="has no preview"):
            await looking.samples(context, account, job.job_id)
        await jobs.start(context, account, job.job_id, Task.PLAN)
        await WORKER.work(importer.context, account.account_id, job.job_id)
        found = await looking.samples(context, account, job.job_id)
        changes = {"first_name": ("Old", "New"), "tags": (["a"], ["a", "b"])}
        assert found.updated == [SampleRow(phone(1), "New", changes)]
        assert found.unchanged == [SampleRow(phone(2), "Same")]
        out = SampleRow(phone(3), "Out", {"first_name": (None, "Out"), "opt_out": (None, True)})
        assert found.opted_out == [out]
        assert found.created[0] == out
        assert [each.number for each in found.created[1:]] == [phone(10 + n) for n in range(SHOWN - 1)]
        assert [(each.line, each.field, each.value) for each in found.rejected] == [(5, "phone", "12")]
        assert [each.field for each in (await looking.columns(context, account, job.job_id)).columns] == [
            "phone",
            "first_name",
            "tags",
            "opt_out",
        ]
        assert load((await jobs.get(context, account, job.job_id)).detail).owner == KEY

        await jobs.choose(context, account, job.job_id, Options("US", existing=Existing.SKIP))
        with pytest.raises(JobConflict, match="has no preview"):
            await looking.samples(context, account, job.job_id)
        await jobs.start(context, account, job.job_id, Task.PLAN)
        await WORKER.work(importer.context, account.account_id, job.job_id)
        found = await looking.samples(context, account, job.job_id)
        assert [each.number for each in found.skipped] == [phone(1), phone(2)]
        assert not found.updated

    async def test_an_import_can_be_undone_as_long_as_its_changes_are_retained(self, ours: AccountDriver) -> None:
        """After an undo only its opt-outs can."""
        importer = await importer_of(ours, file_of(10))
        job = await importer.add()
        assert not is_undoable(importer.context, job)
        await importer.run(job)
        done = await jobs.get(importer.context, importer.account, job.job_id)
        begun = load(done.detail).begun_at
        assert begun
        assert is_undoable(importer.context, done)
        assert undo_until(importer.context, done) == begun + importer.context.history_days * DAY
        assert undo_until(replace(importer.context, history_days=0), done) is None
        ours.now += importer.context.history_days * DAY
        assert not is_undoable(importer.context, done)
        assert is_undoable(replace(importer.context, history_days=0), done)
        await jobs.start_undo(importer.context, importer.account, job.job_id, lift_opt_outs=False)
        assert await importer.undo(job) == Undone(deleted=10, opted_out=1)
        undone = await jobs.get(importer.context, importer.account, job.job_id)
        assert is_undoable(replace(importer.context, history_days=0), undone)
        await jobs.start_undo(importer.context, importer.account, job.job_id, lift_opt_outs=True)
        assert await importer.undo(job) == Undone(lifted=1)
        lifted = await jobs.get(importer.context, importer.account, job.job_id)
        assert not is_undoable(replace(importer.context, history_days=0), lifted)
