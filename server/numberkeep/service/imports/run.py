"""Runs the plan of an import, or shows what a run would do."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, Final, TypeVar

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.commands import ImportOptOuts
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import UNSET, ContactPatch
from numberkeep.domain.contacts.importing import ImportContacts, ImportedRow
from numberkeep.domain.identity import Account, contact_id_at
from numberkeep.domain.stamp import Cause, CauseKind
from numberkeep.service.context import Context
from numberkeep.service.imports.content import Content, Fault
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import Plan, Progress, batches, make_plan, rows_at
from numberkeep.service.imports.staging import StagedRow, Staging, decode, reject_of

R = TypeVar("R")

_RANKS: Final = ("created", "updated", "unchanged", "skipped", "rejected")
"""What becomes of a row, the strongest first: a row of several numbers counts as the first of these."""

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
        plan: what the file has.
    """

    counts: Counts
    notes: Mapping[str, int]
    plan: Plan


@dataclass(slots=True)
class _Tally:
    """Counts the outcomes of rows, which come in order, those of one row one after the other."""

    ranks: Counter[str] = field(default_factory=Counter)
    refused: dict[int, ImportedRow] = field(default_factory=dict)
    opted_out: int = 0
    contacts: int = 0
    kept_opted_out: int = 0
    _row: int = -1
    _rank: int = len(_RANKS)

    def add(self, done: ImportedRow) -> None:
        """Count the outcome of one number."""
        if done.index != self._row:
            self.finish()
            self._row = done.index
        self._rank = min(self._rank, _RANKS.index(_rank_of(done)))
        if done.errors:
            self.refused.setdefault(done.index, done)
        self.opted_out += done.opted_out
        self.contacts += done.after is not None
        self.kept_opted_out += done.kept_opted_out

    def finish(self) -> None:
        """Count the last row."""
        if self._row >= 0:
            self.ranks[_RANKS[self._rank]] += 1
        self._row, self._rank = -1, len(_RANKS)


async def import_file(
    context: Context,
    account: Account,
    file: BinaryIO,
    *,
    options: Options,
    staging: Staging,
    size: int,
    source: str,
    dry_run: bool,
    progress: Progress,
    changed: Callable[[ImportedRow], None] | None = None,
) -> Outcome:
    """Import a file into an account, or report what would be done, and leave its rejected rows in the staging.

    Args:
        context: the service's context.
        account: the account.
        file: a seekable file.
        options: how it is imported.
        staging: an empty staging.
        size: the size of the file, bytes.
        source: the name of the file, for the consent ledger.
        dry_run: write nothing.
        progress: called as the work goes on.
        changed: called with the outcome of each number.

    Raises:
        InvalidInput: the options name a column that the file does not have.
    """
    plan = make_plan(file, options, staging, size=size, progress=progress)
    acting = context.acting(context.actor, Cause(CauseKind.IMPORT, secrets.token_hex(8)))
    tally = _Tally()
    number = 0
    for rows in batches(staging.rows()):
        for done in await _applied(acting, _command(acting, account, rows, options, source), dry_run=dry_run):
            tally.add(done)
            if changed is not None:
                changed(done)
        number += len(rows)
        progress("Planning" if dry_run else "Importing", number, plan.contacts)
    tally.finish()
    tally.opted_out += await _opt_out_others(acting, account, staging, source, dry_run=dry_run)
    if tally.refused:
        staging.put_rejects([*_refused(file, options, tally.refused)])
    counts = Counts(
        rows=plan.rows,
        merged=plan.merged,
        opted_out=tally.opted_out,
        contacts=tally.contacts,
        **{name: tally.ranks[name] for name in _RANKS},
    )
    counts.rejected += plan.rejected
    notes = Counter(plan.notes) + Counter({KEPT_OPTED_OUT: tally.kept_opted_out})
    return Outcome(counts, notes, plan)


def counted(counts: Counts) -> dict[str, Any]:
    """Return the counts by name."""
    return asdict(counts)


async def _opt_out_others(context: Context, account: Account, staging: Staging, source: str, *, dry_run: bool) -> int:
    """Opt out the numbers that are no contacts of the plan, and return how many were not opted out before."""
    count = 0
    for phones in batches(staging.opt_outs()):
        contents = staging.contents(phones)
        others = [phone for phone in phones if phone not in contents or not decode(contents[phone]).opt_out]
        command = ImportOptOuts(account.account_id, others, (), context.stamp(), source)
        count += (await _applied(context, command, dry_run=dry_run)).new
    return count


async def _applied(context: Context, command: AccountCommand[R], *, dry_run: bool) -> R:
    if not dry_run:
        return await context.apply(command)
    [outcome] = (await context.store.preview([command])).outcomes
    if isinstance(outcome, Exception):
        raise outcome
    done: R = outcome
    return done


def _command(
    context: Context, account: Account, rows: Sequence[StagedRow], options: Options, source: str
) -> ImportContacts:
    stamp = context.stamp(len(rows))
    return ImportContacts(
        account.account_id,
        [
            BulkRow(phone, _patch(decode(content)), contact_id_at(at, context.node), at, index)
            for at, (index, phone, content) in enumerate(rows, start=stamp.at)
        ],
        options.existing,
        options.replace_tags,
        source,
        stamp,
    )


def _patch(content: Content) -> ContactPatch:
    return ContactPatch(
        **content.texts,
        tags=tuple(content.tags) if content.tags else UNSET,
        custom_variables=content.variables or UNSET,
        opt_out=UNSET if content.opt_out is None else content.opt_out,
    )


def _rank_of(done: ImportedRow) -> str:
    if done.after is None:
        return "rejected"
    if done.skipped:
        return "skipped"
    if done.before is None:
        return "created"
    return "unchanged" if done.before == done.after else "updated"


def _refused(file: BinaryIO, options: Options, refused: Mapping[int, ImportedRow]) -> Iterator[tuple[int, str]]:
    """Yield the rows that were refused when they were applied; the file is read for them again."""
    for index, row in rows_at(file, options, refused):
        [error, *_] = refused[index].errors
        yield reject_of(row, Fault(error.field, "", error.message))
