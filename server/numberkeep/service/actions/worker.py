"""What the service does with an action that was started: it runs it or undoes it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from numberkeep.domain.jobs.commands import DeleteJobParts
from numberkeep.domain.jobs.job import JobStatus
from numberkeep.service.actions.record import ActionRecord, Kind, Task, cause_of, changing, load
from numberkeep.service.actions.run import change_contacts, export_contacts, undo_action
from numberkeep.service.context import Context
from numberkeep.service.exports.form import Form
from numberkeep.service.job_attempts import check_takes, failing
from numberkeep.service.jobs import Change, Working, working
from numberkeep.service.undoing import undoing_of

MakeForm = Callable[[str, str], Form]
"""Returns what writes a file, for a format and the program that it is for."""


class ShownPlace:
    """How many numbers of an action are done, which is stored every second."""

    def __init__(self) -> None:
        self.place = 0

    def __call__(self, place: int) -> None:
        """Remember how far the work is."""
        self.place = max(self.place, place)

    def change(self) -> Change:
        """Return the change that stores it."""
        place = self.place
        return changing(lambda record: replace(record, place=max(record.place, place)))


class ActionWorker:
    """Works on actions.

    Args:
        make_form: makes what writes the file of an export.
    """

    def __init__(self, make_form: MakeForm) -> None:
        self._make_form = make_form

    async def work(self, context: Context, account_id: int, job_id: int) -> None:
        """Do what was started.

        Raises:
            JobConflict: as for `working`.
            StoreUnavailable, StoreBusy: the store failed; the task can be continued.
        """
        progress = ShownPlace()
        async with task_of(context, account_id, job_id, progress) as (held, record):

            async def fail(reason: str) -> None:
                await held.end(JobStatus.FAILED, changing(lambda now: replace(now, error=reason)))

            async with failing(held.job, fail):
                check_takes(record.takes)
                if record.task is Task.UNDO:
                    await undo_action(held, lambda _phase, _done, _total: None)
                elif record.kind is Kind.EXPORT:
                    await export_contacts(held, self._make_form(record.format, record.made_for), progress)
                else:
                    await change_contacts(held, progress)
                await held.end(JobStatus.DONE, lambda detail: detail)
            if record.kind is not Kind.EXPORT:  # an undo goes by the events
                await context.apply(DeleteJobParts(account_id, job_id, lambda job: job, context.stamp(0)))


@asynccontextmanager
async def task_of(
    context: Context, account_id: int, job_id: int, progress: ShownPlace
) -> AsyncIterator[tuple[Working, ActionRecord]]:
    """Take an action, and keep it until the end of the block; what is changed has it as its cause."""
    async with working(context, account_id, job_id, progress.change) as held:
        record = load(held.job.detail)
        cause = undoing_of(job_id) if record.task is Task.UNDO else cause_of(job_id)
        held.context = context.acting(record.actor, cause)
        await held.show(changing(lambda now: replace(now, takes=now.takes + 1)))
        yield held, record
