"""Commands that are imported when they are used: `numberkeep listen` needs no database, `--version` needs nothing."""

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from numberkeep.cli.entry import importing


class Commands(Mapping[str, click.Command]):
    """Commands by name.

    Args:
        places: where each is defined, as `module:name`; modules of this package.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> click.Command:
        """Import a command."""
        module, _, attribute = self._places[name].partition(":")
        with importing():
            command: click.Command = getattr(import_module(f"numberkeep.cli.{module}"), attribute)
        return command

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(self._places)
