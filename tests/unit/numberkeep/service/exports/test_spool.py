"""The temporary file of an export."""

from pathlib import Path

import pytest

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.errors import TemporaryFileFailed
from numberkeep.service.exports import spool
from numberkeep.service.exports.spool import Spool, decoded, encoded

ADA = ContactRecord(2**62, "+14155550101", 5, "Ada", "", "", "", "", '["a"]', "{}", verified=True, opt_out=False)


def test_batches_are_read_as_they_were_written() -> None:
    """Whether they are in memory or in a file."""
    large = b"x" * spool._IN_MEMORY
    with Spool() as batches:
        for batch in (b"a", large, b"b" * 70_000):
            batches.write(batch)
        batches.rewind()
        assert [batches.read() for _ in range(4)] == [b"a", large, b"b" * 70_000, b""]


def test_contacts_stay_what_they_are() -> None:
    """With the values of either engine."""
    record = ContactRecord(1, "+1", 0, "", "", "", "", "", "[]", "{}", verified=0, opt_out=1)  # type: ignore[arg-type]
    assert decoded(encoded([ADA, record])) == [ADA, record]


def test_a_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody can open it, and nothing is left after kill -9."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Spool() as batches:
        batches.write(b"x" * (spool._IN_MEMORY + 1))
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fix, also if there is no such folder at all."""

    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("tempfile.gettempdir", none)
    with Spool() as batches, pytest.raises(TemporaryFileFailed, match=r"file: No usable .*; free space there, or set"):
        batches.write(b"x" * (spool._IN_MEMORY + 1))
