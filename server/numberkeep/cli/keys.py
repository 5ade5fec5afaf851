"""`numberkeep keys`: the key pairs by which clients are known. Works on the database itself, running or not."""

import json
from typing import Any

import click

from numberkeep.cli.on_database import database_option, json_option, run, time_text
from numberkeep.domain.identity import ApiKey, new_key_pair
from numberkeep.service import keys as service


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option("--account", default=service.DEFAULT_ACCOUNT, show_default=True, help="Whose key; made where it is new.")
@database_option
@json_option
def create(account: str, database: str | None, *, as_json: bool) -> None:
    """Make a key pair and show it, once: only a hash of the secret is kept."""
    if not account.strip() or not account.isprintable():
        raise click.BadParameter("give the account a name of printable characters", param_hint="--account")
    pair = new_key_pair()
    key = run(database, lambda context: service.create(context, account, pair), may_make=True)
    if as_json:
        click.echo(json.dumps({**_shown(key), "secret": pair.secret}))
    else:
        click.echo(f"export SENDBLUE_API_API_KEY={pair.key_id} SENDBLUE_API_API_SECRET={pair.secret}")
        click.echo(
            f"Made for the account `{account}`. The secret is not kept: this is the only time it is shown.", err=True
        )


@keys.command("list")
@database_option
@json_option
def list_(database: str | None, *, as_json: bool) -> None:
    """List every key, without its secret."""
    shown = [_shown(key) for key in run(database, service.list_all)]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for key in shown:
        state = f"revoked {key['revoked_at']}" if key["revoked_at"] else "active"
        click.echo(f"{key['key_id']}  {key['account']}  made {key['created_at']}  {state}")


@keys.command()
@click.argument("key_id")
@database_option
def revoke(key_id: str, database: str | None) -> None:
    """Revoke a key for good. A running service refuses it within a second."""
    if not key_id.isprintable() or not run(database, lambda context: service.revoke(context, key_id)):
        raise click.ClickException(f"there is no key {key_id}: `numberkeep keys list` shows them")
    click.echo(f"Revoked {key_id}.", err=True)


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "account": key.account.name,
        "created_at": time_text(key.created_at),
        "revoked_at": key.revoked_at and time_text(key.revoked_at),
    }
