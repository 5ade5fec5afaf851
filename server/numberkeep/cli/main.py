"""`numberkeep`: the command line's entry point."""

import click

from numberkeep import __version__
from numberkeep.cli.accounts import accounts
from numberkeep.cli.consent import consent
from numberkeep.cli.copy import copy
from numberkeep.cli.database import backup, check, restore
from numberkeep.cli.exit_codes import CommandLine
from numberkeep.cli.export import export_contacts
from numberkeep.cli.imports import import_file
from numberkeep.cli.keys import keys
from numberkeep.cli.listen import listen
from numberkeep.cli.migrate import migrate
from numberkeep.cli.serve import serve
from numberkeep.cli.simulate import simulate
from numberkeep.cli.webhooks import webhooks
from numberkeep.config.settings import setting_warnings


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="numberkeep")
def cli() -> None:
    """A contacts service you own that speaks the Sendblue v2 Contacts API.

    Administration works on the database, running or not: name it with --database or NUMBERKEEP_DATABASE. `simulate`,
    `listen`, `export` and `consent` call the service that SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY and
    SENDBLUE_API_API_SECRET name; for `export` and `consent`, typing --database chooses a database instead.

    Exit codes: 0 done, 1 failed, 2 usage, 3 partly done or pending, 4 unauthorised, 130 interrupted.
    """
    for warning in setting_warnings():
        click.echo(f"Warning: {warning}", err=True)


for _command in (
    *(serve, keys, accounts, webhooks, import_file, export_contacts, consent, simulate, listen),
    *(backup, restore, check, copy, migrate),
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    cli()
