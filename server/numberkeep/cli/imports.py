"""`numberkeep import`: import a file of contacts."""

import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from io import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import click

from numberkeep.app import lock_store, make_staging
from numberkeep.cli.exit_codes import ExitCode, Failure, end
from numberkeep.cli.import_words import diff_lines, rejected_lines, summary
from numberkeep.cli.on_database import run_for
from numberkeep.cli.progress import Progress
from numberkeep.cli.targets import account_option, json_option, typed_database_option
from numberkeep.config.database_url import existing_database, without_password
from numberkeep.config.settings import load_settings
from numberkeep.domain.contacts.importing import Existing, ImportedRow
from numberkeep.domain.identity import Account
from numberkeep.domain.limits import MAX_TAG
from numberkeep.domain.phone import known_region
from numberkeep.formats.lines import is_encoding
from numberkeep.service.context import Context
from numberkeep.service.imports import run
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import Column, Options, parse_column
from numberkeep.service.imports.rejects import write_rejects
from numberkeep.service.imports.staging import Staging


def _columns(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> dict[str, Column]:
    try:
        return dict(map(parse_column, given))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _tags(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    for tag in given:
        if not tag.strip() or len(tag) > MAX_TAG:
            raise click.BadParameter(f"a tag must have 1 to {MAX_TAG} characters that are not all spaces")
    return tuple(given)


def _region(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    return None if given is None else known_region(given)


def _encoding(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not is_encoding(given):
        raise click.BadParameter(f"there is no encoding {given!r}: use one that Python knows, for example shift_jis")
    return given


@click.command("import")
@click.argument("file", type=click.File("rb"))
@typed_database_option
@account_option
@click.option("--dry-run", is_flag=True, help="Report what would change, and change nothing.")
@click.option("--diff", is_flag=True, help="Print each change: the field with its old and new value.")
@click.option(
    "--existing",
    type=click.Choice([each.value for each in Existing]),
    default=Existing.UPDATE.value,
    callback=lambda _context, _parameter, given: Existing(given),
    show_default=True,
    help="What happens to contacts that exist: cells that are not empty change them, nothing does, or only their empty "
    "fields are filled.",
)
@click.option("--replace-tags", is_flag=True, help="Replace the tags of contacts that exist instead of adding tags.")
@click.option("--tag", "tags", multiple=True, callback=_tags, help="Add this tag to every contact; repeatable.")
@click.option(
    "--region", callback=_region, help="Region of numbers without +, for example GB.  [default: the account's]"
)
@click.option(
    "--numbers",
    type=click.Choice([each.value for each in Numbers]),
    default=Numbers.MOBILE.value,
    callback=lambda _context, _parameter, given: Numbers(given),
    show_default=True,
    help="Which of several numbers in a row: the one that is called mobile, the first, the best by the numbering plan, "
    "or each as a contact of its own.",
)
@click.option(
    "--map",
    "columns",
    metavar="COLUMN=FIELD",
    multiple=True,
    callback=_columns,
    help="Use a column as FIELD; repeatable.",
)
@click.option(
    "--unmapped",
    type=click.Choice(["variables", "drop"]),
    default="variables",
    show_default=True,
    help="What happens to other columns: they become custom variables, or are left out.",
)
@click.option("--encoding", callback=_encoding, help="Encoding of the file.  [default: found by its content]")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows are written.  [default: FILE.rejects.csv, not with --dry-run]",
)
@json_option
def import_file(
    file: BinaryIO,
    database: str,
    account: str,
    *,
    dry_run: bool,
    diff: bool,
    region: str | None,
    unmapped: str,
    rejects: Path | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Import contacts from FILE, or with - from standard input.

    FILE is CSV, TSV, JSON Lines or vCards. Columns are matched by their names. Columns about consent only ever opt out:
    nobody is opted in.

    FIELD is phone, name, first_name, last_name, company_name, assigned_to_email, sendblue_number, tags, opt_out,
    opt_in, status, country, calling_code, variable, custom_variables.LABEL or ignore.

    A SQLite database must not be in use by a service, except with --dry-run. Exit 3 if rows were rejected; the others
    are imported.
    """
    if diff and as_json:
        raise click.UsageError("--diff and --json exclude each other: leave one out")
    name = "standard input" if _is_stdin(file) else Path(file.name).name
    rejects = _rejects_path(file, rejects, dry_run=dry_run)

    async def imported(context: Context, found: Account) -> run.Outcome:
        options = Options(region or found.region, keep_unmatched=unmapped == "variables", **chosen)
        return await run.import_file(
            context,
            found,
            source,
            options=options,
            staging=staging,
            size=_size(source),
            source=name,
            dry_run=dry_run,
            progress=progress,
            changed=_print_diff if diff else None,
        )

    with ExitStack() as stack:
        source = file if file.seekable() else stack.enter_context(_copied(file))
        if not dry_run:
            stack.enter_context(lock_store(load_settings(database=existing_database(database))))
        staging = stack.enter_context(make_staging())
        with Progress() as progress:
            outcome = run_for(database, account, imported)
        if outcome.counts.rejected and rejects is not None:
            _write(rejects, staging)
        for line in rejected_lines(staging.rejects(), outcome.counts.rejected, rejects):
            click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(run.counted(outcome.counts)))
    for line in summary(outcome, name, f"{account} in {without_password(database)}", dry_run=dry_run):
        click.echo(line, err=True)
    if outcome.counts.rejected:
        end(ExitCode.PARTLY)


def _print_diff(done: ImportedRow) -> None:
    for line in diff_lines(done):
        click.echo(line)


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


def _write(path: Path, staging: Staging) -> None:
    """Write the rejected rows.

    Raises:
        Failure: it cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as text:
            write_rejects(staging, text)
    except OSError as error:
        raise Failure(
            f"cannot write the rejected rows to {path}: {error.strerror}; name another file with --rejects"
        ) from None


def _copied(file: BinaryIO) -> BinaryIO:
    """Return a temporary copy of a file that can be read only once, such as a pipe."""
    copy = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(file, copy)
    return copy


def _size(file: BinaryIO) -> int:
    return file.seek(0, SEEK_END)
