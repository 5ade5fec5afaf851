"""Writes docs/cli.md from the commands: `python -m numberkeep.cli.reference`, as `make cli-docs` does."""

import inspect
from collections.abc import Iterator
from typing import Final

import click

from numberkeep.cli.main import cli

_TOP: Final = """\
# Command line

<!-- Written by `make cli-docs` from the commands' own help. -->

What `numberkeep COMMAND --help` shows, on one page. [Commands by purpose](commands.md) is shorter.
"""
_UNWRAPPED: Final = "\b"
"""Click's mark of a paragraph whose lines stay as they are."""

_WIDTH: Final = 120


def reference() -> str:
    """Return the page."""
    parts = list(_command(cli, click.Context(cli, info_name="numberkeep", **cli.context_settings)))
    return "\n".join([_TOP, *parts])


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the sections of a command and of those below it."""
    yield f"## {context.command_path}\n"
    usage = command.get_usage(context).removeprefix("Usage: ")
    yield f"```text\n{' '.join(usage.split())}\n```\n"
    yield from _paragraphs(command.help or "")
    options = list(_options(command, context))
    if options:
        yield "\n".join(f"- `{names}`: {' '.join(text.split())}" for names, text in options) + "\n"
    formatter = click.HelpFormatter(width=_WIDTH)
    command.format_epilog(context, formatter)
    if epilog := formatter.getvalue().strip("\n"):
        yield f"```text\n{inspect.cleandoc(epilog)}\n```\n"
    if isinstance(command, click.Group):
        below = [(name, command.commands[name]) for name in command.list_commands(context)]
        yield "\n".join(f"- {_link(context, name)}: {each.get_short_help_str(_WIDTH)}" for name, each in below) + "\n"
        for name, each in below:
            yield from _command(each, click.Context(each, context, name, **each.context_settings))


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the name and the description of each option but `--help`, which every command has."""
    for each in command.get_params(context):
        record = None if {*each.opts} & {*context.help_option_names} else each.get_help_record(context)
        if record is not None and record[1]:  # an argument has its description in the text
            yield record


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith(_UNWRAPPED):
            yield f"```text\n{paragraph.removeprefix(_UNWRAPPED).strip()}\n```\n"
        else:
            yield f"{' '.join(paragraph.split())}\n"


def _link(context: click.Context, name: str) -> str:
    path = f"{context.command_path} {name}"
    return f"[`{path}`](#{path.replace(' ', '-')})"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
