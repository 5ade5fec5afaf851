"""`numberkeep accounts`: an account's region, verification text and signing secret."""

import json
from typing import Any

import click

from numberkeep.cli.on_database import no_account, run
from numberkeep.cli.secret_file import first_line
from numberkeep.cli.targets import database_option, json_option
from numberkeep.domain.identity import Account
from numberkeep.domain.verification.verification import DEFAULT_TEXT
from numberkeep.service import accounts as service


@click.group()
def accounts() -> None:
    """List accounts and change their settings."""


@accounts.command("list")
@database_option
@json_option
def list_(database: str, *, as_json: bool) -> None:
    """List every account."""
    shown = [_shown(account) for account in run(database, service.list_all)]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for account in shown:
        click.echo(f"{account['name']}  region {account['region']}  {account['verification_text']!r}")


@accounts.command("set")
@click.argument("name")
@click.option(
    "--verification-text",
    metavar="TEXT",
    help="Text of verification messages, with {first_name}, {last_name}, {company_name} and {phone}; '' restores the "
    "default text.",
)
@click.option(
    "--signing-secret-file",
    "secret",
    type=click.File("rb"),
    callback=first_line,
    help="File (- for standard input) whose first line is the `sb-signing-secret` that authenticates incoming messages "
    "for this account; an empty line removes it.",
)
@click.option(
    "--region",
    metavar="CODE",
    help="Region of numbers that are written without +, for example GB. Contacts keep the numbers that they have.",
)
@database_option
@json_option
def set_(
    name: str, verification_text: str | None, secret: str | None, region: str | None, database: str, *, as_json: bool
) -> None:
    """Change the settings of the account NAME.

    A running service uses them within a second.
    """
    if verification_text is None and secret is None and region is None:
        raise click.UsageError("nothing to change: give at least one option, such as --region")
    account = run(
        database,
        lambda context: service.change(
            context, name, verification_text=verification_text, signing_secret=secret, region=region
        ),
    )
    if account is None:
        raise no_account(name)
    if as_json:
        click.echo(json.dumps(_shown(account)))
    else:
        click.echo(f"Changed {name}.", err=True)


def _shown(account: Account) -> dict[str, Any]:
    text = account.verification_text or DEFAULT_TEXT
    return {"name": account.name, "region": account.region, "verification_text": text}
