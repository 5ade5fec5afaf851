"""`numberkeep import`: import a file of contacts, and undo that."""

import json
import shutil
from contextlib import ExitStack
from dataclasses import asdict
from io import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, cast

import click

from numberkeep.cli.default_command import DefaultCommand
from numberkeep.cli.exit_codes import ExitCode, Failure, end
from numberkeep.cli.import_columns import import_columns
from numberkeep.cli.import_file import FileImport, Imported
from numberkeep.cli.import_on_database import import_on_database, undo_on_database
from numberkeep.cli.import_on_service import import_on_service, undo_on_service
from numberkeep.cli.import_options import chosen_of, import_options
from numberkeep.cli.import_words import rejected_lines, summary, undone_lines
from numberkeep.cli.on_service import service, without_login
from numberkeep.cli.progress import Progress
from numberkeep.cli.targets import check_target, either_options, json_option
from numberkeep.config.database_url import without_password
from numberkeep.config.settings import load_remote
from numberkeep.domain.limits import MAX_NAME
from numberkeep.service.imports.source import Source
from numberkeep.service.keys import DEFAULT_ACCOUNT

_ANSWER_SECONDS: Final = 60.0


@click.group("import", cls=DefaultCommand, default="file")
def imports() -> None:
    """Import contacts from a file, and undo imports.

    `numberkeep import FILE` is short for `numberkeep import file FILE`.
    """


@imports.command("file")
@click.argument("file", type=click.File("rb"))
@either_options
@click.option("--dry-run", is_flag=True, help="Report what would change, and change nothing.")
@click.option("--diff", is_flag=True, help="Print each change: the field with its old and new value.")
@click.option(
    "--resume",
    is_flag=True,
    help="Continue an import of FILE that was interrupted, with the options that it had.",
)
@import_options
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows are written.  [default: FILE.rejects.csv, not with --dry-run]",
)
@json_option
def import_file(
    file: BinaryIO,
    database: str | None,
    account: str | None,
    *,
    dry_run: bool,
    diff: bool,
    resume: bool,
    rejects: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Import contacts from FILE, or with - from standard input.

    FILE is CSV, TSV, JSON, JSON Lines or vCards. Columns are matched by their names. Those about consent only ever opt
    out: nobody is opted in.

    FIELD is phone, name, first_name, last_name, company_name, assigned_to_email, sendblue_number, tags, opt_out,
    opt_in, status, country, calling_code, variable, custom_variables.LABEL or ignore.

    The file goes to the service that SENDBLUE_API_* name, which imports it even if this command is interrupted; with
    --database, straight into a database, and a SQLite database must then not be in use by a service, except with
    --dry-run. Exit 3 if rows were rejected; the others are imported.
    """
    if diff and as_json:
        raise click.UsageError("--diff and --json exclude each other: leave one out")
    if resume and dry_run:
        raise click.UsageError("--resume and --dry-run exclude each other: leave one out")
    target = _target(database, account)
    name = "standard input" if _is_stdin(file) else Path(file.name).name[:MAX_NAME]
    rejects = _rejects_path(file, rejects, dry_run=dry_run)
    click.echo(f"{'Planning the import of' if dry_run else 'Importing'} {name} into {target}.", err=True)
    with ExitStack() as stack:
        seekable = file if file.seekable() else stack.enter_context(_copied(file))
        source = Source(seekable, name, seekable.seek(0, SEEK_END))
        with Progress() as progress:
            given = FileImport(source, chosen_of(chosen), dry_run, diff, resume, progress)
            if database is None:
                with service(_ANSWER_SECONDS) as client:
                    imported = import_on_service(client, given)
            else:
                imported = import_on_database(database, account or DEFAULT_ACCOUNT, given)
    with imported.rejects:
        _report(imported, name, target, rejects, as_json=as_json)


@imports.command()
@click.argument("import_id", metavar="ID", type=click.IntRange(1))
@either_options
@click.option("--lift-opt-outs", is_flag=True, help="Also opt in the numbers that this import opted out.")
@json_option
def undo(import_id: int, database: str | None, account: str | None, *, lift_opt_outs: bool, as_json: bool) -> None:
    """Undo an import: delete what it created, restore what it changed.

    ID is the number that the import printed. What was changed since stays as it is, and so do opt-outs. Exit 3 if
    something was left because it was changed.
    """
    click.echo(f"Undoing import {import_id} in {_target(database, account)}.", err=True)
    with Progress() as progress:
        if database is None:
            with service(_ANSWER_SECONDS) as client:
                undone = undo_on_service(client, import_id, progress, lift_opt_outs=lift_opt_outs)
        else:
            of_account = account or DEFAULT_ACCOUNT
            undone = undo_on_database(database, of_account, import_id, progress, lift_opt_outs=lift_opt_outs)
    if as_json:
        click.echo(json.dumps(asdict(undone)))
    for line in undone_lines(undone):
        click.echo(line, err=True)
    if undone.left:
        end(ExitCode.PARTLY)


imports.add_command(import_columns)


def _report(imported: Imported, name: str, target: str, rejects: Path | None, *, as_json: bool) -> None:
    """Write the rejected rows, and print what was done."""
    counts = imported.outcome.counts
    written = rejects if counts.rejected else None
    if written is not None:
        _write(written, imported.rejects)
    for line in rejected_lines(imported.rejects, counts.rejected, written):
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(asdict(counts)))
    for line in summary(imported, name, target):
        click.echo(line, err=True)
    if counts.rejected:
        end(ExitCode.PARTLY)


def _target(database: str | None, account: str | None) -> str:
    """Return what a command works on, in words.

    Raises:
        ClickException, ConfigError: as for `check_target`.
    """
    check_target(database, account)
    if database is None:
        return f"the service at {without_login(load_remote().url)}"
    return f"the account {account or DEFAULT_ACCOUNT} in {without_password(database)}"


def _is_stdin(file: BinaryIO) -> bool:
    return file.name in {"-", "<stdin>"}


def _rejects_path(file: BinaryIO, rejects: Path | None, *, dry_run: bool) -> Path | None:
    """Return where rejected rows are written, or None if nowhere.

    Raises:
        click.UsageError: it is the file that is imported.
    """
    if rejects is None:
        return None if dry_run else Path("stdin.rejects.csv" if _is_stdin(file) else f"{file.name}.rejects.csv")
    if not _is_stdin(file) and rejects.exists() and rejects.samefile(file.name):
        raise click.UsageError("--rejects is the file that is imported: name another one")
    return rejects


def _write(path: Path, rejects: BinaryIO) -> None:
    """Write the rejected rows.

    Raises:
        Failure: they cannot be written.
    """
    rejects.seek(0)
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(rejects, file)
    except OSError as error:
        raise Failure(
            f"cannot write the rejected rows to {path}: {error.strerror}; name another file with --rejects"
        ) from None


def _copied(file: BinaryIO) -> BinaryIO:
    """Return a temporary copy of a file that can be read only once, such as a pipe."""
    copy = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(file, copy)
    return copy
