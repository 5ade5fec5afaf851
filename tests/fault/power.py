"""A disk under SQLite that records every write and sync, and the files that a power cut at any moment leaves.

Synced data stays. Of what was written since, each sector of 512 bytes is there or is not, in whatever order the disk
wrote them. The index of the WAL (`-shm`) is in memory and is lost.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import apsw

_SECTOR: Final = 512
_JOURNALS: Final = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL

Survival = Callable[[], bool]
"""Returns whether the next sector that was written but not synced is on the disk after all."""


@dataclass(slots=True, frozen=True)
class Write:
    """Bytes at an offset of a file; `data` None truncates the file there."""

    name: str
    offset: int
    data: bytes | None

    def sectors(self) -> Iterator["Write"]:
        """Yield the parts that reach the disk independently."""
        if self.data is None:
            yield self
            return
        end = self.offset + len(self.data)
        edges = [self.offset, *range(self.offset // _SECTOR * _SECTOR + _SECTOR, end, _SECTOR), end]
        for begin, stop in pairwise(edges):
            yield Write(self.name, begin, self.data[begin - self.offset : stop - self.offset])

    def apply(self, files: dict[str, bytearray]) -> None:
        """Write it to the disk."""
        file = files.setdefault(self.name, bytearray())
        if self.data is None:
            del file[self.offset :]
            return
        file.extend(bytes(max(0, self.offset - len(file))))
        file[self.offset : self.offset + len(self.data)] = self.data


@dataclass(slots=True, frozen=True)
class Sync:
    """All that was written to a file is on the disk; with `folder`, deletions in it too."""

    name: str
    folder: bool


@dataclass(slots=True, frozen=True)
class Remove:
    """A file is deleted; the disk may lose that unless the folder is synced."""

    name: str
    synced: bool


@dataclass(slots=True, frozen=True)
class Notice:
    """An event above the disk: a group was committed, or a command was answered."""

    what: Literal["committed", "answered"]
    commands: Sequence[str]


Event = Write | Sync | Remove | Notice


@dataclass(slots=True)
class Disk:
    """What is certainly on the disk, and what was written to it since.

    Attributes:
        files: what was synced.
        pending: what was not, in order.
    """

    files: dict[str, bytearray] = field(default_factory=dict)
    pending: list[Write | Remove] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Process the next event."""
        if isinstance(event, Sync):
            for write in self.pending:
                if write.name == event.name and isinstance(write, Write):
                    write.apply(self.files)
            self.pending = [write for write in self.pending if write.name != event.name or isinstance(write, Remove)]
            if event.folder:
                self._sync_folder()
        elif isinstance(event, Write | Remove):
            self.pending.append(event)
            if isinstance(event, Remove) and event.synced:
                self._sync_folder()

    def _sync_folder(self) -> None:
        gone = {event.name for event in self.pending if isinstance(event, Remove)}
        self.pending = [event for event in self.pending if event.name not in gone]
        self.files = {name: content for name, content in self.files.items() if name not in gone}

    def cut(self, survives: Survival) -> dict[str, bytearray]:
        """Return the files that a power cut leaves now."""
        files = {name: bytearray(content) for name, content in self.files.items()}
        for write in self.pending:
            if isinstance(write, Remove):
                if survives():
                    files.pop(write.name, None)
                continue
            for sector in write.sectors():
                if survives():
                    sector.apply(files)
        return files


def nothing() -> bool:
    """Lose all that was not synced."""
    return False


def everything() -> bool:
    """Keep everything."""
    return True


def some(chance: random.Random) -> Survival:
    """Keep or lose each sector independently."""
    return lambda: chance.random() < 0.5


def beginning(chance: random.Random) -> Survival:
    """Keep a prefix: the disk wrote in order."""
    left = chance.randrange(1, 100)

    def survives() -> bool:
        nonlocal left
        left -= 1
        return left >= 0

    return survives


class _File(apsw.VFSFile):
    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], events: list[Event]) -> None:
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name
        self._events = events
        # SQLite syncs the folder together with the first sync of a journal or WAL that it may have created.
        self._folder_too = bool(flags[0] & _JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._events.append(Write(self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._events.append(Write(self._name, newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._events.append(Sync(self._name, self._folder_too))
        self._folder_too = False


class RecordingDisk(apsw.VFS):
    """SQLite's default file system while it is registered, with a record of every write.

    Attributes:
        events: what happened, in order.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        super().__init__("recording", "unix", makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file whose writes are recorded."""
        return _File(name, flags, self.events)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001
        """Delete a file."""
        super().xDelete(filename, syncdir)
        self.events.append(Remove(Path(filename).name, bool(syncdir)))
