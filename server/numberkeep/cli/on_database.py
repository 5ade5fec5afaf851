"""What commands share that work on the database itself, running or not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import IO, TypeVar

import click

from numberkeep.app import make_context
from numberkeep.config.database_url import database_file, is_postgres
from numberkeep.config.settings import load_settings
from numberkeep.config.values import ConfigError
from numberkeep.domain.errors import AccountNotFound
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.keys import DEFAULT_ACCOUNT
from numberkeep.store.queries import GetAccount

R = TypeVar("R")

database_option = click.option("--database", metavar="URL", help="The database.  [env: NUMBERKEEP_DATABASE]")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
account_option = click.option("--account", default=DEFAULT_ACCOUNT, show_default=True, help="Whose.")


def first_line(_context: click.Context, parameter: click.Parameter, file: IO[bytes] | None) -> str | None:
    """The first line of an option's file, without its end: how a secret is given, for others can see arguments.

    Raises:
        click.BadParameter: it is not text.
    """
    if file is None:
        return None
    try:
        return file.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name!r} is not UTF-8 text: write the secret anew", param=parameter) from error


def run(database: str | None, use_case: Callable[[Context], Awaitable[R]], *, may_make: bool = False) -> R:
    """What a use case gives on the database.

    Args:
        database: its URL; None for that of the environment.
        use_case: what to do.
        may_make: make the database where there is none, or bring its schema up to date; else neither is done, for an
            older numberkeep may have it still.

    Raises:
        ConfigError: the database cannot be used.
        NumberkeepError: as the use case does.
    """
    settings = load_settings(database=database)
    if not is_postgres(settings.database) and not (path := database_file(settings.database)).exists() and not may_make:
        raise ConfigError(f"there is no database {path}: name another with --database")

    async def opened() -> R:
        context = make_context(settings)
        await context.store.open(migrate=may_make)
        try:
            return await use_case(context)
        finally:
            await context.store.close()

    return asyncio.run(opened())


def run_for(database: str | None, account: str, use_case: Callable[[Context, Account], Awaitable[R]]) -> R:
    """What a use case gives on an account of the database.

    Raises:
        click.ClickException: there is no such account.
        ConfigError: the database cannot be used.
        NumberkeepError: as the use case does.
    """

    async def of_account(context: Context) -> R:
        found = await context.store.read(GetAccount(account))
        if found is None:
            raise AccountNotFound
        return await use_case(context, found)

    try:
        return run(database, of_account)
    except AccountNotFound as error:
        raise click.ClickException(f"there is no account {account}: `numberkeep accounts list` shows them") from error


def time_text(moment: datetime) -> str:
    """A time for people and programs: RFC 3339 in UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
