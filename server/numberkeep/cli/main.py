"""`numberkeep`, and what its commands share."""

import sys

import click

from numberkeep import __version__
from numberkeep.cli.accounts import accounts
from numberkeep.cli.consent import consent
from numberkeep.cli.copy import copy
from numberkeep.cli.database import backup, check, restore
from numberkeep.cli.keys import keys
from numberkeep.cli.listen import listen
from numberkeep.cli.migrate import migrate
from numberkeep.cli.remote import with_mends
from numberkeep.cli.serve import serve
from numberkeep.cli.simulate import simulate
from numberkeep.cli.webhooks import webhooks
from numberkeep.config.values import ConfigError, is_utf8
from numberkeep.domain.errors import InvalidInput, NumberkeepError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="numberkeep")
def cli() -> None:
    """A contacts service you own, speaking the Sendblue v2 Contacts API."""


cli.add_command(serve)
cli.add_command(keys)
cli.add_command(backup)
cli.add_command(restore)
cli.add_command(check)
cli.add_command(copy)
cli.add_command(migrate)
cli.add_command(accounts)
cli.add_command(webhooks)
cli.add_command(consent)
cli.add_command(simulate)
cli.add_command(listen)


def main() -> None:
    """Run the command line; an error that is expected is one line on stderr."""
    for argument in sys.argv[1:]:
        if not is_utf8(argument):
            _fail(f"the argument {argument!a} is not valid UTF-8: write it anew, or rename the file that it names", 2)
    try:
        cli()
    except ConfigError as error:
        _fail(str(error), 2)
    except InvalidInput as error:
        _fail(with_mends(str(error), [(each.field, each.message) for each in error.fields]), 1)
    except NumberkeepError as error:
        _fail(str(error), 1)


def _fail(text: str, code: int) -> None:
    click.echo(f"numberkeep: {text}", err=True)
    sys.exit(code)
