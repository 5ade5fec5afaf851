"""Imports a file into a database, and undoes imports there."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import click

from numberkeep.cli.import_file import FileImport, Imported
from numberkeep.cli.import_words import diff_lines
from numberkeep.cli.on_database import run_for
from numberkeep.cli.progress import Progress
from numberkeep.config.database_url import existing_database
from numberkeep.config.settings import load_settings
from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import Account
from numberkeep.domain.jobs.job import Job, JobStatus
from numberkeep.service.context import Context
from numberkeep.service.imports import jobs
from numberkeep.service.imports.choosing import options_of
from numberkeep.service.imports.differences import difference_of
from numberkeep.service.imports.preview import preview_import
from numberkeep.service.imports.rejects import write_rejects
from numberkeep.service.imports.run import run_import
from numberkeep.service.imports.staging import Staging
from numberkeep.service.imports.undo import undo_import
from numberkeep.service.imports.worker import ShownProgress, end_run, end_undo, fail, task_of
from numberkeep.stores import lock_store, make_staging


def import_on_database(database: str, account: str, given: FileImport) -> Imported:
    """Import a file into an account.

    Raises:
        StoreInUse: a service has the SQLite database; not for a dry run.
        NumberkeepError: as for `run_import`.
    """
    if given.dry_run:
        return run_for(database, account, lambda context, found: _preview(context, found, given))
    with _lock(database) as lock:
        return run_for(database, account, lambda context, found: _run(context, found, given, alone=lock is not None))


def undo_on_database(database: str, account: str, job_id: int, progress: Progress, *, lift_opt_outs: bool) -> Undone:
    """Undo an import of an account.

    Raises:
        StoreInUse: a service has the SQLite database.
        NumberkeepError: as for `start_undo`.
    """

    async def undone(context: Context, found: Account, *, alone: bool) -> Undone:
        if alone:
            await jobs.release(context, found, job_id)
        await jobs.start_undo(context, found, job_id, lift_opt_outs=lift_opt_outs, status=JobStatus.FOREGROUND)
        with _saying(f"The undo of import {job_id} was interrupted: repeat the command to continue it.", progress):
            async with task_of(context, found.account_id, job_id, ShownProgress()) as (held, _):
                done = await undo_import(held, progress)
                await end_undo(held)
        return done

    with _lock(database) as lock:
        return run_for(database, account, partial(undone, alone=lock is not None))


def _lock(database: str) -> AbstractContextManager[object | None]:
    """Return the lock of a SQLite database's only service; None if the database needs no lock."""
    return lock_store(load_settings(database=existing_database(database)))


async def _preview(context: Context, account: Account, given: FileImport) -> Imported:
    with make_staging() as staging:
        outcome = await preview_import(
            context,
            account.account_id,
            given.source,
            options_of(given.chosen, account.region),
            staging=staging,
            progress=given.progress,
            changed=_print_difference if given.diff else lambda _: None,
        )
        return Imported(outcome, _rejects(staging), None)


async def _run(context: Context, account: Account, given: FileImport, *, alone: bool) -> Imported:
    job = await _job(context, account, given, alone=alone)
    shown = ShownProgress()

    def progress(phase: str, done: int, total: int) -> None:
        shown(phase, done, total)
        given.progress(phase, done, total)

    interrupted = f"Import {job.job_id} was interrupted: --resume continues it."
    with make_staging() as staging, _saying(interrupted, given.progress):
        async with task_of(context, account.account_id, job.job_id, shown) as (held, _):
            try:
                outcome = await run_import(
                    held,
                    given.source,
                    staging=staging,
                    progress=progress,
                    changed=_print_difference if given.diff else lambda _: None,
                )
            except InvalidInput as error:
                await fail(held, str(error))
                raise
            await end_run(held, outcome)
        return Imported(outcome, _rejects(staging), job.job_id)


@contextmanager
def _saying(message: str, progress: Progress) -> Iterator[None]:
    """Print what happens next if the block is interrupted by Ctrl-C."""
    try:
        yield
    except asyncio.CancelledError:
        progress.end()
        click.echo(message, err=True)
        raise


async def _job(context: Context, account: Account, given: FileImport, *, alone: bool) -> Job:
    """Return the import to run: one that was interrupted, or a new one; see `resume_local`."""
    if given.resume:
        job = await jobs.resume_local(context, account, given.digest, alone=alone)
        wait = job.held_for(context.clock.now()) / SECOND
        if wait > 0:
            click.echo(
                f"Waiting {wait:.0f} s, in case the interrupted command still works on import {job.job_id}.", err=True
            )
            await asyncio.sleep(wait)
        return job
    before = await jobs.find(context, account, given.digest)
    if before is not None and before.active:
        click.echo(f"Import {before.job_id} of this file was interrupted: --resume continues it.", err=True)
    return await jobs.add_local(
        context,
        account,
        name=given.source.name,
        length=given.source.size,
        digest=given.digest,
        options=options_of(given.chosen, account.region),
    )


def _rejects(staging: Staging) -> BinaryIO:
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the caller reads it
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    write_rejects(staging, text)
    text.flush()
    text.detach()
    return file


def _print_difference(done: ImportedRow) -> None:
    difference = difference_of(done)
    if difference is not None:
        for line in diff_lines(difference):
            click.echo(line)
