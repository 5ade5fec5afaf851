"""Actions on many contacts as jobs: they go on after any interruption, do nothing twice, and can be undone."""

from unittest.mock import patch

import pytest

from numberkeep.domain.command import SECOND, AccountCommand
from numberkeep.domain.contacts.listing import ContactFilter
from numberkeep.domain.contacts.selection import Selection
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.errors import StoreUnavailable, StoreUnsure
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.commands import AddJob
from numberkeep.domain.jobs.errors import JobConflict
from numberkeep.domain.jobs.job import LEASE, Job, JobStatus
from numberkeep.domain.limits import MAX_TAGS
from numberkeep.domain.stamp import Stamp
from numberkeep.operations.actions import WORKER
from numberkeep.service import undoing
from numberkeep.service.actions import jobs, selecting
from numberkeep.service.actions.record import ActionRecord, Kind, dump, load
from numberkeep.service.actions.run import change_contacts, undo_action
from numberkeep.service.actions.worker import ShownPlace, task_of
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.job_attempts import MOST_TAKES
from numberkeep.store.queries import GetAccountById, GetJobPart, ListJobs
from support.store import DAY, AccountDriver, phone

STEP = 3
"""Numbers that are worked on at a time in these tests."""

COUNT = 2 * STEP + 1
RED = Selection(ContactFilter(tags=("red",)))


class _Killed(Exception):
    """Stands for the end of a process."""


def context_of(driver: AccountDriver) -> Context:
    """Return the context of a new process, after the lease of the one before."""
    driver.now += 2 * LEASE
    return Context(driver.store, Clock(lambda: driver.now * 1000, lambda: driver.now * 1000))


async def account_of(driver: AccountDriver) -> Account:
    """Return the account of a driver."""
    account = await driver.store.read(GetAccountById(driver.account_id))
    assert account
    return account


async def started(driver: AccountDriver, action: ActionRecord, chosen: Selection | list[str] = RED) -> Job:
    """Start an action."""
    with patch.object(selecting, "STEP", STEP):
        return await jobs.start(context_of(driver), await account_of(driver), action, chosen)


async def stopped(driver: AccountDriver, job: Job, *, undo: bool = False) -> None:
    """Work on an action until its first step is done, as a process that is killed then."""

    def killed(*_: object) -> None:
        raise _Killed

    with pytest.raises(_Killed):
        async with task_of(context_of(driver), driver.account_id, job.job_id, ShownPlace()) as (held, _):
            await (undo_action(held, killed) if undo else change_contacts(held, killed))


async def worked(driver: AccountDriver, job: Job) -> Job:
    """Work on an action until its end, and return it."""
    await WORKER.work(context_of(driver), driver.account_id, job.job_id)
    return await jobs.get(context_of(driver), await account_of(driver), job.job_id)


async def filled(driver: AccountDriver) -> None:
    """Create contacts that are red, and one that is not; one of them cannot have another tag."""
    for n in range(COUNT):
        await driver.create(phone(n), first_name=f"N{n}", tags=("red", *map(str, range((MAX_TAGS - 1) * (n == 2)))))
    await driver.create(phone(50))


class ActionContract:
    """Interrupted actions, and undo."""

    async def test_a_tag_goes_on_where_it_was_interrupted(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The counts and the events are those of an action without interruption, and other accounts keep theirs."""
        await filled(ours)
        await filled(theirs)
        job = await started(ours, ActionRecord(Kind.TAG, "new"))
        await stopped(ours, job)
        await ours.create(phone(60), tags=("red",))  # matches too late
        await stopped(ours, job)
        before = await ours.last_event()
        done = load((await worked(ours, job)).detail)
        assert (done.changed, done.full, done.place, done.total) == (COUNT - 1, 1, COUNT, COUNT)
        assert len(await ours.events(before)) == 1
        assert len(await ours.listed(tags=("new",))) == COUNT - 1
        assert await theirs.listed(tags=("new",)) == []

    async def test_a_deletion_and_its_undo_go_on(self, ours: AccountDriver) -> None:
        """Every contact is as it was, with its id; what was not deleted is not touched."""
        await filled(ours)
        await ours.verify(phone(1))
        before = await ours.page(descending=False)
        job = await started(ours, ActionRecord(Kind.DELETE))
        await stopped(ours, job)
        assert await ours.count() == COUNT + 1 - STEP
        job = await worked(ours, job)
        assert (job.status, job.size, load(job.detail).changed) == (JobStatus.DONE, 0, COUNT)
        assert await ours.listed() == [phone(50)]
        await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)
        with patch.object(undoing, "_EVENTS", 2):
            await stopped(ours, job, undo=True)
            done = await worked(ours, job)
        assert load(done.detail).undone == Undone(restored=COUNT)
        assert await ours.page(descending=False) == before
        with pytest.raises(JobConflict, match="undone already"):
            await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)

    async def test_the_selection_is_what_matched_when_it_started(self, ours: AccountDriver) -> None:
        """A contact that matches no more is changed all the same, and one that was deleted is missing."""
        await filled(ours)
        job = await started(ours, ActionRecord(Kind.UNTAG, "red"))
        await ours.delete(phone(0))
        await ours.update(phone(1), tags=("blue",))
        done = load((await worked(ours, job)).detail)
        assert (done.changed, done.unchanged, done.missing) == (COUNT - 2, 1, 1)
        await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)
        assert load((await worked(ours, job)).detail).undone == Undone(restored=COUNT - 2)
        assert len(await ours.listed(tags=("red",))) == COUNT - 2

    async def test_an_undo_leaves_consent_alone(self, ours: AccountDriver) -> None:
        """Opt-outs since hold for contacts that return; nobody is opted in."""
        await filled(ours)
        await ours.opt_out(phone(0))
        job = await started(ours, ActionRecord(Kind.DELETE))
        await worked(ours, job)
        await ours.opt_out(phone(1))
        await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)
        await worked(ours, job)
        assert await ours.listed(opt_out=True) == [phone(0), phone(1)]

    async def test_an_export_begins_again(self, ours: AccountDriver) -> None:
        """Its file is that of one attempt."""
        await filled(ours)
        job = await started(ours, ActionRecord(Kind.EXPORT, format="jsonl"))
        gone = patch("numberkeep.service.actions.run.store_file", side_effect=StoreUnavailable("gone"))
        with gone, pytest.raises(StoreUnavailable):
            await worked(ours, job)
        done = await worked(ours, job)
        assert (load(done.detail).changed, load(done.detail).attempt) == (COUNT, 2)
        data = await ours.store.read(GetJobPart(ours.account_id, job.job_id, "export/2", 0))
        assert data is not None
        assert data.count(b"\n") == COUNT

    async def test_what_is_not_started_leaves_nothing(self, ours: AccountDriver) -> None:
        """Neither a job nor its numbers."""
        await filled(ours)
        gone = patch("numberkeep.service.actions.jobs.store_numbers", side_effect=StoreUnavailable("gone"))
        with gone, pytest.raises(StoreUnavailable):
            await started(ours, ActionRecord(Kind.DELETE))
        assert not await ours.store.read(ListJobs(ours.account_id, "action", 1000, 10))

    async def test_an_action_whose_start_was_not_answered_goes_on(self, ours: AccountDriver) -> None:
        """The connection was lost during the commit: what it has begun to change can still be undone."""
        await filled(ours)
        apply = ours.store.apply

        async def unsure(command: AccountCommand[object], *more: object) -> object:
            done = await apply(command, *more)
            if isinstance(done, Job) and done.active:
                raise StoreUnsure
            return done

        with patch.object(ours.store, "apply", unsure), pytest.raises(StoreUnsure):
            await started(ours, ActionRecord(Kind.DELETE))
        [job] = await ours.store.read(ListJobs(ours.account_id, "action", 1000, 10))
        assert load((await worked(ours, job)).detail).changed == COUNT

    async def test_an_abandoned_selection_is_deleted(self, ours: AccountDriver) -> None:
        """By an action that is started later; one that is being stored is left."""
        stamp = context_of(ours).stamp()
        for at in (stamp, Stamp(stamp.at + 700 * SECOND)):
            await ours.store.apply(AddJob(ours.account_id, "action", JobStatus.DRAFT, dump(ActionRecord()), at))
        ours.now += 800 * SECOND
        job = await started(ours, ActionRecord(Kind.DELETE))
        left = await ours.store.read(ListJobs(ours.account_id, "action", 1000, 10))
        assert [each.job_id for each in left] == [job.job_id, 2]

    async def test_an_action_that_never_gets_on_fails(self, ours: AccountDriver) -> None:
        """After so many attempts; what it did can be undone."""
        await filled(ours)
        job = await started(ours, ActionRecord(Kind.TAG, "new"))
        await stopped(ours, job)
        for _ in range(MOST_TAKES):
            with pytest.raises(_Killed):
                async with task_of(context_of(ours), ours.account_id, job.job_id, ShownPlace()):
                    raise _Killed
        failed = await worked(ours, job)
        assert (failed.status, load(failed.detail).changed) == (JobStatus.FAILED, STEP - 1)
        await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)
        assert load((await worked(ours, job)).detail).undone == Undone(restored=STEP - 1)

    async def test_an_action_older_than_the_history_cannot_be_undone(self, ours: AccountDriver) -> None:
        """It says so, and changes nothing."""
        await filled(ours)
        job = await started(ours, ActionRecord(Kind.DELETE))
        await worked(ours, job)
        await ours.delete_old_events(before=ours.now + DAY)
        await ours.create(phone(70))
        with pytest.raises(JobConflict, match="HISTORY_DAYS"):
            await jobs.start_undo(context_of(ours), await account_of(ours), job.job_id)

    async def test_an_action_that_is_worked_on_is_not_deleted(self, ours: AccountDriver) -> None:
        """The error calls it an action."""
        await filled(ours)
        job = await started(ours, ActionRecord(Kind.DELETE))
        with pytest.raises(JobConflict, match=f"^Action {job.job_id} is being worked on"):
            await jobs.delete(context_of(ours), await account_of(ours), job.job_id)
