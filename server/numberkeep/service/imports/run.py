"""Runs an import: plans it, and applies the rows step by step, so that it can be continued after any of them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from numberkeep import __version__
from numberkeep.domain.consent.commands import Imported, ImportOptOuts
from numberkeep.domain.contacts.importing import ImportContacts, ImportedRow
from numberkeep.domain.errors import FieldError
from numberkeep.domain.jobs.job import JobPart
from numberkeep.service.imports.commands import contact_command, opt_out_commands, steps_of
from numberkeep.service.imports.counts import Outcome, Tally
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import Progress
from numberkeep.service.imports.planning import planned
from numberkeep.service.imports.record import ImportRecord, changing, dump, load
from numberkeep.service.imports.rejects import put_refused
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import StagedRow, Staging
from numberkeep.service.imports.stored_files import refused_name
from numberkeep.service.job_files import stored
from numberkeep.service.jobs import Working

_IMPORTING: Final = "Importing"


async def run_import(
    held: Working,
    source: Source,
    *,
    staging: Staging,
    progress: Progress,
    rest: float = 0,
    changed: Callable[[ImportedRow], None] = lambda _: None,
) -> Outcome:
    """Import a file, from where the job is, and leave its rejected rows in the staging.

    Args:
        held: the job, with an ImportRecord, and who acts.
        source: the file.
        staging: an empty staging.
        progress: called as the work goes on, at the beginning on a thread of its own.
        rest: seconds that the plan leaves the interpreter to other threads after each batch of rows.
        changed: called with what became of each number.

    Raises:
        InvalidInput: the options name a column that the file does not have.
        JobLost: another process continues the job.
    """
    record = load(held.job.detail)
    if record.version != __version__:
        await held.show(changing(ImportRecord.restarted))
        record = record.restarted()
    options = record.options
    plan = await planned(source, options, staging, progress, rest=rest)
    place, tally = record.place, record.tally
    async with aclosing(_commands(held, steps_of(staging.rows(place)), options, source.name)) as commands:
        async for command in commands:
            done, tally = await _apply(held, record, command, tally.refused, plan.contacts)
            for each in done:
                changed(each)
            place += len(command.rows)
            progress(_IMPORTING, place, plan.contacts)
    for opt_outs in opt_out_commands(held.context, held.account_id, staging, source.name, record.opted_out):
        tally = _opted_out(tally, await _apply_opt_outs(held, opt_outs))
    refused = await _refused(held, record.attempt, tally.refused)
    await put_refused(source, options, staging, refused)
    return tally.outcome(plan)


async def _commands(
    held: Working, groups: Iterable[Sequence[StagedRow]], options: Options, source: str
) -> AsyncGenerator[ImportContacts, None]:
    """Yield the command of each step; the next one is made while one is applied."""
    made: asyncio.Task[ImportContacts] | None = None
    try:
        for rows in groups:
            making = contact_command(held.context, held.account_id, rows, options, source)
            before, made = made, asyncio.create_task(held.context.slices.run(making))
            if before is not None:
                yield await before
        if made is not None:
            yield await made
    finally:
        if made is not None:
            made.cancel()


async def _apply(
    held: Working, record: ImportRecord, command: ImportContacts, refused: int, total: int
) -> tuple[Sequence[ImportedRow], Tally]:
    """Apply rows to contacts, and store why some of them are refused as the `refused`-th part.

    Return what became of them, and of all rows so far.
    """
    tally = Tally()

    def advance(detail: str, done: Sequence[ImportedRow], events: range) -> str:
        nonlocal tally  # the last call is the one that is stored
        now = load(detail)
        tally = now.tally.after(done)
        place = now.place + len(command.rows)
        now = now.shown(_IMPORTING, place, total)
        return dump(replace(now, place=place, tally=tally, events=_joined(now.events, events), takes=0))

    def parts(done: Sequence[ImportedRow]) -> Iterator[JobPart]:
        faults = [(each.index, error.field, error.message) for each in done for error in each.errors[:1]]
        if faults:
            name = refused_name(record.attempt)
            yield JobPart(held.job.job_id, name, refused, json.dumps(faults).encode())

    done = await held.step(command, advance, lambda done: [*parts(done)])
    return done, tally


async def _apply_opt_outs(held: Working, command: ImportOptOuts) -> Imported:
    def advance(detail: str, done: Imported, events: range) -> str:
        now = load(detail)
        tally = _opted_out(now.tally, done)
        return dump(
            replace(now, opted_out=command.phones[-1], tally=tally, events=_joined(now.events, events), takes=0)
        )

    return await held.step(command, advance)


def _opted_out(tally: Tally, done: Imported) -> Tally:
    return replace(tally, opted_out=tally.opted_out + done.new)


def _joined(before: tuple[int, int], events: range) -> tuple[int, int]:
    return (before[0] or events.start, events.stop - 1) if events else before


async def _refused(held: Working, attempt: int, count: int) -> dict[int, FieldError]:
    """Return why rows were refused, by their index."""
    refused: dict[int, FieldError] = {}
    if count:
        async for data in stored(held.context, held.account_id, held.job.job_id, refused_name(attempt)):
            for index, field, message in json.loads(data):
                refused.setdefault(index, FieldError(field, message))
    return refused
