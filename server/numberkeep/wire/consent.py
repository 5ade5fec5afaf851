"""The shapes of opt-outs and of the consent ledger."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.consent.commands import Imported
from numberkeep.domain.consent.ledger import ConsentEntry, OptedOut
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.limits import MAX_BULK_ROWS
from numberkeep.wire.field_types import Limit, Number, Time


class OptOutBody(msgspec.Struct, kw_only=True):
    """A number, and whether its recipient has opted out."""

    number: Number | UnsetType | None = UNSET
    opted_out: bool | None = True


class OptOutAnswer(msgspec.Struct):
    """What is recorded for a number, in E.164 form."""

    number: str
    opted_out: bool
    status: Literal["OK"] = "OK"


class ConsentParams(msgspec.Struct, kw_only=True):
    """The number whose ledger entries to list."""

    number: Number | None = None


class ConsentEntryOut(msgspec.Struct):
    """An entry of the consent ledger: what holds for a number from `at` on, and who said so in which words.

    `hash` is a SHA-256, in hexadecimal, over the entry and the hash of the entry before it.
    """

    entry: int
    number: str
    at: Time
    opted_out: bool
    source: str
    wording: str
    hash: str


class OptedOutParams(msgspec.Struct, kw_only=True):
    """Which page of the numbers that are opted out."""

    limit: Limit | None = None
    cursor: Number = ""


class OptedOutOut(msgspec.Struct):
    """A number that is opted out, contact or not; `source` is null for an opt-out older than the ledger."""

    number: str
    at: Time
    source: str | None
    wording: str


class ImportBody(msgspec.Struct, kw_only=True):
    """Numbers that have opted out elsewhere."""

    numbers: Annotated[list[Number], Meta(min_length=1, max_length=MAX_BULK_ROWS)] | None = None


class ImportAnswer(msgspec.Struct):
    """How many numbers are newly opted out, how many different ones there were, and the indexes of invalid ones."""

    new: int
    valid: int
    rejected: Sequence[int]
    status: Literal["OK"] = "OK"


class LedgerAnswer(msgspec.Struct):
    """How many entries the ledger has, and what is wrong with it; `faults` is empty if it is intact."""

    entries: int
    faults: Sequence[str]
    status: Literal["OK"] = "OK"


def opted_out_out(opted_out: OptedOut) -> OptedOutOut:
    """Return a number that is opted out as answers show it."""
    source = None if opted_out.source is None else opted_out.source.value
    return OptedOutOut(opted_out.phone, moment(opted_out.at), source, opted_out.wording)


def import_answer(imported: Imported) -> ImportAnswer:
    """Return the answer to an import of opt-outs."""
    return ImportAnswer(imported.new, imported.valid, imported.rejected)


def consent_entry_out(entry: ConsentEntry) -> ConsentEntryOut:
    """Return a ledger entry as answers show it."""
    return ConsentEntryOut(
        entry.entry_id,
        entry.phone,
        moment(entry.at),
        entry.opted_out,
        entry.source.value,
        entry.wording,
        entry.hash.hex(),
    )
