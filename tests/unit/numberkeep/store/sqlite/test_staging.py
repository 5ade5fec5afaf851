"""Where an import keeps its rows."""

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


def test_only_its_user_can_read_the_file_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has the numbers of everybody."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SqliteStaging():
        [folder] = tmp_path.iterdir()
        [file] = folder.iterdir()
        assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert list(tmp_path.iterdir()) == []
