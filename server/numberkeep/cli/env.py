"""`numberkeep env`: make a key, and print the variables that name the service and the key."""

from typing import TextIO

import click

from numberkeep.cli.exit_codes import ExitCode, Failure
from numberkeep.cli.on_database import run_for
from numberkeep.cli.own_url import own_url_option
from numberkeep.cli.shells import Shell, lines, shell_of
from numberkeep.cli.targets import account_option, database_option
from numberkeep.config.settings import github_env_file, remote_variables, user_shell
from numberkeep.domain.identity import Account, KeyPair, new_key_pair
from numberkeep.service import keys as service
from numberkeep.service.context import Context


@click.command()
@click.option(
    "--shell",
    type=click.Choice([each.value for each in Shell]),
    help="Form of the lines: sh also for bash and zsh, github for a step of GitHub Actions.  [default: by $SHELL]",
)
@own_url_option
@account_option
@database_option
def env(shell: str | None, base_url: str, account: str, database: str) -> None:
    """Create a key, and print the lines that set it in a shell.

    The database keeps only hashes of secrets, so this creates a key each time. `numberkeep keys revoke` revokes it.

    \b
    sh, bash, zsh  eval "$(numberkeep env)"
    fish           numberkeep env --shell fish | source
    PowerShell     numberkeep env --shell powershell | Out-String | iex

    In a step of GitHub Actions, `numberkeep env --shell github` sets the variables for the steps that follow, and hides
    the secret in the log.
    """  # noqa: D301 - click keeps the lines after this mark
    chosen = shell_of(user_shell()) if shell is None else Shell(shell)
    pair = new_key_pair()
    if chosen is Shell.GITHUB:
        with _github_env() as file:
            _create(database, account, pair)
            click.echo(f"::add-mask::{pair.secret}")
            file.write(lines(chosen, remote_variables(base_url, pair)))
    else:
        _create(database, account, pair)
        click.echo(lines(chosen, remote_variables(base_url, pair)), nl=False)
    click.echo(
        f"Created the key {pair.key_id} for the account `{account}`. To revoke it, run `numberkeep keys revoke "
        f"{pair.key_id}`.",
        err=True,
    )


def _create(database: str, account: str, pair: KeyPair) -> None:
    async def create(context: Context, found: Account) -> None:
        await service.create(context, found.name, pair)

    run_for(database, account, create)


def _github_env() -> TextIO:
    path = github_env_file()
    if not path:
        raise Failure("GITHUB_ENV is not set: use --shell github in a step of GitHub Actions only", ExitCode.USAGE)
    try:
        return open(path, "a", encoding="utf-8")  # noqa: PTH123 - the caller closes it
    except OSError as error:
        raise Failure(f"cannot write {path}, which GITHUB_ENV names: {error.strerror}") from None
