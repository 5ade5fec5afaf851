"""`numberkeep keys`: the key pairs by which clients are known. Works on the database itself, running or not."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from numberkeep.app import make_context
from numberkeep.config import ConfigError, database_file, is_postgres, load_settings
from numberkeep.domain.identity import ApiKey, new_key_pair
from numberkeep.service import keys as service
from numberkeep.service.context import Context

R = TypeVar("R")

database_option = click.option("--database", metavar="URL", help="The database.  [env: NUMBERKEEP_DATABASE]")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


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
    key = _run(database, lambda context: service.create(context, account, pair), may_make=True)
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
    shown = [_shown(key) for key in _run(database, service.list_all)]
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
    if not key_id.isprintable() or not _run(database, lambda context: service.revoke(context, key_id)):
        raise click.ClickException(f"there is no key {key_id}: `numberkeep keys list` shows them")
    click.echo(f"Revoked {key_id}.", err=True)


def _run(database: str | None, use_case: Callable[[Context], Awaitable[R]], *, may_make: bool = False) -> R:
    settings = load_settings(database=database)
    if not is_postgres(settings.database) and not (path := database_file(settings.database)).exists() and not may_make:
        raise ConfigError(f"there is no database {path}: name another with --database")

    async def run() -> R:
        context = make_context(settings)
        await context.store.open()
        try:
            return await use_case(context)
        finally:
            await context.store.close()

    return asyncio.run(run())


def _shown(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "account": key.account.name,
        "created_at": _time(key.created_at),
        "revoked_at": key.revoked_at and _time(key.revoked_at),
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
