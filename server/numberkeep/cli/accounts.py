"""`numberkeep accounts`: the settings of accounts."""

import json
from typing import Any

import click

from numberkeep.cli.on_database import no_account, run
from numberkeep.cli.secret_file import first_line
from numberkeep.cli.targets import database_option, json_option
from numberkeep.domain.identity import Account
from numberkeep.domain.verification.verification import DEFAULT_TEXT
from numberkeep.service import accounts as service
from numberkeep.service.accounts import Changes


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
        rules = [
            *(["unclear replies opt out"] if account["unclear"] == "opt-out" else []),
            *([f"also opts out: {', '.join(account['opt_out_words'])}"] if account["opt_out_words"] else []),
            *([f"confirms with {account['opt_out_text']!r}"] if account["opt_out_text"] else []),
        ]
        shown_text = repr(account["verification_text"])
        click.echo("  ".join([account["name"], f"region {account['region']}", shown_text, *rules]))
    if not shown:
        click.echo("There are no accounts: `numberkeep keys create` creates one with a key.", err=True)


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
@click.option(
    "--unclear",
    type=click.Choice(["opt-out", "review"]),
    help="What an unclear reply does: opt its number out at once, or wait for a decision in `numberkeep consent "
    "review`, which is the default.",
)
@click.option(
    "--opt-out-word",
    "opt_out_words",
    multiple=True,
    metavar="WORD",
    help="Word or phrase that also opts out if it is the whole reply; repeatable, and replaces those set before. '' "
    "removes all.",
)
@click.option(
    "--opt-out-text",
    "confirmation",
    metavar="TEXT",
    help="Text that confirms an opt-out to the person who wrote it, once and within five minutes; '' sends none, which "
    "is the default.",
)
@database_option
@json_option
def set_(name: str, secret: str | None, database: str, *, as_json: bool, **settings: Any) -> None:
    """Change the settings of the account NAME.

    A running service uses them within a second.
    """
    changes = Changes(
        verification_text=settings["verification_text"],
        signing_secret=secret,
        region=settings["region"],
        opt_out_words=settings["opt_out_words"] or None,
        unclear_opts_out=None if settings["unclear"] is None else settings["unclear"] == "opt-out",
        confirmation=settings["confirmation"],
    )
    if changes == Changes():
        raise click.UsageError("nothing to change: give at least one option, such as --region")
    account = run(database, lambda context: service.change(context, name, changes))
    if account is None:
        raise no_account(name)
    if as_json:
        click.echo(json.dumps(_shown(account)))
    else:
        click.echo(f"Changed {name}.", err=True)


def _shown(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "region": account.region,
        "verification_text": account.verification_text or DEFAULT_TEXT,
        "unclear": "opt-out" if account.replies.unclear_opts_out else "review",
        "opt_out_words": account.replies.opt_out_words,
        "opt_out_text": account.replies.confirmation or None,
    }
