"""Undoes an import."""

from dataclasses import replace

from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.stamp import Cause, CauseKind
from numberkeep.service.imports.plan import Progress
from numberkeep.service.imports.record import dump, load
from numberkeep.service.jobs import Working
from numberkeep.service.undoing import Undoing, undo_changes


def cause_of(job_id: int) -> Cause:
    """Return the cause of what an import changes."""
    return Cause(CauseKind.IMPORT, str(job_id))


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
