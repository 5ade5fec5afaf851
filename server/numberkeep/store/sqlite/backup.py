"""Backs up a live database to a file, and restores a database from one."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from numberkeep.domain.errors import StoreInUse, StoreUnusable
from numberkeep.store.sqlite.connection import Database
from numberkeep.store.sqlite.copying import SIDE_FILES, Contents, Progress, checked_copy, sync
from numberkeep.store.sqlite.failures import file_reason, reason
from numberkeep.store.sqlite.lock import ServiceLock


@dataclass(slots=True, frozen=True)
class Restored:
    """The outcome of a restore.

    Attributes:
        contents: what the database contains now.
        kept: the new path of the database that was replaced; None if there was none.
    """

    contents: Contents
    kept: Path | None


def back_up(database: Path, file: Path, *, replace: bool, progress: Progress) -> Contents:
    """Copy a database, which may be in use, to a file, which appears when it is complete and on disk.

    The copy contains everything that was applied before the call, and has passed `PRAGMA quick_check`.

    Args:
        database: the database.
        file: the path of the copy.
        replace: whether an existing file may be replaced.
        progress: called with the number of copied pages and of all pages.

    Raises:
        StoreUnusable: the database cannot be read, or the file cannot be written or exists.
    """
    place = Path(os.path.realpath(file))  # SQLite names its side files after the target of a link
    _refuse_the_databases_own(database, place, file)
    _refuse_taken(place, file, replace=replace)
    with (
        checked_copy(database, place, "quick_check", progress) as (copy, contents),
        _unusable_on_error(f"cannot write {file}"),
    ):
        _refuse_taken(place, file, replace=replace)
        copy.replace(place)
        sync(place.parent)
    return contents


def restore(file: Path, database: Path, *, replace: bool, at: datetime, progress: Progress) -> Restored:
    """Replace a database by a backup, and keep the old one beside it.

    At any time the database is either the old or the new one; the new one has passed `PRAGMA integrity_check`. The
    lock keeps services out meanwhile.

    Args:
        file: the backup, or any numberkeep database; it is not changed.
        database: the database.
        replace: whether an existing database may be replaced.
        at: the time, for the name of the old database.
        progress: called with the number of copied pages and of all pages.

    Raises:
        StoreInUse: a service or another program has the database open.
        StoreUnusable: the file is not an intact numberkeep database of a known version; the database exists and may
            not be replaced, or is another program's; or something cannot be written.
    """
    place = Path(os.path.realpath(database))
    if _same(file, place):
        raise StoreUnusable(f"{file} is the database itself: name a backup of it")
    with ServiceLock.acquire(database):
        if place.exists() and not replace:
            raise StoreUnusable(
                f"the database {database} exists: stop its service, and give --force to replace it (it is kept under "
                "another name)"
            )
        with checked_copy(file, place, "integrity_check", progress) as (copy, contents):
            _settle(place, database)
            with _unusable_on_error(f"cannot replace {database}"):
                kept = _set_aside(place, copy, at)
                copy.replace(place)
                sync(place.parent)
    return Restored(contents, kept)


def _refuse_the_databases_own(database: Path, place: Path, file: Path) -> None:
    own = os.path.realpath(database)
    if _same(database, place) or str(place) in {f"{own}{suffix}" for suffix in (*SIDE_FILES, ".lock")}:
        raise StoreUnusable(f"{file} belongs to the database itself: name another file")


def _refuse_taken(place: Path, file: Path, *, replace: bool) -> None:
    if place.exists() and not (replace and place.is_file()):
        fix = "name another file, or replace it with --force" if place.is_file() else "name another file"
        raise StoreUnusable(f"{file} already exists: {fix}")
    for suffix in SIDE_FILES:
        # SQLite would treat it as part of the copy.
        if Path(f"{place}{suffix}").exists():
            raise StoreUnusable(f"{file} is a database in use, because {file.name}{suffix} exists: name another file")


def _settle(place: Path, database: Path) -> None:
    """Move the contents of the WAL to the file itself, which also shows whether another program has it open.

    A file that is too damaged for that is left as it is, to be set aside together with its WAL.
    """
    if not place.exists():
        return
    try:
        with closing(apsw.Connection(str(place), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
            Database(database).refuse_another_programs(connection)
            connection.execute("PRAGMA journal_mode = DELETE")
    except (apsw.BusyError, apsw.LockedError) as error:
        raise StoreInUse(f"another program has the database {database} open: stop it first") from error
    except (apsw.NotADBError, apsw.CorruptError):
        pass
    except apsw.Error as error:
        raise StoreUnusable(f"cannot open the database {database}: {reason(error)}") from error


def _set_aside(place: Path, copy: Path, at: datetime) -> Path | None:
    """Give the database a second name, rename SQLite's side files after it, and give the copy its owner.

    The copy stays readable by its owner alone, also if the database was not.
    """
    kept = _free_name(place, at)
    for suffix in SIDE_FILES:  # first: whatever happens next, SQLite must not treat them as part of the copy
        with suppress(FileNotFoundError):
            Path(f"{place}{suffix}").rename(f"{kept}{suffix}")
    try:
        old = place.stat()
    except FileNotFoundError:
        return None
    with suppress(PermissionError):
        os.chown(copy, old.st_uid, old.st_gid)
    try:
        kept.hardlink_to(place)
    except OSError:  # a file system without hard links: for a moment there is no database
        place.rename(kept)
    return kept


def _free_name(place: Path, at: datetime) -> Path:
    while True:
        kept = Path(f"{place}.replaced-{at:%Y%m%dT%H%M%SZ}")
        if not kept.exists():
            return kept
        at += timedelta(seconds=1)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (FileNotFoundError, NotADirectoryError):
        return False


@contextmanager
def _unusable_on_error(trouble: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnusable(f"{trouble}: {file_reason(error)}") from error
