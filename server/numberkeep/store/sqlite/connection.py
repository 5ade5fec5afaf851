"""Opens connections to one SQLite database, and migrates its schema."""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import apsw

from numberkeep.domain.errors import StoreUnavailable, StoreUnusable
from numberkeep.store.canonical_numbers import Report
from numberkeep.store.migrations import (
    Migration,
    Upgrade,
    load_migrations,
    logged,
    pending,
    refuse_older,
    refuse_unfinished,
)
from numberkeep.store.sqlite.failures import file_reason, reason
from numberkeep.store.sqlite.search_index import index_most
from numberkeep.store.sqlite.statements import run
from numberkeep.store.sqlite.transactions import transaction
from numberkeep.store.transfer import Mark
from numberkeep.store.upgrade_steps import steps

_APPLICATION_ID: Final = 0x6E6B6570
"""`nkep` in SQLite's header, to recognise databases of other programs."""

_BUSY_TIMEOUT_MS: Final = 5000
_WAL_PAGES: Final = 16_000
"""Pages in the WAL before a checkpoint: 1.7 times faster writes than SQLite's 1000 (storage-facts, docs/adr/0003)."""


class Database:
    """One database, to which any number of connections can be opened.

    Args:
        path: the file; None for a database in the memory of this process, until the last connection closes.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._name = str(path) if path else f"file:/numberkeep-{uuid4().hex}?vfs=memdb"

    def connect(self) -> apsw.Connection:
        """Return a new connection, for use by one thread at a time.

        Raises:
            StoreUnusable: the file cannot be opened, is not an SQLite database, or is another program's.
        """
        self._create_private()
        try:
            connection = apsw.Connection(
                self._name,
                flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
                if self.path is None
                else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE,
            )
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            if connection.readonly("main"):  # SQLite would report it at the first write only
                raise apsw.ReadOnlyError
            self.refuse_another_programs(connection)
            _set_journal(connection, "wal" if self.path else "memory")
            connection.pragma("synchronous", "full" if self.path else "off")
            connection.pragma("wal_autocheckpoint", _WAL_PAGES)
            connection.pragma("foreign_keys", 1)
        except apsw.Error as error:
            raise StoreUnusable(f"cannot open the database {self.path}: {reason(error)}") from error
        return connection

    def visit(self) -> apsw.Connection:
        """Return a new connection for reading an existing numberkeep database, which others may be using.

        It changes neither data nor settings, not even the journal mode.

        Raises:
            StoreUnusable: the file cannot be opened or is not a numberkeep database.
        """
        try:
            # Not SQLITE_OPEN_READONLY: such a connection leaves the WAL's files behind if it is the last to close.
            connection = apsw.Connection(self._name, flags=apsw.SQLITE_OPEN_READWRITE)
            connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
            connection.pragma("query_only", 1)
            owner = connection.pragma("application_id")
        except apsw.Error as error:
            raise StoreUnusable(f"cannot open the database {self.path}: {reason(error)}") from error
        if owner != _APPLICATION_ID:
            connection.close()
            raise StoreUnusable(f"{self.path} is not a numberkeep database: name another file")
        return connection

    def refuse_other(self) -> None:
        """Check without changing anything that the database exists and has this program's schema.

        Raises:
            StoreUnusable: it does not; (StoreTooNew) its schema is newer.
        """
        with closing(self.visit()) as connection:
            try:
                refuse_older(lacking(connection))
                refuse_unfinished(pending_steps(connection))
            except apsw.Error as error:
                raise StoreUnusable(f"cannot open the database {self.path}: {reason(error)}") from error

    def migrate(self, connection: apsw.Connection) -> Upgrade:
        """Apply the missing steps of the schema in one transaction, then those that SQL cannot do.

        Raises:
            StoreUnusable: as for `Store.open`.
        """
        try:
            with transaction(connection):
                done = self._migrate(connection)
            done = replace(done, collisions=_finish(connection))
        except apsw.Error as error:
            raise StoreUnusable(f"cannot set up the database {self.path}: {reason(error)}") from error
        return logged(done)

    def take_into_use(self, connection: apsw.Connection) -> None:
        """Remove the mark of a finished copy.

        Raises:
            StoreUnusable: the copy is unfinished, or cannot be written.
        """
        try:
            mark = mark_of(connection)
            if mark is Mark.UNFINISHED:
                raise StoreUnusable(f"{self.path} is an unfinished copy: start the copy again")
            if mark is Mark.COPIED:
                connection.pragma("user_version", Mark.NONE.value)
        except apsw.Error as error:
            raise StoreUnusable(f"cannot open the database {self.path}: {reason(error)}") from error

    def refuse_another_programs(self, connection: apsw.Connection) -> None:
        """Check that a database is not another program's, before any setting: even the journal mode changes the file.

        Raises:
            StoreUnusable: the database is neither numberkeep's nor empty.
        """
        owner, tables = connection.execute(
            "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id"
        ).get
        if owner != _APPLICATION_ID and (owner or tables):
            raise StoreUnusable(f"{self.path} is another program's database: name another file")

    def _migrate(self, connection: apsw.Connection) -> Upgrade:
        self.refuse_another_programs(connection)
        if connection.pragma("application_id") != _APPLICATION_ID:
            connection.pragma("application_id", _APPLICATION_ID)
            connection.execute(
                "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, checksum TEXT NOT NULL) STRICT"
            )
        before = connection.execute("SELECT count(*) FROM schema_migrations").get
        steps = lacking(connection)
        for step in steps:
            connection.execute(step.sql)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?)", (step.version, step.checksum))
        return Upgrade(before, before + len(steps))

    def _create_private(self) -> None:
        """Create the file for its owner alone, because it holds people's numbers; SQLite's side files inherit that."""
        if self.path is None:
            return
        try:
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreUnusable(f"cannot open the database {self.path}: {file_reason(error)}") from error


def mark_of(connection: apsw.Connection) -> Mark:
    """Return a database's mark, which is its `user_version`."""
    return Mark(connection.pragma("user_version"))


def lacking(connection: apsw.Connection) -> Sequence[Migration]:
    """Return the steps that the schema of a numberkeep database lacks.

    Raises:
        StoreUnusable: as for `pending`.
    """
    applied = dict(connection.execute("SELECT version, checksum FROM schema_migrations"))
    return pending(load_migrations("numberkeep.store.sqlite.migrations"), applied)


def pending_steps(connection: apsw.Connection) -> Sequence[str]:
    """Return the names of the steps that SQL cannot do and that were not done yet."""
    return [name for (name,) in connection.execute("SELECT name FROM pending_steps")]


def _finish(connection: apsw.Connection) -> Sequence[tuple[int, int]]:
    """Do the steps that SQL cannot do, in many transactions; return the contacts that keep another spelling."""
    report = Report()
    for name, pages in steps(report):
        for page in pages:
            with transaction(connection):
                if name not in pending_steps(connection):
                    break
                run(connection, page)
    index_most(connection)
    return report.collisions


class OpenFiles:
    """The files of a connection, to detect that they are deleted or replaced while they are open.

    SQLite then continues with the nameless files, and what it writes is lost when the process ends.

    Args:
        connection: in WAL mode, and used before, so that its WAL exists; one in memory has no files.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        paths = (connection.filename, connection.filename_wal) if connection.filename else ()
        self._opened = [(path, _identity(path)) for path in paths]

    def check(self) -> None:
        """Check that the files still exist, which takes some microseconds.

        Raises:
            StoreUnavailable: one of them does not.
        """
        for path, opened in self._opened:
            if _identity(path) != opened:
                raise StoreUnavailable(f"{path} was deleted or replaced under the running service: restart it")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - twice a commit, and half as slow as pathlib's
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _set_journal(connection: apsw.Connection, mode: str) -> None:
    """Set the journal mode, waiting for other processes that open the same new file, as SQLite itself does not."""
    give_up = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.pragma("journal_mode", mode)
        except apsw.BusyError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return
