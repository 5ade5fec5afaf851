"""The engines under a service that is to fail: how it is started on each, and how its database is examined."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw

from support.process import Serving, killed_while_starting, serving
from support.wire import Wire

_SETTINGS: Final = {
    "NUMBERKEEP_API_KEY": "fault-key",
    "NUMBERKEEP_API_SECRET": "fault-secret",
    "NUMBERKEEP_RESEND_SECONDS": "0",  # every verification owes a message
}


@dataclass(slots=True, frozen=True)
class Engine:
    """A database, which outlives the services that are started on it.

    Attributes:
        folder: where the services run.
        database: how they name the database.
        examine: raises AssertionError where the database is not sound; called while a service runs.
    """

    folder: Path
    database: str
    examine: Callable[[], None]

    def serving(self, under: Sequence[str] = ()) -> AbstractContextManager[Serving]:
        """Start a service; `under` is a command that runs the one behind it."""
        return serving(self.folder, "--database", self.database, under=under, **_SETTINGS)

    def kill_while_starting(self, after: float) -> None:
        """Start a service and kill it `after` so many seconds."""
        killed_while_starting(self.folder, "--database", self.database, after=after, **_SETTINGS)


def sqlite(folder: Path) -> Engine:
    """A new file."""
    path = folder / "contacts.db"
    return Engine(folder, f"sqlite:///{path}", lambda: examine_file(path))


def wire_to(running: Serving) -> Wire:
    """A new connection to a service of an engine."""
    headers = {
        "sb-api-key-id": _SETTINGS["NUMBERKEEP_API_KEY"],
        "sb-api-secret-key": _SETTINGS["NUMBERKEEP_API_SECRET"],
    }
    return Wire(running.url, headers)


def examine_file(path: Path) -> None:
    """Let SQLite check every page, index and constraint of a file."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        found += connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    assert found == [("ok",)]
