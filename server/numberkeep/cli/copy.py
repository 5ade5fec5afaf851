"""`numberkeep copy`: all that one database has into another, of either engine."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from numberkeep.app import make_transfer
from numberkeep.cli.on_database import json_option
from numberkeep.cli.progress import Progress
from numberkeep.config.database_url import database_file, is_postgres
from numberkeep.config.values import ConfigError
from numberkeep.service import copying
from numberkeep.service.copying import SOURCE, TARGET, Copied


@click.command()
@click.argument("source", metavar=SOURCE)
@click.argument("target", metavar=TARGET)
@click.option("--force", is_flag=True, help="Take a DST that was used since back to what SRC holds.")
@json_option
def copy(source: str, target: str, *, force: bool, as_json: bool) -> None:
    """Copy every account, key, contact and message from the database SRC to the database DST, both URLs.

    DST is empty, or was written by a copy of SRC before: then only what differs is written, and what SRC no longer has
    is removed. So an interrupted copy is started again, and a service is moved by copying twice: once while it serves
    from SRC, and once more when it has stopped. SRC is read as of one moment and never written. A DST that was served,
    or opened by another command, since it was copied to is refused without --force.

    In the end both are read anew and compared. Each table's name, number of rows and SHA-256 are printed.
    """
    if not is_postgres(source) and not (path := database_file(source)).exists():
        raise ConfigError(f"there is no database {path}: name another {SOURCE}")
    progress = Progress()
    try:
        copied = asyncio.run(copying.copy(make_transfer(source), make_transfer(target), progress, force=force))
    finally:
        progress.clear()
    if as_json:
        click.echo(json.dumps([{**asdict(table), "equal": table.equal} for table in copied]))
    else:
        for table in copied:
            if table.equal:
                click.echo(f"{table.table}  {table.source.rows}  {table.source.sha256}")
    _tell(copied)


def _tell(copied: Sequence[Copied]) -> None:
    differing = [
        f"{table.table} ({table.source.rows} rows in {SOURCE}, {table.target.rows} in {TARGET})"
        for table in copied
        if not table.equal
    ]
    if differing:
        raise click.ClickException(
            f"{TARGET} differs from {SOURCE} in {', '.join(differing)}: see that nothing else writes to {TARGET}, and "
            "start the copy again"
        )
    written, removed = sum(table.written for table in copied), sum(table.removed for table in copied)
    click.echo(f"Wrote {written} rows and removed {removed}; {TARGET} holds what {SOURCE} holds.", err=True)
