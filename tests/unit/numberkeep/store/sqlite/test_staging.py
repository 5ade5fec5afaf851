"""Where an import keeps its rows."""

import sys
from pathlib import Path

import pytest

from numberkeep.store.sqlite import SqliteStaging

ONE, TWO, THREE = "+14155550101", "+14155550102", "+999999999999999"


def test_rows_are_merged_by_number_in_the_order_of_their_first_occurrence() -> None:
    """The contents of a number are combined in order, also those of one batch; a row may have several numbers."""
    with SqliteStaging() as staging:
        staging.put([(0, TWO, b"a"), (1, ONE, b"b"), (1, THREE, b"b"), (2, TWO, b"c")])
        staging.put([(3, TWO, b"d"), (3, ONE, b"d"), (4, THREE, b"e")])
        assert staging.merge(lambda first, later: first + later) == (3, 2)
        assert list(staging.rows()) == [(0, TWO, b"acd"), (1, ONE, b"bd"), (1, THREE, b"be")]
        assert list(staging.rows(after=1)) == [(1, ONE, b"bd"), (1, THREE, b"be")]
        assert list(staging.rows(after=2)) == [(1, THREE, b"be")]
        assert list(staging.rows(after=3)) == []
        assert staging.contents([ONE, TWO, "+14155550199"]) == {ONE: b"bd", TWO: b"acd"}


def test_nothing_can_be_merged() -> None:
    """A file may have no valid row."""
    with SqliteStaging() as staging:
        staging.put([])
        assert staging.merge(lambda first, _: first) == (0, 0)
        assert list(staging.rows()) == []


def test_rejects_come_by_line() -> None:
    """Those that are refused when they are applied are added last."""
    with SqliteStaging() as staging:
        staging.put_rejects([(9, "late"), (2, "early")])
        assert list(staging.rejects()) == ["early", "late"]


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc")
def test_only_its_user_can_read_the_file_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the numbers of everybody; it has no name, so that not even kill -9 leaves it behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SqliteStaging() as staging:
        staging.put([(0, "+14155550101", b"x" * 10_000_000)])
        assert list(tmp_path.iterdir()) == []
        links = list(Path("/proc/self/fd").iterdir())
        files = [link for link in links if link.is_symlink() and str(tmp_path) in str(link.readlink())]
        assert files
        assert {link.stat().st_mode & 0o777 for link in files} == {0o600}
    assert list(tmp_path.iterdir()) == []
