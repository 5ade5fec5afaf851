"""`numberkeep`: the group of all commands."""

from typing import Any, cast

import click

from numberkeep import __version__
from numberkeep.cli.entry import raise_interrupts
from numberkeep.cli.exit_codes import CommandLine
from numberkeep.cli.loading import Commands
from numberkeep.config.settings import setting_warnings

COMMANDS = Commands(
    {
        "serve": "serve:serve",
        "keys": "keys:keys",
        "accounts": "accounts:accounts",
        "webhooks": "webhooks:webhooks",
        "import": "imports:imports",
        "export": "export:export_contacts",
        "contacts": "contacts:contacts",
        "consent": "consent:consent",
        "simulate": "simulate:simulate",
        "listen": "listen:listen",
        "record": "record:record",
        "drift": "drift:drift",
        "backup": "database:backup",
        "restore": "database:restore",
        "check": "database:check",
        "copy": "copy:copy",
        "migrate": "migrate:migrate",
        "env": "env:env",
        "completion": "completion:completion",
        "doctor": "doctor:doctor",
        "ready": "ready:ready",
    }
)


@click.group(
    cls=CommandLine,
    commands=cast("Any", COMMANDS),  # click wants a mutable mapping, and changes it only in `add_command`
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="numberkeep")
@click.pass_context
def cli(context: click.Context) -> None:
    """A contacts service you own that speaks the Sendblue v2 Contacts API.

    Administration (`keys`, `accounts` and `backup` to `migrate`) works on the database, running or not: name it with
    --database or NUMBERKEEP_DATABASE. Other commands call the service that SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY
    and SENDBLUE_API_API_SECRET name; for `import`, `export`, `contacts`, `webhooks` and `consent`, typing --database
    chooses a database instead.

    `env` creates a key and prints the lines that set these variables.

    Exit codes: 0 done, 1 failed, 2 usage, 3 partly done or pending, 4 unauthorised, 130 interrupted.
    """
    raise_interrupts()
    if context.invoked_subcommand != "doctor":  # which reports them itself
        for warning in setting_warnings():
            click.echo(f"Warning: {warning}", err=True)
