"""Limits on the commands that wait to be applied, for every engine: they are in memory, and their callers wait."""

from collections.abc import Iterable
from typing import Any, Final

from numberkeep.domain.command import Command
from numberkeep.domain.errors import StoreBusy

MAX_COMMANDS: Final = 4096
"""Commands that may wait before StoreBusy."""

MAX_ROWS: Final = 100_000
"""Rows of all waiting commands before a large one is StoreBusy: ten bulk requests of the largest size."""

_LARGE: Final = 256
"""Rows above which MAX_ROWS applies to a command: bulk requests must not keep out other commands."""


class Waiting:
    """Counts the waiting commands; used by one thread alone."""

    def __init__(self) -> None:
        self._commands = 0
        self._rows = 0

    def enter(self, command: Command[Any]) -> None:
        """Count a command.

        Raises:
            StoreBusy: too many are waiting; it is not counted.
        """
        weight = command.weight
        full = weight > _LARGE and self._commands and self._rows + weight > MAX_ROWS
        if full or self._commands >= MAX_COMMANDS:
            raise StoreBusy("too many writes are waiting: try again later")
        self._commands += 1
        self._rows += weight

    def leave(self, commands: Iterable[Command[Any]]) -> None:
        """Stop counting these commands."""
        for command in commands:
            self._commands -= 1
            self._rows -= command.weight
