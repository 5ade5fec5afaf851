"""`numberkeep accounts`: what an account's messages say, and how carriers prove themselves to it."""

import json
from typing import Any

import click

from numberkeep.cli.on_database import database_option, first_line, json_option, run
from numberkeep.domain.identity import Account
from numberkeep.domain.verification import DEFAULT_TEXT
from numberkeep.service import accounts as service


@click.group()
def accounts() -> None:
    """List accounts and change their settings."""


@accounts.command("list")
@database_option
@json_option
def list_(database: str | None, *, as_json: bool) -> None:
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
    help="What verification messages say, with {first_name}, {last_name}, {company_name} and {phone}; '' for the "
    "usual text.",
)
@click.option(
    "--signing-secret-file",
    "secret",
    type=click.File("rb"),
    callback=first_line,
    help="A file (- for standard input) whose first line is the `sb-signing-secret` of messages to this account; an "
    "empty one takes it away.",
)
@database_option
@json_option
def set_(name: str, verification_text: str | None, secret: str | None, database: str | None, *, as_json: bool) -> None:
    """Change the settings of the account NAME. A running service heeds them within a second."""
    if verification_text is None and secret is None:
        raise click.UsageError("give --verification-text, --signing-secret-file or both")
    account = run(
        database,
        lambda context: service.change(context, name, verification_text=verification_text, signing_secret=secret),
    )
    if account is None:
        raise click.ClickException(f"there is no account {name}: `numberkeep accounts list` shows them")
    if as_json:
        click.echo(json.dumps(_shown(account)))
    else:
        click.echo(f"Changed {name}.", err=True)


def _shown(account: Account) -> dict[str, Any]:
    text = account.verification_text or DEFAULT_TEXT
    return {"name": account.name, "region": account.region, "verification_text": text}
