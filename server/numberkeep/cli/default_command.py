"""A group with a command that is meant where none is named."""

from typing import Any

import click


class DefaultCommand(click.Group):
    """A group whose first argument, unless it is the name of a command or asks for help, goes to a default command.

    Attributes:
        default: the name of the default command.
    """

    def __init__(self, *args: Any, default: str, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the name of the default command."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of the default command, and what other commands there are."""
        default = self.commands[self.default]
        names = ctx.help_option_names
        default.format_help(click.Context(default, ctx.parent, ctx.info_name, help_option_names=names), formatter)
        with formatter.section("Commands"):
            others = [name for name in self.commands if name != self.default]
            formatter.write_dl([(name, self.commands[name].get_short_help_str(formatter.width)) for name in others])
