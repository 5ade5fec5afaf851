"""How much may wait to be written, on every engine: what waits is held in memory, and somebody waits for its answer."""

from collections.abc import Iterable
from typing import Any, Final

from numberkeep.domain.command import Command
from numberkeep.domain.errors import StoreBusy

MAX_COMMANDS: Final = 4096
"""Commands that may wait before StoreBusy."""

MAX_ROWS: Final = 100_000
"""Rows that all that waits may write before a large command is StoreBusy: ten bulk requests of the largest size."""

_LARGE: Final = 256
"""Rows from which on a command is held to MAX_ROWS: bulk requests must not keep out what everybody else writes."""


class Waiting:
    """The commands that wait, as a count; used by one thread alone."""

    def __init__(self) -> None:
        self._commands = 0
        self._rows = 0

    def enter(self, command: Command[Any]) -> None:
        """Count one more.

        Raises:
            StoreBusy: there is no room; it is not counted.
        """
        weight = command.weight
        full = weight > _LARGE and self._commands and self._rows + weight > MAX_ROWS
        if full or self._commands >= MAX_COMMANDS:
            raise StoreBusy("too much waits to be written")
        self._commands += 1
        self._rows += weight

    def leave(self, commands: Iterable[Command[Any]]) -> None:
        """Count these no longer."""
        for command in commands:
            self._commands -= 1
            self._rows -= command.weight
