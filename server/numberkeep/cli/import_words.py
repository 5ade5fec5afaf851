"""What `numberkeep import` prints for people."""

import csv
import json
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from numberkeep.cli.import_file import Imported
from numberkeep.domain.contacts.undoing import Undone
from numberkeep.domain.phone_spelling import visible
from numberkeep.formats.delimited import REJECT_COLUMNS
from numberkeep.formats.formulas import without_escape
from numberkeep.service.imports.differences import Difference

_SHOWN: Final = 5
"""Rejected rows that are printed."""

_SHOWN_COLUMNS: Final = 100


def summary(imported: Imported, name: str, target: str) -> Iterator[str]:
    """Yield the lines that say what an import did, or would do."""
    outcome = imported.outcome
    counts = outcome.counts
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (counts.created, "created"),
            (counts.updated, "updated"),
            (counts.unchanged, "unchanged"),
            (counts.skipped, "skipped"),
            (counts.merged, "merged with an earlier row of the same number"),
            (counts.rejected, "rejected"),
        )
        if count
    ]
    if counts.rows and not outcome.has_phones:
        columns = ", ".join(islice(outcome.columns, _SHOWN_COLUMNS))
        yield f"No column is known to have phone numbers: name one with --map COLUMN=phone. The columns are: {columns}"
    yield f"{name}, {_counted(counts.rows, 'row')}: {', '.join(parts) or 'nothing to import'}."
    if counts.opted_out:
        yield f"{_counted(counts.opted_out, 'number')} opted out."
    for note, count in sorted(outcome.notes.items()):
        yield f"{note}: {count:,}."
    if imported.job_id is None:
        yield f"This was a dry run: nothing was changed in {target}."
    else:
        changed = counts.created or counts.updated or counts.opted_out
        yield f"Imported into {target}.{f' To undo it: numberkeep import undo {imported.job_id}' if changed else ''}"


def rejected_lines(rejects: BinaryIO, count: int, written: Path | None) -> Iterator[str]:
    """Yield the first rejected rows, and where the others are."""
    rejects.seek(0)
    text = TextIOWrapper(rejects, "utf-8", newline="")
    rows = list(islice(csv.reader(text), 1, _SHOWN + 1))
    text.detach()
    for row in rows:
        line, field, value, reason = map(without_escape, row[-len(REJECT_COLUMNS) :])
        shown = f" {visible(value)}" if value else ""
        yield f"line {line}:{f' {field}{shown}' if field else ' the row'} {reason}"
    if count > _SHOWN:
        yield f"... and {count - _SHOWN:,} more"
    if count and written is not None:
        yield f"The rejected rows are in {written}: correct them there, and import that file."


def diff_lines(difference: Difference) -> Iterator[str]:
    """Yield a line for each field that an import changes, with its old and its new value."""
    if difference.created:
        yield f"{difference.number}  created"
    for name, (old, new) in difference.changes.items():
        yield f"{difference.number}  {name}: {_shown(old)} -> {_shown(new)}"


def undone_lines(undone: Undone) -> Iterator[str]:
    """Yield the lines that say what was undone."""
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (undone.deleted, "deleted"),
            (undone.restored, "restored"),
            (undone.left, "left in part or whole, because they were changed since"),
        )
        if count
    ]
    yield f"Contacts: {', '.join(parts) or 'nothing to undo'}."
    if undone.lifted:
        yield f"{_counted(undone.lifted, 'opt-out')} lifted."
    if undone.opted_out:
        verb = "stays" if undone.opted_out == 1 else "stay"
        yield f"{_counted(undone.opted_out, 'number')} that the import opted out {verb} opted out."


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
