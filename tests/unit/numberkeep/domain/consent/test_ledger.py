"""The consent ledger's chain: whoever forges an entry can give it a hash that fits, and is seen all the same."""

from dataclasses import replace

import pytest

from numberkeep.domain.consent.ledger import FIRST, ConsentEntry, ConsentSource, Said, broken, next_entry

AT = 1_790_000_000_000_000


def ledger(*wordings: str) -> list[ConsentEntry]:
    """An opt-out by each of these words."""
    entries: list[ConsentEntry] = []
    for n, wording in enumerate(wordings, 1):
        said = Said(ConsentSource.MESSAGE, wording)
        previous = entries[-1].hash if entries else FIRST
        entries.append(next_entry(n, previous, f"+1415555{n:04d}", said, AT + n, opted_out=True))
    return entries


def test_a_ledger_as_it_was_written_is_whole() -> None:
    """Of any length."""
    for entries in ([], ledger("STOP"), ledger("STOP", "quit", "End")):
        assert list(broken(entries, len(entries), entries[-1].hash if entries else FIRST)) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_forged_entry_does_not_fit_its_place(number: int) -> None:
    """Other words with the hash that belongs to them break the entry behind it, and at the end the account's head."""
    entries = ledger("STOP", "quit", "End")
    forged = ledger(*["START" if n == number else entry.wording for n, entry in enumerate(entries, 1)])[number - 1]
    told = list(broken([forged if n == number else entry for n, entry in enumerate(entries, 1)], 3, entries[-1].hash))
    if number < 3:
        assert told == [f"entry {number + 1} or the one before it was changed after it was written"]
    else:
        assert told == ["the ledger ends with entry 3, but the account records 3, or another hash"]


def test_an_entry_that_moved_is_seen() -> None:
    """Numbers are part of what the hash covers."""
    first, second, third = ledger("STOP", "quit", "End")
    moved = [first, replace(third, entry_id=2), replace(second, entry_id=3)]
    assert len(list(broken(moved, 3, third.hash))) == 3
