"""The first numbers of each kind that a preview shows: created, changed, unchanged, skipped, opted out, rejected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from numberkeep.domain.contacts.importing import ImportedRow
from numberkeep.service.imports.differences import difference_of
from numberkeep.service.imports.staging import Staging, parse_reject

SHOWN: Final = 10
"""Numbers, or rejected rows, of each kind."""

_MOST_CHANGES: Final = 20
"""Fields of a contact whose changes are shown."""
_LONGEST: Final = 200
"""Characters of a text that are shown."""


@dataclass(slots=True)
class SampleRow:
    """What an import would do to one number.

    Attributes:
        number: the number.
        name: the contact's name, or its company; `""` if it has none, or there is no contact.
        changes: the old and the new value of each field, as in `Difference`; the first fields only.
        further: how many fields more change.
    """

    number: str
    name: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    further: int = 0


@dataclass(slots=True)
class RejectedRow:
    """A row that would be rejected.

    Attributes:
        line: the line on which it begins.
        field: the field that is at fault; `""` if it is the row itself.
        value: its value.
        reason: what is wrong, and how to fix it.
    """

    line: int
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class Samples:
    """The first numbers of each kind, at most `SHOWN`; a number that opts out is of another kind too.

    Attributes:
        created: numbers that become contacts.
        updated: contacts that change.
        unchanged: contacts that have everything already.
        skipped: contacts that are left as they are.
        opted_out: numbers of these that opt out; those beside, such as further numbers of a row, are only counted.
        rejected: rows that are rejected.
    """

    created: list[SampleRow] = field(default_factory=list)
    updated: list[SampleRow] = field(default_factory=list)
    unchanged: list[SampleRow] = field(default_factory=list)
    skipped: list[SampleRow] = field(default_factory=list)
    opted_out: list[SampleRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)

    def note(self, done: ImportedRow) -> None:
        """Note what would become of a number."""
        if done.opted_out and len(self.opted_out) < SHOWN:
            self.opted_out.append(_row(done))
        if done.after is not None:
            rows = self._rows_of(done)
            if len(rows) < SHOWN:
                rows.append(_row(done))

    def note_rejects(self, staging: Staging) -> None:
        """Note the rejected rows in a staging."""
        for reject in map(parse_reject, islice(staging.rejects(), SHOWN)):
            value, reason = _short(reject.value), _short(reject.reason)
            self.rejected.append(RejectedRow(reject.line, _short(reject.field), value, reason))

    def _rows_of(self, done: ImportedRow) -> list[SampleRow]:
        if done.skipped:
            return self.skipped
        if done.before is None:
            return self.created
        return self.unchanged if done.before == done.after else self.updated


def _row(done: ImportedRow) -> SampleRow:
    contact = done.after
    name = "" if contact is None else f"{contact.first_name} {contact.last_name}".strip() or contact.company_name
    difference = difference_of(done)
    changes = {} if difference is None else difference.changes
    shown = {_short(name): (_short(old), _short(new)) for name, (old, new) in islice(changes.items(), _MOST_CHANGES)}
    return SampleRow(done.phone, _short(name), shown, len(changes) - len(shown))


def _short(value: Any) -> Any:
    """Return a value with its texts cut to the length that is shown."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
    if isinstance(value, (list, tuple)):
        return [_short(each) for each in value[:_MOST_CHANGES]]
    return value
