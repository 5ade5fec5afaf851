"""The options that say how a file is imported."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from numberkeep.domain.contacts.importing import Existing
from numberkeep.domain.limits import MAX_TAG
from numberkeep.domain.phone import known_region
from numberkeep.formats.lines import is_encoding
from numberkeep.service.imports.choosing import UNMAPPED, Chosen
from numberkeep.service.imports.numbers import Numbers
from numberkeep.service.imports.options import parse_column

Command = TypeVar("Command", bound=Callable[..., Any])


def _columns(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    for text in given:
        try:
            parse_column(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    return tuple(given)


def _tags(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    for tag in given:
        if not tag.strip() or len(tag) > MAX_TAG:
            raise click.BadParameter(f"a tag must have 1 to {MAX_TAG} characters that are not all spaces")
    return tuple(given)


def _region(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    return None if given is None else known_region(given)


def _encoding(_context: click.Context, _parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not is_encoding(given):
        raise click.BadParameter(f"there is no encoding {given!r}: use one that Python knows, for example shift_jis")
    return given


_OPTIONS = (
    click.option(
        "--existing",
        type=click.Choice([each.value for each in Existing]),
        default=Existing.UPDATE.value,
        show_default=True,
        help="What happens to contacts that exist: cells that are not empty change them, nothing does, or only their "
        "empty fields are filled.",
    ),
    click.option(
        "--replace-tags", is_flag=True, help="Replace the tags of contacts that exist instead of adding tags."
    ),
    click.option("--tag", "tags", multiple=True, callback=_tags, help="Add this tag to every contact; repeatable."),
    click.option(
        "--region", callback=_region, help="Region of numbers without +, for example GB.  [default: the account's]"
    ),
    click.option(
        "--numbers",
        type=click.Choice([each.value for each in Numbers]),
        default=Numbers.MOBILE.value,
        show_default=True,
        help="Which of several numbers in a row: the one that is called mobile, the first, the best by the numbering "
        "plan, or each as a contact of its own.",
    ),
    click.option(
        "--map",
        "columns",
        metavar="COLUMN=FIELD",
        multiple=True,
        callback=_columns,
        help="Use a column as FIELD; repeatable.",
    ),
    click.option(
        "--unmapped",
        type=click.Choice(UNMAPPED),
        default=UNMAPPED[0],
        show_default=True,
        help="What happens to other columns: they become custom variables, or are left out.",
    ),
    click.option("--encoding", callback=_encoding, help="Encoding of the file.  [default: found by its content]"),
)


def import_options(command: Command) -> Command:
    """Add the options. A command takes what they choose as a mapping of their names."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_of(given: Mapping[str, Any]) -> Chosen:
    """Return what was chosen, for the values of the options by name."""
    columns = (text.rpartition("=") for text in given["columns"])
    return Chosen(**{**given, "columns": {name.strip(): use.strip() for name, _, use in columns}})
