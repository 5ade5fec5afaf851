"""The commands that apply staged rows."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import Final

from numberkeep.domain.consent.commands import ImportOptOuts
from numberkeep.domain.contacts.commands import BulkRow
from numberkeep.domain.contacts.contact import UNSET, ContactPatch
from numberkeep.domain.contacts.importing import ImportContacts
from numberkeep.domain.identity import contact_id_at
from numberkeep.service.context import Context
from numberkeep.service.imports.content import Content
from numberkeep.service.imports.options import Options
from numberkeep.service.imports.plan import BATCH, batches
from numberkeep.service.imports.staging import StagedRow, Staging, decode
from numberkeep.service.slices import Steps

_SLICE_ROWS: Final = 256

_STEP_SIZE: Final = 2 * 1024 * 1024
"""Characters of the rows that are applied at a time."""


def steps_of(rows: Iterable[StagedRow]) -> Iterator[Sequence[StagedRow]]:
    """Yield rows in lists of at most `BATCH`, or fewer if they are large: each is applied in one transaction."""
    step: list[StagedRow] = []
    size = 0
    for row in rows:
        if len(step) == BATCH or (step and size + len(row[2]) > _STEP_SIZE):
            yield step
            step, size = [], 0
        step.append(row)
        size += len(row[2])
    if step:
        yield step


def contact_command(
    context: Context, account_id: int, rows: Sequence[StagedRow], options: Options, source: str
) -> Steps[ImportContacts]:
    """Make the command that applies rows to contacts, in slices.

    Args:
        context: the service's context.
        account_id: the account.
        rows: staged rows.
        options: how they are imported.
        source: the name of the file, for the consent ledger.
    """
    stamp = context.stamp(len(rows))
    made: list[BulkRow] = []
    for first in range(0, len(rows), _SLICE_ROWS):
        made += [
            BulkRow(phone, _patch(decode(content)), contact_id_at(at, context.node), at, index)
            for at, (index, phone, content) in enumerate(rows[first : first + _SLICE_ROWS], start=stamp.at + first)
        ]
        yield
    return ImportContacts(account_id, made, options.existing, options.replace_tags, source, stamp)


def opt_out_commands(
    context: Context, account_id: int, staging: Staging, source: str, after: str = ""
) -> Iterator[ImportOptOuts]:
    """Yield the commands that opt out the numbers that are no contacts of the plan, in their order.

    Args:
        context: the service's context.
        account_id: the account.
        staging: the staged rows.
        source: the name of the file, for the consent ledger.
        after: a number up to which they were opted out before.
    """
    for phones in batches(dropwhile(lambda phone: phone <= after, staging.opt_outs())):
        contents = staging.contents(phones)
        others = [phone for phone in phones if phone not in contents or not decode(contents[phone]).opt_out]
        if others:
            yield ImportOptOuts(account_id, others, (), context.stamp(), source)


def _patch(content: Content) -> ContactPatch:
    text = content.texts.get
    return ContactPatch(
        text("first_name", UNSET),
        text("last_name", UNSET),
        text("company_name", UNSET),
        text("assigned_to_email", UNSET),
        text("sendblue_number", UNSET),
        tuple(content.tags) if content.tags else UNSET,
        content.variables or UNSET,
        UNSET if content.opt_out is None else content.opt_out,
    )
