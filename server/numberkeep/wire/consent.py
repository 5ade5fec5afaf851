"""The shapes of opt-outs and of the consent ledger."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.contacts.contact import moment
from numberkeep.wire.field_types import Number, Time


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


class LedgerAnswer(msgspec.Struct):
    """How many entries the ledger has, and what is wrong with it; `faults` is empty if it is intact."""

    entries: int
    faults: Sequence[str]
    status: Literal["OK"] = "OK"


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
