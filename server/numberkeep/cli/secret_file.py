"""Secrets are read from files: other users of the machine can see arguments."""

from typing import IO

import click


def first_line(_context: click.Context, parameter: click.Parameter, file: IO[bytes] | None) -> str | None:
    """Return the first line of an option's file without its line end, or None if the option is not given.

    Raises:
        click.BadParameter: it is not UTF-8 text.
    """
    if file is None:
        return None
    try:
        return file.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name!r} is not UTF-8 text: write the secret again", param=parameter) from error
