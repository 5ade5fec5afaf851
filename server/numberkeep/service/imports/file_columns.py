"""What the columns of a file are called, what they have, and what they are used for: shown before a file is planned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO, Final

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.domain.limits import MAX_LABEL
from numberkeep.formats.foreign import UnreadableFile
from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.column_uses import is_known
from numberkeep.service.imports.columns_in_cells import named_in_cells, names_columns
from numberkeep.service.imports.consent_words import opted_out
from numberkeep.service.imports.layout import resolved
from numberkeep.service.imports.mapping import Mapper, typed_names
from numberkeep.service.imports.numbers import numbers_in
from numberkeep.service.imports.options import Column, Options, written

ROWS: Final = 200
"""Rows that are looked at, the first ones."""
BEGINNING: Final = 1024 * 1024
"""Bytes of a file that are looked at."""

_SAMPLES: Final = 3
_SAMPLE: Final = 80
"""Characters of a sample that are shown."""
_MOST_COLUMNS: Final = 1000
_CONSENT: Final = frozenset({Use.OPT_OUT, Use.OPT_IN, Use.STATUS})
_ONE_TEXT: Final = frozenset({Use.FIRST_NAME, Use.LAST_NAME, Use.COMPANY_NAME, Use.ASSIGNED_TO_EMAIL})
_BY_THE_SERVICE: Final = frozenset({"contactid", "createdat", "verified"})


@dataclass(slots=True)
class FileColumn:
    """A column of a file.

    Attributes:
        name: its name.
        field: what it is used for, as `--map` writes it.
        detected: what it would be used for if nothing was chosen for it.
        chosen: whether its use was chosen.
        samples: its first different values.
        notes: what to know before it is imported, as sentences.
    """

    name: str
    field: str
    detected: str
    chosen: bool
    samples: list[str]
    notes: list[str]


@dataclass(slots=True)
class FileColumns:
    """The columns of a file.

    Attributes:
        columns: the columns, in order; the first 1,000.
        has_phones: whether any of them has phone numbers.
        rows: how many rows were looked at.
    """

    columns: list[FileColumn]
    has_phones: bool
    rows: int


def columns_of(file: BinaryIO, options: Options, *, complete: bool) -> FileColumns:
    """Return the columns of a file, from its first rows.

    Args:
        file: a seekable file, or the beginning of one.
        options: how it is imported.
        complete: whether that is all of the file; else its last row may be cut off, and is left out.

    Raises:
        InvalidInput: it is no file of contacts.
    """
    try:
        rows = list(islice(read_rows(file, is_known, options.encoding), ROWS + 1))
    except UnreadableFile as error:
        raise InvalidInput(str(error), [FieldError("file", str(error))]) from None
    if len(rows) > ROWS or not complete:
        del rows[-1:]
    cells = _cells([row for row in rows if not row.fault], options)
    names = list(islice(cells, _MOST_COLUMNS))
    used, detected = _used(names, options), _used(names, replace(options, columns={}))
    columns = [
        FileColumn(
            name,
            written(name, used[name]),
            written(name, detected[name]),
            any(typed in options.columns for typed in typed_names(name)),
            [value[:_SAMPLE] for value in islice(dict.fromkeys(cells[name]), _SAMPLES)],
            [],
        )
        for name in names
    ]
    _add_notes(columns, used, cells, options)
    return FileColumns(columns, any(used[name].use is Use.PHONE for name in names), len(rows))


def _cells(rows: Sequence[Row], options: Options) -> dict[str, list[str]]:
    """Return the cells of each column that are not empty."""
    cells: dict[str, list[str]] = {}
    for row in rows:
        if any(map(names_columns, row.columns)):
            pairs: Iterator[tuple[str, str]] = named_in_cells(row.columns, row.cells, options.columns)
        else:
            pairs = zip(row.columns, row.cells, strict=True)
        for name, cell in pairs:
            values = cells.setdefault(name, [])
            if value := cell.strip():
                values.append(value)
    return cells


def _used(names: Sequence[str], options: Options) -> Mapping[str, Column]:
    """Return what each column is used for, decided by all of them together."""
    mapper = Mapper(options)
    columns = [mapper.column(name) for name in names]
    uses = resolved(names, [column.use for column in columns])
    return {name: replace(column, use=use) for name, column, use in zip(names, columns, uses, strict=True)}


def _add_notes(
    columns: Sequence[FileColumn],
    used: Mapping[str, Column],
    cells: Mapping[str, Sequence[str]],
    options: Options,
) -> None:
    uses = [used[column.name].use for column in columns]
    has_regions = not {Use.COUNTRY, Use.CALLING_CODE}.isdisjoint(uses)
    firsts: dict[Use, str] = {}
    for column, use in zip(columns, uses, strict=True):
        values = cells[column.name]
        if use is Use.PHONE and not has_regions:
            bad = sum(not numbers_in(value, options.region, mobile=False) for value in values)
            if bad:
                column.notes.append(f"Not phone numbers in {options.region}: {bad} of {len(values)} values.")
        elif use in _CONSENT:
            out = sum(opted_out(use, value) is True for value in values)
            column.notes.append(f"Opts out: {out} of {len(values)} values. An import opts nobody in.")
        elif use in _ONE_TEXT and use in firsts:
            column.notes.append(f'A value that differs from "{firsts[use]}" becomes a custom variable.')
        elif use is Use.IGNORED and "".join(column.name.casefold().split("_")) in _BY_THE_SERVICE:
            column.notes.append("Only the service sets it.")
        elif use is Use.VARIABLE and column.name and len(used[column.name].label) > MAX_LABEL:
            column.notes.append(f"Its name is longer than {MAX_LABEL} characters: choose a field, or leave it out.")
        firsts.setdefault(use, column.name)
