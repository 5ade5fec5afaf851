"""The algorithm of a copy, with two databases in memory."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numberkeep.domain.errors import CannotCopy
from numberkeep.service.copying import copy
from numberkeep.store.transfer import ACCOUNTS, TABLES, Key, LastNumbers, Mark, Row, Table

OPT_OUTS = next(table for table in TABLES if table.name == "opt_outs")
Rows = Mapping[tuple[int, str], int]
rows = st.dictionaries(st.tuples(st.integers(1, 2), st.text("ab\uffff\U0001f600", max_size=3)), st.integers(0, 1))


class Memory:
    """A database of accounts and opt-outs.

    Args:
        name: its identity.
        opt_outs: times of opting out, by account and number.

    Attributes:
        replaced: the numbers of rows removed and added by each write.
        largest: the largest number of rows read at once.
        log: the calls other than reads.
        marks: the marks set, in order.
    """

    def __init__(self, name: str, opt_outs: Rows) -> None:
        self.name = name
        self.tables: dict[str, dict[Row, Row]] = {table.name: {} for table in TABLES}
        self.tables["accounts"] = {(number,): (number, str(number), "US", number) for number in (1, 2)}
        self.tables["opt_outs"] = {key: (*key, at) for key, at in opt_outs.items()}
        self.replaced: list[tuple[int, int]] = []
        self.largest = 0
        self.log: list[str] = []
        self.marks = [Mark.COPIED]

    async def open(self, *, writing: bool) -> None:
        """Log the call."""
        self.log.append(f"open {writing}")

    async def close(self) -> None:
        """Log the call."""
        self.log.append("close")

    async def identity(self) -> str:
        """Return the name."""
        return self.name

    async def mark(self) -> Mark:
        """Return the last mark."""
        return self.marks[-1]

    async def set_mark(self, mark: Mark) -> None:
        """Add a mark."""
        self.marks.append(mark)

    async def count(self, table: Table) -> int:
        """Return the number of rows."""
        return len(self.tables[table.name])

    async def rows(self, table: Table, account_id: int | None, after: Key | None, limit: int) -> Sequence[Row]:
        """Return a page of rows."""
        found = sorted(
            row
            for row in self.tables[table.name].values()
            if (not table.of_account or row[0] == account_id) and (after is None or table.key_of(row) > after)
        )
        self.largest = max(self.largest, len(found[:limit]))
        return found[:limit]

    async def replace(self, table: Table, account_id: int | None, gone: Sequence[Row], added: Sequence[Row]) -> None:
        """Replace rows; fail on removing a missing row or adding an existing one."""
        assert all(row[0] == account_id for row in (*gone, *added) if table.of_account)
        there = self.tables[table.name]
        for row in gone:
            assert there.pop(row[: len(table.identity)]) == row
        for row in added:
            assert there.setdefault(row[: len(table.identity)], row) is row
        self.replaced.append((len(gone), len(added)))

    async def last_numbers(self) -> Sequence[LastNumbers]:
        """Ignore the numbers."""
        return []

    async def finish(self, last: Sequence[LastNumbers]) -> None:
        """Log the call."""
        assert last == []
        self.log.append("finish")


@given(rows, rows, st.integers(1, 4))
def test_the_target_becomes_equal_to_the_source(new: Rows, old: Rows, page: int) -> None:
    """Whatever both contain: in pages of limited size, exactly the differences are removed and added."""
    source, target = Memory("a", new), Memory("b", old)
    seen = asyncio.run(copy(source, target, page=page))
    assert target.tables == source.tables
    assert all(table.equal for table in seen)
    assert max(source.largest, target.largest) <= page
    [opt_outs] = [table for table in seen if table.table == "opt_outs"]
    assert (opt_outs.written, opt_outs.removed) == (len(new.items() - old.items()), len(old.keys() - new.keys()))
    assert sum(map(sum, target.replaced)) == len(new.items() ^ old.items())
    assert all(sum(counts) for counts in target.replaced)
    assert source.replaced == []


def test_both_databases_are_always_closed() -> None:
    """The source is opened first, for reading; both are closed on success and on failure."""
    for target, names in (
        (Memory("a", {}), ["open True", "close"]),
        (Memory("b", {}), ["open True", "finish", "close"]),
    ):
        source = Memory("a", {})
        try:
            asyncio.run(copy(source, target))
        except CannotCopy:
            assert target.name == "a"
        assert source.log == ["open False", "close"]
        assert target.log == names


@pytest.mark.parametrize("changed", [(2, "other", "US", 2), (2, "2", "US", 3), (3, "3", "US", 3)])
def test_a_target_with_other_accounts_is_refused_unchanged(changed: Row) -> None:
    """Accounts are identified by id, name and time of creation."""
    source, target = Memory("a", {(1, "x"): 1}), Memory("b", {})
    target.tables["accounts"].pop((2,))
    target.tables["accounts"][changed[:1]] = changed
    with pytest.raises(CannotCopy, match="accounts that SRC does not have"):
        asyncio.run(copy(source, target, page=1))
    assert target.replaced == []


def test_a_changed_region_is_copied() -> None:
    """Accounts that differ in other fields are still the same accounts."""
    source, target = Memory("a", {}), Memory("b", {})
    target.tables["accounts"][2,] = (2, "2", "GB", 2)
    [accounts, *_] = asyncio.run(copy(source, target))
    assert (accounts.table, accounts.written, accounts.removed, accounts.equal) == (ACCOUNTS.name, 1, 0, True)


def test_progress_reaches_the_total() -> None:
    """Rows are counted once while they are copied, and once while they are compared."""
    seen: list[tuple[str, int, int]] = []
    source = Memory("a", {(number, str(n)): n for number in (1, 2) for n in range(5)})
    asyncio.run(copy(source, Memory("b", {}), lambda *progress: seen.append(progress), page=2))
    for doing in ("copying", "comparing"):
        done = [count for what, count, about in seen if what == doing and about == 12]
        assert done == sorted(done)
        assert done[-1] == 12


def test_the_checksum_does_not_depend_on_the_page_size() -> None:
    """It depends on the rows only; one different value changes it."""
    one = {(1, "a"): 1, (1, "b"): 1, (2, "a"): 1}
    sums = {
        asyncio.run(copy(Memory("a", given), Memory("b", {}), page=page))[TABLES.index(OPT_OUTS)].source.sha256
        for given, page in ((one, 1), (one, 2), (one, None), (dict(reversed(one.items())), 2))
    }
    assert len(sums) == 1
    others = [{**one, (1, "a"): 0}, {**one, (1, "ab"): 1}, {(1, "a"): 1, (2, "b"): 1, (2, "a"): 1}, {}]
    for other in others:
        seen = asyncio.run(copy(Memory("a", other), Memory("b", {})))
        assert seen[TABLES.index(OPT_OUTS)].source.sha256 not in sums
        sums.add(seen[TABLES.index(OPT_OUTS)].source.sha256)


def test_a_target_in_use_is_refused_unless_forced() -> None:
    """Changes made in the target since the last copy are not overwritten by accident."""
    source, target = Memory("a", {(1, "x"): 1}), Memory("b", {(1, "x"): 0})
    target.marks = [Mark.NONE]
    with pytest.raises(CannotCopy, match=r"used after it was copied to.*--force"):
        asyncio.run(copy(source, target))
    assert target.replaced == []
    asyncio.run(copy(source, target, force=True))
    assert target.tables["opt_outs"] == source.tables["opt_outs"]
    assert target.marks == [Mark.NONE, Mark.UNFINISHED, Mark.COPIED]
