"""`numberkeep migrate`: update the database schema without serving."""

import asyncio

import click

from numberkeep.cli.targets import database_option
from numberkeep.config.database_url import existing_database
from numberkeep.config.settings import load_settings
from numberkeep.domain.identity import contact_id_text
from numberkeep.stores import make_store


@click.command()
@database_option
def migrate(database: str) -> None:
    """Update the database schema, and print what was done.

    `serve` does this too when it starts. If a PostgreSQL database has the extension Citus, its tables are distributed
    over the nodes; a table that holds rows is locked against writes meanwhile.
    """
    done = asyncio.run(make_store(load_settings(database=existing_database(database))).upgrade())
    if done.before == done.after:
        click.echo(f"The schema is up to date, at version {done.after}.")
    else:
        click.echo(f"The schema was updated from version {done.before} to {done.after}.")
    for kept, other in done.collisions:
        ids = contact_id_text(kept), contact_id_text(other)
        click.echo("Contact {} has the number of contact {} in another spelling, and keeps it.".format(*ids))
    if done.collisions:
        click.echo(f"{len(done.collisions)} contacts have a number that another has; the list filter `cid` finds each.")
    if done.spread:
        click.echo(f"Citus: distributed {len(done.spread)} tables: {', '.join(done.spread)}.")
    elif done.spread is not None:
        click.echo("Citus: every table was already distributed.")
