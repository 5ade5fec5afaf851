"""Where an import keeps its rows."""

import sys
from pathlib import Path

import pytest

from numberkeep.store.sqlite import SqliteStaging


def test_rows_keep_the_order_of_their_first_occurrence() -> None:
    """And have the last content."""
    with SqliteStaging() as staging:
        staging.put([(0, "b", "1"), (1, "a", "2")])
        staging.put([(0, "b", "3"), (5, "c", "4")])
        assert staging.contents(["a", "b", "x"]) == {"a": "2", "b": "3"}
        assert list(staging.rows()) == [(0, "b", "3"), (1, "a", "2"), (5, "c", "4")]
        staging.put_rejects([(9, "late"), (2, "early")])
        assert list(staging.rejects()) == ["early", "late"]


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc")
def test_only_its_user_can_read_the_file_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the numbers of everybody; it has no name, so that not even kill -9 leaves it behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SqliteStaging() as staging:
        staging.put([(0, "+14155550101", "x" * 10_000_000)])
        assert list(tmp_path.iterdir()) == []
        links = list(Path("/proc/self/fd").iterdir())
        files = [link for link in links if link.is_symlink() and str(tmp_path) in str(link.readlink())]
        assert files
        assert {link.stat().st_mode & 0o777 for link in files} == {0o600}
    assert list(tmp_path.iterdir()) == []
