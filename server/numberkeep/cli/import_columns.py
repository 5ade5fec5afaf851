"""`numberkeep import columns`: what an import would use the columns of a file for."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from typing import Any, BinaryIO

import click

from numberkeep.cli.exit_codes import Failure
from numberkeep.cli.import_options import chosen_of, import_options
from numberkeep.cli.targets import json_option
from numberkeep.domain.errors import InvalidInput
from numberkeep.domain.phone_spelling import visible
from numberkeep.service.imports.choosing import options_of
from numberkeep.service.imports.file_columns import BEGINNING, FileColumns, columns_of
from numberkeep.service.keys import DEFAULT_REGION

_WIDEST = 40


@click.command("columns")
@click.argument("file", type=click.File("rb"))
@import_options
@json_option
def import_columns(file: BinaryIO, *, as_json: bool, **chosen: Any) -> None:
    """Show the columns of FILE, and what an import would use them for.

    Each column is shown with its field, as --map writes it, and its first values. The command reads the beginning of
    the file, and needs no service and no database.
    """
    data = file.read(BEGINNING + 1)
    try:
        options = options_of(chosen_of(chosen), DEFAULT_REGION)
        found = columns_of(BytesIO(data[:BEGINNING]), options, complete=len(data) <= BEGINNING)
    except InvalidInput as error:
        raise Failure(str(error)) from None
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    for line in _lines(found):
        click.echo(line)
    if not found.has_phones:
        click.echo("No column is known to have phone numbers: name one with --map COLUMN=phone.", err=True)


def _lines(found: FileColumns) -> Iterator[str]:
    names = [visible(each.name)[1:-1] for each in found.columns]
    width = min(max(map(len, names), default=0), _WIDEST)
    uses = max((len(each.field) for each in found.columns), default=0)
    for name, column in zip(names, found.columns, strict=True):
        yield f"{name:{width}}  {column.field:{uses}}  {', '.join(map(visible, column.samples))}".rstrip()
        for note in column.notes:
            yield f"{'':{width}}  {note}"
