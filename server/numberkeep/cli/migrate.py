"""`numberkeep migrate`: bring a database's schema up to date, apart from serving it."""

import asyncio

import click

from numberkeep.app import make_store
from numberkeep.cli.on_database import database_option
from numberkeep.config.database_url import database_file, is_postgres
from numberkeep.config.settings import load_settings
from numberkeep.config.values import ConfigError


@click.command()
@database_option
def migrate(database: str | None) -> None:
    """Bring the database's schema up to date, which `serve` does too, and say what was done.

    Where a PostgreSQL database has the extension Citus, its tables are spread over the nodes. A table that holds rows
    is locked against writing for that time.
    """
    settings = load_settings(database=database)
    if not is_postgres(settings.database) and not (path := database_file(settings.database)).exists():
        raise ConfigError(f"there is no database {path}: name another with --database")
    done = asyncio.run(make_store(settings).upgrade())
    if done.before == done.after:
        click.echo(f"The schema is up to date, at version {done.after}.")
    else:
        click.echo(f"The schema went from version {done.before} to {done.after}.")
    if done.spread:
        click.echo(f"Citus has spread {len(done.spread)} tables: {', '.join(done.spread)}.")
    elif done.spread is not None:
        click.echo("Citus had spread every table before.")
