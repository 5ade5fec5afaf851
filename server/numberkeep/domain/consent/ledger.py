"""The consent ledger: what recipients have said of getting messages, in entries that only grow.

Each entry's hash covers the entry before it, so one that is changed, removed or put in between is seen by every hash
after it; one cut off at the end is seen by the head that the account keeps.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FIRST: Final = bytes(32)
"""What stands for the hash before the first entry."""


class ConsentSource(StrEnum):
    """Who said it."""

    API = "api"
    """A program with the account's key."""
    MESSAGE = "message"
    """The person, in a message from the number."""
    MIGRATION = "migration"
    """An upgrade, for an opt-out of another spelling of the number; the wording is that spelling."""


@dataclass(slots=True, frozen=True)
class ConsentEntry:
    """One change of a recipient's mind.

    Attributes:
        entry_id: its number within the account, from 1 without gaps.
        phone: the recipient's number, E.164.
        at: when, microseconds since 1970.
        opted_out: what holds from then on.
        source: who said it.
        wording: the words; `""` where a program said it.
        hash: SHA-256 over all this and the hash of the entry before.
    """

    entry_id: int
    phone: str
    at: int
    opted_out: bool
    source: ConsentSource
    wording: str
    hash: bytes


@dataclass(slots=True, frozen=True)
class Said:
    """What a recipient said.

    Attributes:
        source: who said it.
        wording: the words; `""` if a program said it.
    """

    source: ConsentSource = ConsentSource.API
    wording: str = ""


def next_entry(entry_id: int, previous: bytes, phone: str, said: Said, at: int, *, opted_out: bool) -> ConsentEntry:
    """Return the entry that follows the one whose hash is `previous`."""
    digest = _hash(previous, entry_id, phone, said, at, opted_out=opted_out)
    return ConsentEntry(entry_id, phone, at, opted_out, said.source, said.wording, digest)


def broken(entries: Iterable[ConsentEntry], count: int, head: bytes) -> Iterator[str]:
    """What is wrong with an account's ledger; nothing for one that is whole.

    Args:
        entries: all of them, in order.
        count: how many the account says there are.
        head: the hash of the last one, as the account keeps it.
    """
    previous, last = FIRST, 0
    for entry in entries:
        if entry.entry_id != last + 1:
            yield f"entry {last + 1} is missing"
        said = Said(entry.source, entry.wording)
        if entry.hash != _hash(previous, entry.entry_id, entry.phone, said, entry.at, opted_out=entry.opted_out):
            yield f"entry {entry.entry_id} is not what was written, or the one before it is not"
        previous, last = entry.hash, entry.entry_id
    if last != count or previous != head:
        yield f"the ledger ends with entry {last}, and the account knows of {count}"


def _hash(previous: bytes, entry_id: int, phone: str, said: Said, at: int, *, opted_out: bool) -> bytes:
    # JSON without blanks and in ASCII: one text for one content, on every engine and in every language.
    content = json.dumps([entry_id, phone, at, opted_out, said.source, said.wording], separators=(",", ":"))
    return hashlib.sha256(previous + content.encode()).digest()
