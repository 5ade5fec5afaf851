"""The consent ledger's hash chain: a forged entry is detected even if its own hash is recomputed."""

from dataclasses import replace

import pytest

from numberkeep.domain.consent.ledger import FIRST, ConsentEntry, ConsentSource, Said, broken, next_entry

AT = 1_790_000_000_000_000


def ledger(*wordings: str) -> list[ConsentEntry]:
    """Return a ledger with an opt-out for each of these words."""
    entries: list[ConsentEntry] = []
    for n, wording in enumerate(wordings, 1):
        said = Said(ConsentSource.MESSAGE, wording)
        previous = entries[-1].hash if entries else FIRST
        entries.append(next_entry(n, previous, f"+1415555{n:04d}", said, AT + n, opted_out=True))
    return entries


def test_an_unmodified_ledger_is_intact() -> None:
    """Of any length."""
    for entries in ([], ledger("STOP"), ledger("STOP", "quit", "End")):
        assert list(broken(entries, len(entries), entries[-1].hash if entries else FIRST)) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_forged_entry_is_detected(number: int) -> None:
    """Other words with their correct hash break the next entry, or the account's head if it is the last."""
    entries = ledger("STOP", "quit", "End")
    forged = ledger(*["START" if n == number else entry.wording for n, entry in enumerate(entries, 1)])[number - 1]
    faults = list(broken([forged if n == number else entry for n, entry in enumerate(entries, 1)], 3, entries[-1].hash))
    if number < 3:
        assert faults == [f"entry {number + 1} or the one before it was changed after it was written"]
    else:
        assert faults == ["the ledger ends with entry 3, but the account records 3, or another hash"]


def test_a_moved_entry_is_detected() -> None:
    """The hash covers the entry's number."""
    first, second, third = ledger("STOP", "quit", "End")
    moved = [first, replace(third, entry_id=2), replace(second, entry_id=3)]
    assert len(list(broken(moved, 3, third.hash))) == 3
