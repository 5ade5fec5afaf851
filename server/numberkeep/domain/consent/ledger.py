"""The consent ledger: every opt-out and opt-in, in append-only entries.

Each entry's hash covers the previous entry, so changing, removing or inserting one invalidates the hashes that follow.
Entries cut off at the end are detected by the last hash, which the account keeps.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FIRST: Final = bytes(32)
"""The previous hash of the first entry."""


class ConsentSource(StrEnum):
    """Who opted out or in."""

    API = "api"
    """A program with the account's key."""
    MESSAGE = "message"
    """The recipient, in a message from the number."""
    SIMULATED = "simulated"
    """A user of the console, in a message written in the recipient's place."""
    IMPORT = "import"
    """A list of numbers that had opted out elsewhere; the wording is the name of the file, if it is known."""
    CARRIER = "carrier"
    """The carrier, when it refused a message to the number."""
    REVIEW = "review"
    """A person who decided what an unclear message of the recipient means; the wording is that message."""
    MIGRATION = "migration"
    """An upgrade, for an opt-out of another spelling of the number; the wording is that spelling."""


@dataclass(slots=True, frozen=True)
class ConsentEntry:
    """One opt-out or opt-in.

    Attributes:
        entry_id: its number within the account, from 1 without gaps.
        phone: the recipient's number, E.164.
        at: when, microseconds since 1970.
        opted_out: whether the recipient is opted out from then on.
        source: who said it.
        wording: the words of the message; `""` unless the recipient said it in one. Some sources have something else
            here, as ConsentSource says.
        hash: SHA-256 over the entry and the hash of the previous one.
    """

    entry_id: int
    phone: str
    at: int
    opted_out: bool
    source: ConsentSource
    wording: str
    hash: bytes


@dataclass(slots=True, frozen=True)
class OptedOut:
    """A number that is opted out.

    Attributes:
        phone: the recipient's number, E.164.
        at: since when, microseconds since 1970.
        source: who said it; None for an opt-out older than the ledger.
        wording: the words of the message; `""` unless the recipient said it in one.
    """

    phone: str
    at: int
    source: ConsentSource | None
    wording: str


@dataclass(slots=True, frozen=True)
class Said:
    """What a recipient said.

    Attributes:
        source: who said it.
        wording: the words of the message; `""` unless the recipient said it in one.
    """

    source: ConsentSource = ConsentSource.API
    wording: str = ""


def next_entry(entry_id: int, previous: bytes, phone: str, said: Said, at: int, *, opted_out: bool) -> ConsentEntry:
    """Return the entry that follows the one whose hash is `previous`."""
    digest = _hash(previous, entry_id, phone, said, at, opted_out=opted_out)
    return ConsentEntry(entry_id, phone, at, opted_out, said.source, said.wording, digest)


def broken(entries: Iterable[ConsentEntry], count: int, head: bytes) -> Iterator[str]:
    """Yield what is wrong with an account's ledger; nothing if it is intact.

    Args:
        entries: all entries, in order.
        count: the number of entries that the account records.
        head: the hash of the last entry that the account records.
    """
    previous, last = FIRST, 0
    for entry in entries:
        if entry.entry_id != last + 1:
            yield f"entry {last + 1} is missing"
        said = Said(entry.source, entry.wording)
        if entry.hash != _hash(previous, entry.entry_id, entry.phone, said, entry.at, opted_out=entry.opted_out):
            yield f"entry {entry.entry_id} or the one before it was changed after it was written"
        previous, last = entry.hash, entry.entry_id
    if last != count or previous != head:
        yield f"the ledger ends with entry {last}, but the account records {count}, or another hash"


def _hash(previous: bytes, entry_id: int, phone: str, said: Said, at: int, *, opted_out: bool) -> bytes:
    # Compact ASCII JSON: the same content has the same text on every engine and in every language.
    content = json.dumps([entry_id, phone, at, opted_out, said.source, said.wording], separators=(",", ":"))
    return hashlib.sha256(previous + content.encode()).digest()
