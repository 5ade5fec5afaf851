"""The file of a recording."""

import errno
import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from numberkeep.recording.exchange import Exchange, RecordedAnswer, RecordedRequest
from numberkeep.recording.file import RecordingError, Writer, begun, read

EXCHANGE = Exchange(
    at=datetime(2026, 1, 1, tzinfo=UTC),
    request=RecordedRequest(method="GET", target="/api/v2/contacts"),
    answer=RecordedAnswer(status=200, body=[]),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file that does not exist."""
    return tmp_path / "recording.jsonl"


def recorded(path: Path, count: int, region: str = "US") -> int:
    """Record some exchanges, and return how many are counted."""
    with begun(path, region) as progress:
        writer = Writer(path)
        for _ in range(count):
            writer.append(EXCHANGE)
        writer.close()
        return progress.count()


def test_what_was_written_is_read(path: Path) -> None:
    """A later run is appended as a recording of its own, and counted by itself."""
    assert recorded(path, 2) == 2
    assert recorded(path, 1, "GB") == 1
    first, second = read(path)
    assert (first.region, [line for line, _ in first.exchanges]) == ("US", [2, 3])
    assert (second.region, [line for line, _ in second.exchanges]) == ("GB", [5])
    assert second.exchanges[0][1] == EXCHANGE


def test_half_a_line_of_a_killed_recorder_is_removed(path: Path) -> None:
    """The next run begins on a line of its own."""
    recorded(path, 2)
    path.write_bytes(path.read_bytes()[:-10])
    assert recorded(path, 1) == 1
    assert [len(recording.exchanges) for recording in read(path)] == [1, 1]


@pytest.mark.parametrize("target", ["@evil.test/", ".evil.test/", "http://evil.test/", ""])
def test_a_target_that_leads_elsewhere_is_refused(path: Path, target: str) -> None:
    """A recording may come from anywhere, and its requests are repeated with the user's key."""
    recorded(path, 1)
    path.write_text(path.read_text().replace("/api/v2/contacts", target))
    with pytest.raises(RecordingError, match="line 2"):
        read(path)


def test_only_its_user_can_read_it(path: Path) -> None:
    """Whatever the umask is, and whatever the permissions were."""
    before = os.umask(0)
    try:
        recorded(path, 0)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    recorded(path, 0)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["text\n", '{"a": 1}\n', '{"numberkeep_recording":2,"region":"US"}\n'])
def test_a_file_with_something_else_is_not_touched(path: Path, content: str) -> None:
    """Neither by the recorder nor by the comparison."""
    path.write_text(content)
    with pytest.raises(RecordingError, match="recording"), begun(path, "US"):
        pass
    assert path.read_text() == content
    with pytest.raises(RecordingError, match="recording"):
        read(path)


def test_two_recorders_do_not_share_a_file(path: Path) -> None:
    """Their replacements would differ."""
    with begun(path, "US"), pytest.raises(RecordingError, match="another recorder"), begun(path, "US"):
        pass


def test_what_is_no_ordinary_file_is_refused(tmp_path: Path) -> None:
    """A pipe would keep no recording."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(RecordingError, match="not an ordinary file"), begun(pipe, "US"):
        pass


def test_half_an_exchange_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full; what came before and comes later stays readable."""
    with begun(path, "US"):
        writer = Writer(path)
        writer.append(EXCHANGE)
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", _failing_after(10))
            with pytest.raises(OSError, match="No space"):
                writer.append(EXCHANGE)
        writer.append(EXCHANGE)
        writer.close()
    assert len(read(path)[0].exchanges) == 2


def _failing_after(count: int) -> Callable[[int, bytes], int]:
    """Return an `os.write` that writes some bytes, and then fails."""
    write, calls = os.write, itertools.count()

    def fails(descriptor: int, data: bytes) -> int:
        if next(calls):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:count])

    return fails


def test_a_damaged_line_is_named(path: Path) -> None:
    """It is not skipped: the exchanges after it may depend on it."""
    recorded(path, 1)
    with path.open("a") as lines:
        lines.write('{"at": 1}\n')
    with pytest.raises(RecordingError, match="line 3"):
        read(path)


def test_an_empty_file_is_no_recording(path: Path) -> None:
    """The message says how to record."""
    path.touch()
    with pytest.raises(RecordingError, match="numberkeep record"):
        read(path)
