"""What a command works on, the database or a service, and the options that go with it.

- Administration works on the database: `database_option`, which NUMBERKEEP_DATABASE sets too.
- `listen` and `simulate` call the service that SENDBLUE_API_* name: `on_service.service`.
- Commands on an account's own data call that service too, unless --database is typed: `either_options` and `either`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

import click
import httpx2

from numberkeep.cli.on_database import run_for
from numberkeep.cli.on_service import service
from numberkeep.config import table
from numberkeep.config.database_url import without_password
from numberkeep.config.settings import remote_is_named
from numberkeep.config.values import ConfigError
from numberkeep.domain.identity import Account
from numberkeep.service.context import Context
from numberkeep.service.keys import DEFAULT_ACCOUNT

R = TypeVar("R")
Command = TypeVar("Command", bound=Callable[..., Any])

_ANSWER_SECONDS: Final = 60.0


def setting_option(setting: table.Setting[Any]) -> Callable[[Command], Command]:
    """Return the option for a setting, which its environment variable sets too."""

    def value_of(given: Any) -> Any:
        try:
            return setting.value(given) if isinstance(given, str) else given  # else it is the default
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return click.option(
        setting.flag,
        type=value_of,
        metavar=setting.metavar,
        default=setting.default,
        help=setting.help,
        envvar=setting.name,
        show_envvar=True,
        show_default=True,
    )


database_option = setting_option(table.DATABASE)
account_option = click.option("--account", default=DEFAULT_ACCOUNT, show_default=True, help="Name of the account.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def either_options(command: Command) -> Command:
    """Add --database, which no variable sets, and --account, which only a database needs."""
    of_database = click.option(
        "--database",
        metavar="URL",
        help="Use this database instead of calling the service that SENDBLUE_API_* name. NUMBERKEEP_DATABASE does "
        "not count.",
    )
    of_account = click.option("--account", help=f"Account in that database.  [default: {DEFAULT_ACCOUNT}]")
    return of_database(of_account(command))


def check_target(database: str | None, account: str | None) -> None:
    """Check that a database is typed, or a service is named.

    Raises:
        click.UsageError: an account is named for the service, which knows it by the key.
        ConfigError: neither is named.
    """
    if database is not None:
        return
    if account is not None:
        raise click.UsageError("--account needs --database: a service finds the account by its API key")
    if not remote_is_named():
        raise ConfigError(
            "no target: set SENDBLUE_API_BASE_URL, SENDBLUE_API_API_KEY and SENDBLUE_API_API_SECRET to call a "
            'service, as eval "$(numberkeep env)" does, or type --database URL to use a database'
        )


def either(
    database: str | None,
    account: str | None,
    *,
    on_service: Callable[[httpx2.Client], R],
    on_database: Callable[[Context, Account], Awaitable[R]],
    does: str = "Read from",
) -> R:
    """Return what one of the two returns: for the database if it is typed, else for the service.

    Raises:
        ClickException: as for `check_target`.
        ConfigError: likewise.
    """
    check_target(database, account)
    if database is None:
        with service(_ANSWER_SECONDS) as client:
            return on_service(client)
    account = account or DEFAULT_ACCOUNT
    result = run_for(database, account, on_database)
    click.echo(f"{does} the account {account} in {without_password(database)}.", err=True)
    return result
