"""Asking before something is done that cannot be undone."""

import sys

import click

from numberkeep.cli.exit_codes import ExitCode, end

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def check_can_ask(*, yes: bool, instead: str = "") -> None:
    """Refuse a command that would have to ask and has no terminal for it.

    Args:
        yes: whether the answer is given already.
        instead: another way out, for the message.

    Raises:
        click.UsageError: nobody can be asked.
    """
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(f"this asks before it changes anything, and there is no terminal: add --yes{instead}")


def agree(question: str, *, yes: bool) -> None:
    """Ask a question unless the answer is given; end the command with FAILED unless the answer is yes.

    Ctrl-C ends it as everywhere, which click's own prompts do not.
    """
    if yes:
        return
    click.echo(f"{question} [y/N] ", nl=False, err=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        click.echo("Nothing was changed.", err=True)
        end(ExitCode.FAILED)
