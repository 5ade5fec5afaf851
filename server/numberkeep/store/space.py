"""How much room a database has on its disk, and when that is too little."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MB: Final = 1_000_000
_LITTLE: Final = 500 * MB
_NOTHING: Final = 100 * MB
_LARGE_WAL: Final = 500 * MB
"""SQLite starts the WAL over at 65 MB, unless a reader keeps it from doing so."""


class Room(StrEnum):
    """Whether a disk has room."""

    ENOUGH = "enough"
    LOW = "low"
    FULL = "full"


@dataclass(slots=True, frozen=True)
class Space:
    """The files of a database and the room for them, bytes.

    Attributes:
        free: what is free on the disk of the database.
        size: the size of the database, with its WAL.
        wal: the size of the WAL.
        temporary: what is free where temporary files are created.
    """

    free: int
    size: int
    wal: int
    temporary: int

    @property
    def room(self) -> Room:
        """Whether the database can grow, and be backed up beside itself."""
        return _room(self.free, max(self.size, _LITTLE))

    @property
    def temporary_room(self) -> Room:
        """Whether temporary files can be created."""
        return _room(self.temporary, _LITTLE)

    @property
    def wal_is_large(self) -> bool:
        """Whether something keeps the WAL from being started over."""
        return self.wal > _LARGE_WAL


def _room(free: int, needed: int) -> Room:
    if free < _NOTHING:
        return Room.FULL
    return Room.LOW if free < needed else Room.ENOUGH
