"""Where an import keeps its rows."""

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


def test_only_its_user_can_read_the_file_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the numbers of everybody."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SqliteStaging():
        [folder] = tmp_path.iterdir()
        [file] = folder.iterdir()
        assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(tmp_path.iterdir()) == []
