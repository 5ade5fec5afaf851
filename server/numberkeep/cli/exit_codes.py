"""The exit codes of all commands, and which error ends a command with which code."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NoReturn

import click

from numberkeep.config.values import ConfigError, is_utf8
from numberkeep.domain.errors import InvalidInput, NumberkeepError


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3  # partly done, or something is still pending
    UNAUTHORISED = 4
    INTERRUPTED = 130  # 128 + SIGINT, as shells report it


_CODES: Final = ((ConfigError, ExitCode.USAGE), (NumberkeepError, ExitCode.FAILED))
"""The code of each expected error; click's usage errors end with USAGE, its other errors with FAILED."""


class Failure(click.ClickException):
    """Ends the command with one line on stderr."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance


def end(code: ExitCode) -> NoReturn:
    """End the command without a message."""
    raise click.exceptions.Exit(code)


def complain(message: str) -> None:
    """Print an error that does not end the command, in the form of those that do."""
    click.echo(f"Error: {message}", err=True)


def one_line(message: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return an error's message followed by those of its fields that it does not already contain."""
    return "; ".join([message, *(f"{field} {fix}" for field, fix in fields if fix not in message)])


class CommandLine(click.Group):
    """A group whose commands end with the codes above."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments that are not text; what follows may print, store or send them."""
        for argument in args:
            if not is_utf8(argument):
                raise Failure(
                    f"the argument {argument!a} is not valid UTF-8: type it again, or rename the file that it names",
                    ExitCode.USAGE,
                )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an expected error becomes one line on stderr."""
        try:
            result: object = super().invoke(ctx)
        except KeyboardInterrupt:
            end(ExitCode.INTERRUPTED)
        except tuple(error for error, _ in _CODES) as error:
            fields = [(each.field, each.message) for each in error.fields] if isinstance(error, InvalidInput) else []
            code = next(code for kind, code in _CODES if isinstance(error, kind))
            raise Failure(one_line(str(error), fields), code) from error
        return result
