"""`numberkeep backup` and `restore` of SQLite files, and `check` of a database."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from numberkeep.cli.exit_codes import ExitCode, end
from numberkeep.cli.progress import Progress
from numberkeep.cli.targets import database_option, json_option
from numberkeep.config.database_url import database_file, existing_database, is_postgres, without_password
from numberkeep.store.checking import Fault
from numberkeep.store.sqlite import backup as backups
from numberkeep.store.sqlite.copying import Contents
from numberkeep.stores import check_database

_PHASE = "Copying"


class _FilePath(click.Path):
    """A file name; `-` is not standard input here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path.

        Raises:
            click.BadParameter: it is not the name of a file.
        """
        if value == "-":
            self.fail("name a file: a database cannot be copied to or from a stream", param, ctx)
        return Path(str(super().convert(value, param, ctx)))


@click.command()
@click.argument("file", type=_FilePath())
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@database_option
def backup(file: Path, database: str, *, force: bool) -> None:
    """Copy the database to FILE, even while it is served.

    FILE is a complete database: `numberkeep serve --database sqlite:///FILE` serves it.
    """
    source = database_file(existing_database(database))
    with Progress() as progress:
        contents = backups.back_up(source, file, replace=force, progress=partial(progress, _PHASE))
    click.echo(f"Backed up {source} to {file}: {_counted(contents)}.", err=True)


@click.command()
@click.argument("file", type=_FilePath(exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace an existing database; it is kept under another name.")
@database_option
def restore(file: Path, database: str, *, force: bool) -> None:
    """Replace the database with the backup FILE.

    Stop the service first. The replaced database is kept next to the new one, as NAME.replaced-TIME.
    """
    target = database_file(database)
    with Progress() as progress:
        restored = backups.restore(
            file, target, replace=force, at=datetime.now(UTC), progress=partial(progress, _PHASE)
        )
    click.echo(f"Restored {target} from {file}: {_counted(restored.contents)}.", err=True)
    if restored.kept is not None:
        click.echo(f"The replaced database is kept as {restored.kept.name}.", err=True)


@click.command()
@database_option
@json_option
def check(database: str, *, as_json: bool) -> None:
    """Check the database for faults, even while it is served.

    Checks that counts, tags, opt-outs and the search index agree with the contacts; on SQLite, also runs its integrity
    and foreign key checks. Exits with 1 if there are faults. The output identifies contacts by their contact_id only.
    """
    checked = asyncio.run(check_database(existing_database(database)))
    if as_json:
        click.echo(json.dumps({"sound": not checked.faults, **asdict(checked)}))
    elif not checked.faults:
        counts = f"{_number(checked.accounts, 'account')}, {_number(checked.contacts, 'contact')}"
        click.echo(f"{_name(database)} is sound: {counts}")
    else:
        for fault in checked.faults:
            click.echo(_line(fault))
    if checked.faults:
        end(ExitCode.FAILED)


def _name(database: str) -> str:
    return without_password(database) if is_postgres(database) else str(database_file(database))


def _line(fault: Fault) -> str:
    where = f" of account {fault.account_id}" if fault.account_id is not None else ""
    what = f"contact {fault.contact_id}{where}: " if fault.contact_id else f"account {fault.account_id}: " * bool(where)
    return f"{fault.rule}: {what}{fault.message}"


def _counted(contents: Contents) -> str:
    size = f"{contents.size / 1_000_000:.1f} MB"
    return f"{_number(contents.accounts, 'account')}, {_number(contents.contacts, 'contact')}, {size}"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
