"""The file of a recording: JSON Lines that only its user can read."""

import fcntl
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from numberkeep.recording.exchange import VERSION, Exchange, Header

_ONLY_USER: Final = 0o600
_BLOCK: Final = 2**20
_encode = msgspec.json.Encoder().encode
_header = msgspec.json.Decoder(Header)
_exchange = msgspec.json.Decoder(Exchange)


class RecordingError(Exception):
    """A file cannot be used as a recording. The message says why, and what to do."""


@dataclass(slots=True, frozen=True)
class Recording:
    """One run of the recorder.

    Attributes:
        region: the region in which numbers without `+` were read.
        exchanges: the exchanges, each with the number of its line in the file.
    """

    region: str
    exchanges: Sequence[tuple[int, Exchange]]


class Writer:
    """Appends exchanges to a recording.

    Args:
        path: a file that `begun` has opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def append(self, exchange: Exchange) -> None:
        """Append an exchange, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        _append(self._file, _encode(exchange))

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


@contextmanager
def begun(path: Path, region: str) -> Iterator["Progress"]:
    """Begin a recording at the end of a file, which is created if it does not exist, and reserve it until the end.

    Raises:
        RecordingError: the file is something else, or another recorder has it.
        OSError: it cannot be opened.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK, _ONLY_USER)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise RecordingError(f"{path} is not an ordinary file: name another")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RecordingError(f"another recorder writes to {path}: name another file") from None
        with path.open("rb") as lines:
            first = lines.readline()
            if first:
                _check(path, first)
                os.ftruncate(file, _end_of_lines(lines))
        os.fchmod(file, _ONLY_USER)
        _append(file, _encode(Header(numberkeep_recording=VERSION, region=region)))
        yield Progress(path, os.fstat(file).st_size)
    finally:
        os.close(file)


@dataclass(slots=True, frozen=True)
class Progress:
    """How far a recording has come; `start` is where its exchanges begin in the file."""

    path: Path
    start: int

    def count(self) -> int:
        """Return the number of exchanges."""
        with self.path.open("rb") as lines:
            lines.seek(self.start)
            return sum(1 for _ in lines)


def read(path: Path) -> list[Recording]:
    """Return the recordings of a file.

    Raises:
        RecordingError: it is not one, or is damaged.
        OSError: it cannot be read.
    """
    found: list[tuple[str, list[tuple[int, Exchange]]]] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith(b'{"numberkeep_recording"') or not found:
                found.append((_check(path, line).region, []))
                continue
            try:
                found[-1][1].append((number, _exchange.decode(line)))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise RecordingError(
                    f"line {number} of {path} is not an exchange ({error}): remove the line, or record again"
                ) from None
    if not found:
        raise RecordingError(f"{path} is empty: record into it with `numberkeep record --upstream URL {path}`")
    return [Recording(region, exchanges) for region, exchanges in found]


def _check(path: Path, line: bytes) -> Header:
    try:
        header = _header.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RecordingError(f"{path} is not a recording of `numberkeep record`: name another file") from None
    if header.numberkeep_recording != VERSION:
        raise RecordingError(
            f"{path} has version {header.numberkeep_recording} of the format, and this numberkeep reads {VERSION}: "
            "record again"
        )
    return header


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last complete line ends: a recorder that was killed may have written half of another."""
    place = file.seek(0, os.SEEK_END)
    while place:
        begin = max(place - _BLOCK, 0)
        file.seek(begin)
        found = file.read(place - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        place = begin
    return 0


def _append(file: int, line: bytes) -> None:
    size = os.fstat(file).st_size
    rest = line + b"\n"
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
    except OSError:
        os.ftruncate(file, size)  # half a line would make the file unreadable
        raise
