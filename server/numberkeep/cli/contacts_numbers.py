"""The numbers that a command works on: its arguments, or the lines of standard input."""

import csv
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import TextIOWrapper
from typing import Final

import click

from numberkeep.cli.exit_codes import ExitCode, Failure
from numberkeep.domain.limits import MAX_PHONE_INPUT
from numberkeep.formats.formulas import without_escape

_STDIN: Final = "-"
_HEADERS: Final = ("number", "phone")


numbers_argument = click.argument("numbers", nargs=-1, metavar="[NUMBERS]")


def given_numbers(arguments: Sequence[str]) -> list[str] | None:
    """Return the numbers, each once; None if there is no source of numbers.

    They come from standard input for `-`, and without arguments if something is piped into the command.
    """
    if not arguments and not _is_piped():
        return None
    numbers: dict[str, None] = {}
    for number in arguments or (_STDIN,):
        numbers.update(dict.fromkeys(_stdin() if number == _STDIN else [number]))
    return list(numbers)


def required_numbers(arguments: Sequence[str]) -> list[str]:
    """Return the numbers, likewise.

    Raises:
        click.UsageError: there is no source of numbers.
    """
    numbers = given_numbers(arguments)
    if numbers is None:
        raise click.UsageError("name a number, for example +14155552671, or pipe numbers in, one a line")
    return numbers


def may_be_number(text: str) -> bool:
    """Return whether a service may be asked about a text; it refuses a whole request that has one of the others."""
    return len(text) <= MAX_PHONE_INPUT and "\0" not in text


def read_numbers(lines: Iterable[str]) -> Iterator[str]:
    """Yield the numbers in lines of text: a number a line, or a table with commas or tabs.

    In a table they are in the column `number` or `phone`, else in the first. Blank lines, lines that begin with `#` and
    header lines are left out.
    """
    rest = (line for line in lines if line.strip() and not line.startswith("#"))
    first = next(rest, None)
    if first is None:
        return
    rows = _rows([first], rest)
    head = next(rows)
    names = [cell.strip().casefold() for cell in head]
    column = next((names.index(name) for name in _HEADERS if name in names), None)
    if column is None:
        yield head[0].strip()
    for row in rows:
        cell = row[column or 0] if len(row) > (column or 0) else ""
        if cell.strip():
            yield without_escape(cell.strip())


def _rows(first: list[str], rest: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each line; those of a table with tabs are not quoted."""

    def lines() -> Iterator[str]:
        yield from first
        yield from rest

    if "\t" in first[0]:
        return (line.rstrip("\r\n").split("\t") for line in lines())
    return (row for row in csv.reader(lines()) if row)


def _is_piped() -> bool:
    """Return whether standard input is a pipe, a socket or a file, and not a terminal or /dev/null."""
    with suppress(OSError, ValueError, AttributeError):  # it is closed, or not a file
        mode = os.fstat(sys.stdin.fileno()).st_mode
        return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
    return False


def _stdin() -> Iterator[str]:
    text = TextIOWrapper(sys.stdin.buffer, "utf-8-sig", newline="")
    try:
        yield from read_numbers(text)
    except (UnicodeDecodeError, csv.Error):
        raise Failure("standard input is not text in UTF-8: pipe in one number a line", ExitCode.USAGE) from None
    finally:
        text.detach()
