"""Makes a complete, checked copy of a database that others may be using.

SQLite's backup API reads pages in their order and so is twice as fast as VACUUM INTO. It would restart whenever another
process writes between two of its steps; a read transaction around all steps holds one state, so that it ends however
busy the writer is. In WAL mode that transaction keeps no writer waiting: the WAL only grows until the copy is done.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import apsw

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.sqlite.connection import Database, lacking
from numberkeep.store.sqlite.failures import file_reason, reason

SIDE_FILES: Final = ("-wal", "-shm", "-journal")
"""The suffixes of the files that SQLite keeps beside a database."""

_STEP_PAGES: Final = 4096
"""Pages between two reports of progress: 16 MB."""

Check = Literal["quick_check", "integrity_check"]
"""SQLite's checks: of every page, or also of every index against its table, which takes several times as long."""

Progress = Callable[[int, int], None]
"""Called with the number of copied pages and of all pages."""


@dataclass(slots=True, frozen=True)
class Contents:
    """The contents of a copy.

    Attributes:
        size: bytes of its file.
        accounts: how many accounts.
        contacts: how many contacts, in all accounts; counted, not taken from the accounts.
    """

    size: int
    accounts: int
    contacts: int


@contextmanager
def checked_copy(source: Path, destination: Path, check: Check, progress: Progress) -> Iterator[tuple[Path, Contents]]:
    """Yield a copy of `source` in a new file beside `destination`, on disk, for the caller to rename within the block.

    It is one file, readable by its owner alone, in the journal mode DELETE: a service sets WAL when it opens it. A file
    that was not renamed is removed at the end of the block.

    Raises:
        StoreUnusable: `source` is not an intact numberkeep database of a known version, or the copy cannot be written.
    """
    with _unusable_on_error(f"cannot write {destination}"):
        descriptor, name = tempfile.mkstemp(".part", f"{destination.name}.", destination.parent)
    os.close(descriptor)
    path = Path(name)
    try:
        contents = _copy(source, path, destination, check, progress)
        with _unusable_on_error(f"cannot write {destination}"):
            sync(path)
        yield path, contents
    finally:
        for suffix in ("", *SIDE_FILES):
            with suppress(OSError):
                Path(f"{path}{suffix}").unlink()


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy(source: Path, path: Path, destination: Path, check: Check, progress: Progress) -> Contents:
    with closing(Database(source).visit()) as reader, _unusable_on_error(f"cannot copy {source} to {destination}"):
        reader.execute("BEGIN")
        lacking(reader)  # raises for a newer schema; and this first read fixes the state
        with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)) as copy:
            copy.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")  # it is deleted if it fails
            _transfer(reader, copy, progress)
            copy.execute("PRAGMA journal_mode = DELETE")
            fault = copy.execute(f"PRAGMA {check}(1)").get
            if fault != "ok":
                raise StoreUnusable(f"{source} is damaged, so it was not copied: {' '.join(str(fault).split())}")
            accounts, contacts = copy.execute(
                "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM contacts)"
            ).get
    return Contents(path.stat().st_size, accounts, contacts)


def _transfer(reader: apsw.Connection, copy: apsw.Connection, progress: Progress) -> None:
    with copy.backup("main", reader, "main") as backup:
        done = False
        while not done:
            done = backup.step(_STEP_PAGES)
            progress(backup.page_count - backup.remaining, backup.page_count)


@contextmanager
def _unusable_on_error(trouble: str) -> Iterator[None]:
    """Turn errors of the file system and the engine into StoreUnusable."""
    try:
        yield
    except OSError as error:
        raise StoreUnusable(f"{trouble}: {file_reason(error)}") from error
    except apsw.Error as error:
        raise StoreUnusable(f"{trouble}: {reason(error)}") from error
