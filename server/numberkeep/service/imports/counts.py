"""Counts what becomes of the rows of a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.service.imports.plan import Plan

_CREATED, _UPDATED, _UNCHANGED, _SKIPPED, _REJECTED, _NONE = range(6)
_RANKS: Final = ("created", "updated", "unchanged", "skipped", "rejected")
"""What becomes of a row, the strongest first: a row of several numbers counts as the first of these."""

_SHOWN_COLUMNS: Final = 1000
_SHOWN_NAME: Final = 200
"""Characters of a column's name that an outcome keeps; it is read with each list of imports."""

KEPT_OPTED_OUT: Final = "Rows that would opt in a number that is opted out (an import never does)"


@dataclass(slots=True)
class Counts:
    """What became of the rows of a file: `rows` is the sum of those from `created` to `rejected`.

    Attributes:
        rows: the number of rows.
        created: rows that created a contact.
        updated: rows that changed a contact.
        unchanged: rows whose contact had everything already.
        skipped: rows whose contact existed and was left as it is.
        merged: rows that repeat the number of an earlier row, with which they were merged.
        rejected: rows that were rejected.
        opted_out: numbers that are opted out now and were not before.
        contacts: contacts that the rows are about.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    merged: int = 0
    rejected: int = 0
    opted_out: int = 0
    contacts: int = 0


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do.

    Attributes:
        counts: what became of the rows.
        notes: how often something was left out, by what it is.
        columns: the names of the file's columns: the first ones, and their beginnings.
        has_phones: whether any of them has phone numbers.
    """

    counts: Counts = field(default_factory=Counts)
    notes: Mapping[str, int] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    has_phones: bool = True


@dataclass(slots=True)
class Tally:
    """What has become of the rows so far; rows come in order, the numbers of one row one after the other.

    Attributes:
        ranks: how many rows had each outcome.
        opted_out: numbers that are opted out now and were not before.
        contacts: contacts that the rows are about.
        kept_opted_out: rows that would have opted in a number that is opted out.
        refused: groups of rows that were stored as refused.
        row: the last row, which is not among `ranks` yet; -1 for none.
        rank: its outcome so far.
    """

    ranks: dict[str, int] = field(default_factory=dict)
    opted_out: int = 0
    contacts: int = 0
    kept_opted_out: int = 0
    refused: int = 0
    row: int = -1
    rank: int = _NONE

    def after(self, rows: Iterable[ImportedRow]) -> "Tally":
        """Return the tally after more rows; this one stays as it is."""
        ranks = dict(self.ranks)
        opted_out, contacts, kept, refused = self.opted_out, self.contacts, self.kept_opted_out, False
        row, rank = self.row, self.rank
        for done in rows:
            if done.index != row:
                _count(ranks, row, rank)
                row, rank = done.index, _NONE
            rank = min(rank, _rank_of(done))
            opted_out += done.opted_out
            contacts += done.after is not None
            kept += done.kept_opted_out
            refused |= bool(done.errors)
        return Tally(ranks, opted_out, contacts, kept, self.refused + refused, row, rank)

    def outcome(self, plan: Plan) -> Outcome:
        """Return the outcome if no more rows come, for what the plan says of the file."""
        ranks = {name: self.ranks.get(name, 0) for name in _RANKS}
        _count(ranks, self.row, self.rank)
        ranks["rejected"] += plan.rejected
        counts = Counts(rows=plan.rows, merged=plan.merged, opted_out=self.opted_out, contacts=self.contacts, **ranks)
        kept = {KEPT_OPTED_OUT: self.kept_opted_out} if self.kept_opted_out else {}
        shown = [name[:_SHOWN_NAME] for name in islice(plan.columns, _SHOWN_COLUMNS)]
        return Outcome(counts, {**plan.notes, **kept}, shown, plan.has_phones)


def _count(ranks: dict[str, int], row: int, rank: int) -> None:
    """Count the outcome of a row, if there is one."""
    if row >= 0:
        name = _RANKS[rank]
        ranks[name] = ranks.get(name, 0) + 1


def _rank_of(done: ImportedRow) -> int:
    """Return the place in `_RANKS` of what became of a number."""
    if done.after is None:
        return _REJECTED
    if done.skipped:
        return _SKIPPED
    if done.before is None:
        return _CREATED
    return _UNCHANGED if done.before == done.after else _UPDATED
