"""What `numberkeep import` prints for people."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.domain.phone_spelling import visible
from numberkeep.service.imports.run import Outcome
from numberkeep.service.imports.staging import parse_reject

_SHOWN: Final = 5
"""Rejected rows that are printed."""

_SHOWN_COLUMNS: Final = 100

_TEXTS: Final = ("first_name", "last_name", "company_name", "assigned_to_email", "sendblue_number", "tags")


def summary(outcome: Outcome, name: str, target: str, *, dry_run: bool) -> Iterator[str]:
    """Yield the lines that say what an import did, or would do."""
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
    if counts.rows and not outcome.plan.has_phones:
        columns = ", ".join(islice(outcome.plan.columns, _SHOWN_COLUMNS))
        yield f"No column is known to have phone numbers: name one with --map COLUMN=phone. The columns are: {columns}"
    yield f"{name}, {_counted(counts.rows, 'row')}: {', '.join(parts) or 'nothing to import'}."
    if counts.opted_out:
        yield f"{_counted(counts.opted_out, 'number')} opted out."
    for note, count in sorted(outcome.notes.items()):
        yield f"{note}: {count:,}."
    if dry_run:
        yield f"This was a dry run: nothing was changed in the account {target}."
    else:
        yield f"Imported into the account {target}."


def rejected_lines(rejects: Iterable[str], count: int, written: Path | None) -> Iterator[str]:
    """Yield the first rejected rows, and where the others are."""
    for reject in map(parse_reject, islice(rejects, _SHOWN)):
        value = f" {visible(reject.value)}" if reject.value else ""
        field = f" {reject.field}{value}" if reject.field else " the row"
        yield f"line {reject.line}:{field} {reject.reason}"
    if count > _SHOWN:
        yield f"... and {count - _SHOWN:,} more"
    if count and written is not None:
        yield f"The rejected rows are in {written}: correct them there, and import that file."


def diff_lines(done: ImportedRow) -> Iterator[str]:
    """Yield a line for each field that an import changes, with its old and its new value."""
    if done.after is None:
        return
    before = {} if done.before is None else _fields(done.before)
    after = _fields(done.after)
    if done.before is None:
        yield f"{done.phone}  created"
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"{done.phone}  {name}: {_shown(old)} -> {_shown(new)}"


def _fields(contact: Contact) -> Mapping[str, Any]:
    """Return the fields that are not empty, custom variables one by one."""
    texts = {name: value for name in _TEXTS if (value := getattr(contact, name))}
    variables = {f"custom_variables.{label}": value for label, value in contact.custom_variables.items()}
    return texts | variables | ({"opt_out": True} if contact.opt_out else {})


def _shown(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
