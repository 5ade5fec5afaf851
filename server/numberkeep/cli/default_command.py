"""A group with a command that is meant where none is named."""

from typing import Any

import click


class DefaultCommand(click.Group):
    """A group whose first argument, unless it is the name of a command or asks for help, goes to a default command.

    Args:
        default: the name of the default command.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the name of the default command."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [self._default, *args]
        return super().parse_args(ctx, args)
