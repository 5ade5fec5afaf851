"""Running a use case on the database itself, whether a service has it or not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from numberkeep.cli.entry import importing
from numberkeep.cli.exit_codes import Failure
from numberkeep.config.database_url import existing_database
from numberkeep.config.settings import load_settings
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.store.queries import GetAccount

R = TypeVar("R")


def run(database: str, use_case: Callable[[Context], Awaitable[R]], *, may_create: bool = False) -> R:
    """Return what a use case returns on the database.

    Args:
        database: its URL.
        use_case: what to run.
        may_create: create the database if it does not exist and update its schema. By default neither happens, because
            an older numberkeep may still use the database.

    Raises:
        ConfigError: the database cannot be used.
        NumberkeepError: the use case failed.
    """
    with importing():
        from numberkeep.stores import make_context  # noqa: PLC0415 - commands that call a service should start fast

    settings = load_settings(database=database if may_create else existing_database(database))

    async def opened() -> R:
        context = make_context(settings)
        await context.store.open(migrate=may_create)
        try:
            return await use_case(context)
        finally:
            await context.store.close()

    return asyncio.run(opened())


def run_for(database: str, account: str, use_case: Callable[[Context, Account], Awaitable[R]]) -> R:
    """Return what a use case returns for an account of the database.

    Raises:
        Failure: there is no such account.
        ConfigError: the database cannot be used.
        NumberkeepError: the use case failed.
    """

    async def of_account(context: Context) -> R:
        found = await context.store.read(GetAccount(account))
        if found is None:
            raise no_account(account)
        return await use_case(context, found)

    return run(database, of_account)


def no_account(name: str) -> Failure:
    """Return the error for an account that does not exist."""
    return Failure(f"there is no account {name}: `numberkeep accounts list` lists them")


def time_text(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
