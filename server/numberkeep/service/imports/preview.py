"""Finds out what an import would do, without changing anything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.domain.errors import FieldError
from numberkeep.service.context import Context
from numberkeep.service.imports.commands import contact_command, opt_out_commands, steps_of
from numberkeep.service.imports.counts import Outcome, Tally
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import Progress
from numberkeep.service.imports.planning import planned
from numberkeep.service.imports.rejects import put_refused
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import Staging


async def preview_import(
    context: Context,
    account_id: int,
    source: Source,
    options: Options,
    *,
    staging: Staging,
    progress: Progress,
    rest: float = 0,
    changed: Callable[[ImportedRow], None] = lambda _: None,
) -> Outcome:
    """Return what an import of a file would do, and leave its rejected rows in the staging.

    Args:
        context: the service's context.
        account_id: the account.
        source: the file.
        options: how it would be imported.
        staging: an empty staging.
        progress: called as the work goes on, at the beginning on a thread of its own.
        rest: seconds that the plan leaves the interpreter to other threads after each batch of rows.
        changed: called with what would become of each number.

    Raises:
        InvalidInput: the options name a column that the file does not have.
    """
    plan = await planned(source, options, staging, progress, rest=rest)
    tally = Tally()
    refused: dict[int, FieldError] = {}
    place = 0
    for rows in steps_of(staging.rows()):
        command = await context.slices.run(contact_command(context, account_id, rows, options, source.name))
        done = await _previewed(context, command)
        tally = tally.after(done)
        for each in done:
            if each.errors:
                refused.setdefault(each.index, each.errors[0])
            changed(each)
        place += len(rows)
        progress("Planning", place, plan.contacts)
    for opt_outs in opt_out_commands(context, account_id, staging, source.name):
        new = (await _previewed(context, opt_outs)).new
        tally = replace(tally, opted_out=tally.opted_out + new)
    await put_refused(source, options, staging, refused)
    return tally.outcome(plan)


async def _previewed(context: Context, command: AccountCommand[Any]) -> Any:
    [outcome] = (await context.store.preview([command])).outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
