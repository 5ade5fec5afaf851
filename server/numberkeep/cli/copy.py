"""`numberkeep copy`: copy one database to another, of either engine."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.progress import Progress
from numberkeep.cli.targets import json_option
from numberkeep.config.database_url import existing_database
from numberkeep.service import copying
from numberkeep.service.copying import SOURCE, TARGET, Copied
from numberkeep.stores import make_transfer


@click.command()
@click.argument("source", metavar=SOURCE)
@click.argument("target", metavar=TARGET)
@click.option("--force", is_flag=True, help="Overwrite a DST that was used after it was copied to.")
@json_option
def copy(source: str, target: str, *, force: bool, as_json: bool) -> None:
    """Copy a database to another, SQLite or PostgreSQL.

    SRC and DST are database URLs. DST must be empty or come from an earlier copy of SRC; then only the differences are
    written, and rows that SRC no longer has are removed. So an interrupted copy continues when you start it again, and
    a service moves with two copies: one while it serves from SRC, one after it has stopped.

    SRC is read as of one moment and never written. If a service or another command used DST after an earlier copy, the
    copy is refused unless you give --force.

    At the end both databases are read again and compared. Each table's name, row count and SHA-256 are printed.
    """
    existing_database(source)
    with Progress() as progress:
        copied = asyncio.run(copying.copy(make_transfer(source), make_transfer(target), progress, force=force))
    if as_json:
        click.echo(json.dumps([{**asdict(table), "equal": table.equal} for table in copied]))
    else:
        for table in copied:
            if table.equal:
                click.echo(f"{table.table}  {table.source.rows}  {table.source.sha256}")
    _report(copied)


def _report(copied: Sequence[Copied]) -> None:
    differing = [
        f"{table.table} ({table.source.rows} rows in {SOURCE}, {table.target.rows} in {TARGET})"
        for table in copied
        if not table.equal
    ]
    if differing:
        raise Failure(
            f"{TARGET} differs from {SOURCE} in {', '.join(differing)}: make sure that nothing else writes to "
            f"{TARGET}, and start the copy again"
        )
    written, removed = sum(table.written for table in copied), sum(table.removed for table in copied)
    click.echo(f"Wrote {written} rows and removed {removed}; {TARGET} is equal to {SOURCE}.", err=True)
