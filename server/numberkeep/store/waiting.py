"""How much may wait to be written, on every engine: what waits is held in memory, and somebody waits for its answer."""

from collections.abc import Iterable
from typing import Any, Final

from numberkeep.domain.commands import Command
from numberkeep.domain.errors import StoreBusy

MAX_COMMANDS: Final = 4096
"""Commands that may wait before StoreBusy."""

MAX_ROWS: Final = 100_000
"""Rows that the commands that wait may write before StoreBusy: ten bulk requests of the largest size."""


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
        if self._commands >= MAX_COMMANDS or (self._commands and self._rows + weight > MAX_ROWS):
            raise StoreBusy
        self._commands += 1
        self._rows += weight

    def leave(self, commands: Iterable[Command[Any]]) -> None:
        """Count these no longer."""
        for command in commands:
            self._commands -= 1
            self._rows -= command.weight
