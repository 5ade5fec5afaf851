"""`numberkeep backup`, `restore` and `check`: the database as a file, while it serves or not."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from numberkeep.cli.on_database import database_option, json_option
from numberkeep.config.database_url import database_file
from numberkeep.config.settings import load_settings
from numberkeep.config.values import ConfigError
from numberkeep.store.sqlite import backup as backups
from numberkeep.store.sqlite import checking
from numberkeep.store.sqlite.copying import Contents, Progress


class _FilePath(click.Path):
    """A file by its name; `-` is no name here."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path.

        Raises:
            click.BadParameter: it cannot be one of a database.
        """
        if value == "-":
            self.fail("a database is copied page by page to a file: name one", param, ctx)
        return Path(str(super().convert(value, param, ctx)))


@click.command()
@click.argument("file", type=_FilePath())
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@database_option
def backup(file: Path, database: str | None, *, force: bool) -> None:
    """Copy the database into FILE, while it serves or not.

    FILE is a complete database, which `numberkeep serve --database sqlite:///FILE` serves.
    """
    source = _database(database)
    contents = backups.back_up(source, file, replace=force, progress=_progress("Copied"))
    click.echo(f"Backed {source} up into {file}: {_counted(contents)}.", err=True)


@click.command()
@click.argument("file", type=_FilePath(exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the database where it is there; it is kept under another name.")
@database_option
def restore(file: Path, database: str | None, *, force: bool) -> None:
    """Put the backup FILE in the place of the database, while no service has it.

    The database that was there is kept beside it as NAME.replaced- and the time.
    """
    target = _database(database, there=False)
    restored = backups.restore(file, target, replace=force, at=datetime.now(UTC), progress=_progress("Copied"))
    click.echo(f"Restored {target} from {file}: {_counted(restored.contents)}.", err=True)
    if restored.kept is not None:
        click.echo(f"What was there is kept as {restored.kept.name}.", err=True)


@click.command()
@database_option
@json_option
def check(database: str | None, *, as_json: bool) -> None:
    """Look whether the database is sound, while it serves or not; exit 1 where it is not.

    SQLite's integrity check, its foreign keys, and that counts, tags and opt-outs agree with the contacts. Nothing that
    is printed says who a contact is.
    """
    path = _database(database)
    checked = checking.check(path)
    if as_json:
        click.echo(json.dumps({"sound": not checked.faults, **asdict(checked)}))
    elif not checked.faults:
        click.echo(f"{path} is sound: {_number(checked.accounts, 'account')}, {_number(checked.contacts, 'contact')}")
    else:
        for fault in checked.faults:
            click.echo(_line(fault))
    if checked.faults:
        sys.exit(1)


def _database(database: str | None, *, there: bool = True) -> Path:
    path = database_file(load_settings(database=database).database)
    if there and not path.exists():
        raise ConfigError(f"there is no database {path}: name another with --database")
    return path


def _progress(done_word: str) -> Progress:
    """Percents on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda _done, _of: None

    def show(done: int, of: int) -> None:
        click.echo(f"\r{done_word} {100 * done // max(of, 1)} %", nl=done == of, err=True)

    return show


def _line(fault: checking.Fault) -> str:
    where = f" of account {fault.account_id}" if fault.account_id is not None else ""
    what = f"contact {fault.contact_id}{where}: " if fault.contact_id else f"account {fault.account_id}: " * bool(where)
    return f"{fault.rule}: {what}{fault.message}"


def _counted(contents: Contents) -> str:
    size = f"{contents.size / 1_000_000:.1f} MB"
    return f"{_number(contents.accounts, 'account')}, {_number(contents.contacts, 'contact')}, {size}"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
