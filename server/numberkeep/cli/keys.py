"""`numberkeep keys`: the API keys of clients."""

import json
from typing import Any

import click

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.on_database import run, time_text
from numberkeep.cli.targets import database_option, json_option
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.identity import new_key_pair
from numberkeep.service import keys as service
from numberkeep.service.keys import KnownKey


@click.group()
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command()
@click.option(
    "--account",
    default=service.DEFAULT_ACCOUNT,
    show_default=True,
    help="Account that the key belongs to; created if it does not exist.",
)
@click.option("--name", default="", help="What the key is for, such as `billing`: the list of keys shows it.")
@click.option("--read-only", is_flag=True, help="A key that may read everything and change nothing.")
@database_option
@json_option
def create(account: str, name: str, database: str, *, read_only: bool, as_json: bool) -> None:
    """Create a key pair and print it.

    This is the only time that the secret is shown: the database keeps a hash of it.
    """
    if not service.is_account_name(account):
        raise click.BadParameter("must be a name of printable characters", param_hint="--account")
    try:
        name = service.checked_name(name)
    except InvalidInput as error:
        raise click.BadParameter(error.fields[0].message, param_hint="--name") from None
    pair = new_key_pair()
    key = run(
        database,
        lambda context: service.create(context, account, pair, read_only=read_only, name=name),
        may_create=True,
    )
    if as_json:
        click.echo(json.dumps({**_shown(KnownKey(key, None)), "secret": pair.secret}))
    else:
        click.echo(f"export SENDBLUE_API_API_KEY={pair.key_id} SENDBLUE_API_API_SECRET={pair.secret}")
        click.echo(
            f"Created{' a read-only key' if read_only else ''} for the account `{account}`. "
            "The secret is not stored and not shown again.",
            err=True,
        )


@keys.command("list")
@database_option
@json_option
def list_(database: str, *, as_json: bool) -> None:
    """List all keys, without their secrets."""
    shown = [_shown(key) for key in run(database, service.list_with_uses)]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for key in shown:
        state = f"revoked {key['revoked_at']}" if key["revoked_at"] else "active"
        used = f"used {key['last_used_at']}" if key["last_used_at"] else "never used"
        kind = "  read-only" if key["read_only"] else ""
        name = f"  {key['name']}" if key["name"] else ""
        click.echo(f"{key['key_id']}  {key['account']}  created {key['created_at']}  {used}  {state}{kind}{name}")
    if not shown:
        click.echo("There are no keys: `numberkeep keys create` creates one.", err=True)


@keys.command()
@click.argument("key_id")
@database_option
def revoke(key_id: str, database: str) -> None:
    """Revoke the key KEY_ID permanently.

    A running service refuses it within a second.
    """
    if not key_id.isprintable() or not run(database, lambda context: service.revoke(context, key_id)):
        raise Failure(f"there is no key {key_id}: `numberkeep keys list` lists them")
    click.echo(f"Revoked {key_id}.", err=True)


def _shown(known: KnownKey) -> dict[str, Any]:
    key = known.key
    return {
        "key_id": key.key_id,
        "name": key.name,
        "account": key.account.name,
        "created_at": time_text(key.created_at),
        "last_used_at": None if known.used_at is None else time_text(moment(known.used_at)),
        "read_only": key.read_only,
        "revoked_at": key.revoked_at and time_text(key.revoked_at),
    }
