"""Plans an import: reads a file, and reduces it to one row a number."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final, TypeVar

from numberkeep.domain.errors import FieldError, InvalidInput
from numberkeep.formats.foreign import UnreadableFile
from numberkeep.formats.reading import read_rows
from numberkeep.formats.rows import Row
from numberkeep.service.imports.column_uses import is_known
from numberkeep.service.imports.content import Fault
from numberkeep.service.imports.mapping import Mapper, typed_names
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.staging import StagedRow, Staging, encode, merged, reject_of

T = TypeVar("T")

BATCH: Final = 2000
"""Rows that are applied at a time. In batches of 500, the pages of indexes that change are written twice as often; with
5000, other accounts wait longer for the writer."""
_READ: Final = 2000
"""Rows that are read at a time."""

_SHOWN_COLUMNS: Final = 100

Progress = Callable[[str, int, int], None]
"""Called with the phase, how much of it is done, and how much there is."""


@dataclass(slots=True)
class Plan:
    """What a file has.

    Attributes:
        rows: the number of its rows.
        merged: of those, how many repeat the numbers of earlier rows.
        rejected: how many are rejected.
        contacts: how many different numbers it has.
        notes: how often something was left out, by what it is.
        columns: the names of its columns.
        has_phones: whether any column has phone numbers.
    """

    rows: int = 0
    merged: int = 0
    rejected: int = 0
    contacts: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)
    columns: Collection[str] = ()
    has_phones: bool = True


def make_plan(file: BinaryIO, options: Options, staging: Staging, *, size: int, progress: Progress) -> Plan:
    """Read a file into the staging, and return what it has.

    Args:
        file: a seekable file.
        options: how it is imported.
        staging: where its rows go.
        size: the size of the file, bytes.
        progress: called for each batch of rows.

    Raises:
        InvalidInput: the file is not one of contacts, or the options name a column that it does not have.
    """
    mapper = Mapper(options)
    plan = Plan()
    try:
        for rows in batches(enumerate(read_rows(file, is_known, options.encoding)), _READ):
            _stage(rows, mapper, staging, plan)
            progress("Reading", min(file.tell(), size), size)
    except UnreadableFile as error:
        raise InvalidInput(str(error), [FieldError("file", str(error))]) from None
    plan.contacts, first_rows = staging.merge(merged)
    plan.merged = plan.rows - plan.rejected - first_rows
    names = {typed for name in mapper.seen for typed in typed_names(name)}
    missing = sorted(name for name in options.columns if name not in names)
    if missing and plan.rows:
        there = ", ".join(islice(mapper.seen, _SHOWN_COLUMNS))
        message = f"names columns that the file does not have: {', '.join(missing)}; it has {there}"
        raise InvalidInput(f"--map {message}", [FieldError("map", message)])
    plan.notes = Counter({note: count for note, count in mapper.notes.items() if count})
    plan.columns, plan.has_phones = mapper.seen, mapper.has_phones
    return plan


def rows_at(file: BinaryIO, options: Options, wanted: Collection[int]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a file with these indexes, each with its index."""
    return ((index, row) for index, row in enumerate(read_rows(file, is_known, options.encoding)) if index in wanted)


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield items in lists of this size, the last of which may be shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def _stage(rows: Sequence[tuple[int, Row]], mapper: Mapper, staging: Staging, plan: Plan) -> None:
    rejects: list[tuple[int, str]] = []
    staged: list[StagedRow] = []
    opt_outs: list[str] = []
    for index, row in rows:
        try:
            phones, content, opted_out = mapper.read(row)
        except Fault as fault:
            rejects.append(reject_of(row, fault))
            opt_outs += fault.opt_outs
        else:
            encoded = encode(content)
            staged += [(index, phone, encoded) for phone in phones]
            opt_outs += opted_out
    staging.put(staged)
    staging.put_rejects(rejects)
    staging.put_opt_outs(opt_outs)
    plan.rows += len(rows)
    plan.rejected += len(rejects)
