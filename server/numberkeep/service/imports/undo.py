"""Undoes an import."""

from dataclasses import replace

from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.domain.stamp import Cause, CauseKind
from numberkeep.service.context import Context
from numberkeep.service.imports.plan import Progress
from numberkeep.service.imports.record import Task, dump, load
from numberkeep.service.jobs import Working
from numberkeep.service.undoing import Undoing, undo_changes, undoable_until


def cause_of(job_id: int) -> Cause:
    """Return the cause of what an import changes."""
    return Cause(CauseKind.IMPORT, str(job_id))


def undo_until(context: Context, job: Job) -> int | None:
    """Return until when an import that runs now, or has run, can be undone; see `undoable_until`."""
    return undoable_until(context, load(job.detail).begun_at or job.created_at)


def is_undoable(context: Context, job: Job) -> bool:
    """Return whether an import has changed something that can be undone now: after an undo, its opt-outs can."""
    record = load(job.detail)
    if not record.events[0] or job.active:
        return False
    if record.task is Task.UNDO and job.status is JobStatus.DONE and not (record.undone and record.undone.opted_out):
        return False
    until = undo_until(context, job)
    return until is None or context.clock.now() < until


async def undo_import(held: Working, progress: Progress) -> Undone:
    """Undo an import, from where the job is, the last change first.

    Args:
        held: the job, with an ImportRecord, and who acts.
        progress: called as the work goes on.

    Raises:
        JobLost: another process continues the job.
    """

    def advance(detail: str, before: int, undone: Undone) -> str:
        return dump(replace(load(detail), before=before, undone=undone, takes=0))

    record, job_id = load(held.job.detail), held.job.job_id
    undoing = Undoing(
        cause_of(job_id),
        f"undo of import {job_id}",
        record.events,
        record.before,
        record.undone,
        record.lift_opt_outs,
    )
    return await undo_changes(held, undoing, advance, progress)
