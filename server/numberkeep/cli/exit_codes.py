"""The exit codes of all commands, and which error ends a command with which code."""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


_UNWRITTEN: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_STDOUT: Final = 1
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


@contextmanager
def _usage_errors_in_one_line(ctx: click.Context) -> Iterator[None]:
    """Replace click's four lines on a usage error by one; the help of a group that was called alone stays."""
    try:
        yield
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        path = (
            error.ctx.command_path if error.ctx else " ".join([ctx.command_path, ctx.invoked_subcommand or ""]).strip()
        )
        message = error.format_message().rstrip(".").replace("is not a valid integer range", "is not a whole number")
        raise Failure(f"{message} (see `{path} --help`)", ExitCode.USAGE) from error


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
        with _usage_errors_in_one_line(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; an expected error becomes one line on stderr."""
        try:
            with _usage_errors_in_one_line(ctx):
                result: object = super().invoke(ctx)
        except KeyboardInterrupt:
            end(ExitCode.INTERRUPTED)
        except click.Abort as abort:  # of a question: by Ctrl-C, or because standard input has ended
            if isinstance(abort.__context__, KeyboardInterrupt):
                end(ExitCode.INTERRUPTED)
            raise Failure("no answer on standard input: repeat the command on a terminal") from None
        except OSError as error:
            if error.filename is not None:
                raise Failure(
                    f"cannot use {error.filename}: {error.strerror}; check its path and permissions"
                ) from error
            if error.errno not in _UNWRITTEN:
                raise  # a reader that is gone is click's; anything else is a fault of ours
            os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)  # or Python would fail again when it ends
            raise Failure(f"cannot write the output: {error.strerror}; free some space, or write elsewhere") from error
        except tuple(error for error, _ in _CODES) as error:
            fields = [(each.field, each.message) for each in error.fields] if isinstance(error, InvalidInput) else []
            code = next(code for kind, code in _CODES if isinstance(error, kind))
            raise Failure(one_line(str(error), fields), code) from error
        return result
