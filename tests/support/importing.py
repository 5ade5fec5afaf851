"""Imports a file as a command at a terminal does."""

import hashlib
from collections.abc import Callable
from io import BytesIO, StringIO

from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.imports.counts import Outcome
from numberkeep.service.imports.jobs import add_local
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.preview import preview_import
from numberkeep.service.imports.rejects import write_rejects
from numberkeep.service.imports.run import run_import
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.worker import ShownProgress, end_run, task_of
from numberkeep.store.sqlite import SqliteStaging


def show(_phase: str, _done: int, _total: int) -> None:
    """Show no progress."""


async def imported(
    context: Context,
    account: Account,
    data: bytes,
    options: Options,
    *,
    dry_run: bool = False,
    changed: Callable[[ImportedRow], None] = lambda _: None,
) -> tuple[Outcome, str]:
    """Import a file, or find out what that would do; return the outcome, and the file of its rejected rows."""
    source = Source(BytesIO(data), "list.csv", len(data))
    with SqliteStaging() as staging:
        if dry_run:
            outcome = await preview_import(
                context, account.account_id, source, options, staging=staging, progress=show, changed=changed
            )
        else:
            digest = hashlib.sha256(data).hexdigest()
            job = await add_local(
                context, account, name=source.name, length=source.size, digest=digest, options=options
            )
            async with task_of(context, account.account_id, job.job_id, ShownProgress()) as (held, _):
                outcome = await run_import(held, source, staging=staging, progress=show, changed=changed)
                await end_run(held, outcome)
        text = StringIO(newline="")
        write_rejects(staging, text)
    return outcome, text.getvalue()
