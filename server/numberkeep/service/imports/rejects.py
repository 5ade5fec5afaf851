"""The rejected rows of a file, and the CSV of them, whose corrected form can be imported."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from numberkeep.domain.errors import FieldError
from numberkeep.formats.delimited import REJECT_COLUMNS
from numberkeep.formats.formulas import escaped
from numberkeep.service.imports.column_names import Use
from numberkeep.service.imports.content import Fault
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import batches, rows_at
from numberkeep.service.imports.planning import Check, on_thread
from numberkeep.service.imports.source import Source
from numberkeep.service.imports.staging import Staging, parse_reject, reject_of

_Key = tuple[str, int]
"""The name of a column, and the how manieth of this name it is."""


async def put_refused(source: Source, options: Options, staging: Staging, refused: Mapping[int, FieldError]) -> None:
    """Add the rows that were refused when they were applied to those that were rejected before.

    Args:
        source: the file, which is read for them again.
        options: how it is imported.
        staging: where rejected rows go.
        refused: why each row was refused, by its index.
    """

    def put(check: Check) -> None:
        for rows in batches(rows_at(source.file, options, refused)):
            check()
            faults = ((row, refused[index]) for index, row in rows)
            staging.put_rejects([reject_of(row, Fault(error.field, "", error.message)) for row, error in faults])

    if refused:
        await on_thread(put)


def write_rejects(staging: Staging, file: TextIO, check: Check = lambda: None) -> None:
    """Write the original columns of the rejected rows, and after them line, field, value and reason.

    Args:
        staging: has the rows.
        file: where they are written.
        check: called for each row; its error ends it.
    """
    columns: dict[_Key, None] = {}
    for text in staging.rejects():
        check()
        reject = parse_reject(text)
        columns.update(dict.fromkeys(_keys(reject.columns)))
        if reject.field == Use.PHONE:  # the row has no column to write a number into
            columns[Use.PHONE.value, 1] = None
    writer = csv.writer(file)
    writer.writerow([*(escaped(name) for name, _ in columns), *REJECT_COLUMNS])
    for text in staging.rejects():
        check()
        reject = parse_reject(text)
        cells = dict(zip(_keys(reject.columns), reject.cells, strict=True))
        why = (str(reject.line), reject.field, reject.value, reject.reason)
        writer.writerow(map(escaped, [*(cells.get(key, "") for key in columns), *why]))


def _keys(columns: Sequence[str]) -> Iterator[_Key]:
    counts: Counter[str] = Counter()
    for name in columns:
        counts[name] += 1
        yield name, counts[name]
