"""Backups: a copy of a live database into a file, and such a file put in the place of a database."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import apsw

from numberkeep.domain.errors import StoreInUse, StoreUnusable
from numberkeep.store.sqlite.connection import Database, reason
from numberkeep.store.sqlite.copying import SIDE_FILES, Contents, Progress, checked_copy, sync
from numberkeep.store.sqlite.lock import ServiceLock


@dataclass(slots=True, frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        contents: what the database holds now.
        kept: where the database that was there lies now; None where there was none.
    """

    contents: Contents
    kept: Path | None


def back_up(database: Path, file: Path, *, replace: bool, progress: Progress) -> Contents:
    """Copy a database, which may be in use, into a file; it stands under its name only when it is whole and on disk.

    Everything that was applied before the call is in the copy. `PRAGMA quick_check` has passed on it.

    Args:
        database: the database.
        file: where the copy goes.
        replace: whether a file that is there may be replaced.
        progress: told how many of how many pages are copied.

    Raises:
        StoreUnusable: the database cannot be read, or the file cannot be written or is there already.
    """
    place = Path(os.path.realpath(file))  # SQLite names its side files by where a link leads
    _refuse_the_databases_own(database, place, file)
    _refuse_taken(place, file, replace=replace)
    with checked_copy(database, place, "quick_check", progress) as (copy, contents), _telling(f"cannot write {file}"):
        _refuse_taken(place, file, replace=replace)
        copy.replace(place)
        sync(place.parent)
    return contents


def restore(file: Path, database: Path, *, replace: bool, at: datetime, progress: Progress) -> Restored:
    """Put a backup in the place of a database, and keep beside it the one that was there.

    The database is at any time the old one or the new one, whole; `PRAGMA integrity_check` has passed on the new one.
    No service has it meanwhile, and none can start.

    Args:
        file: the backup, or any numberkeep database; it stays as it is.
        database: the database.
        replace: whether a database that is there may be replaced.
        at: the time, for the name of the one that is replaced.
        progress: told how many of how many pages are copied.

    Raises:
        StoreInUse: a service or another program has the database open.
        StoreUnusable: the file is no intact numberkeep database of a version that this program knows; the database is
            there and may not be replaced, or is another program's; or something cannot be written.
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
            with _telling(f"cannot replace {database}"):
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
        # SQLite would take it for a part of the copy.
        if Path(f"{place}{suffix}").exists():
            raise StoreUnusable(f"{file} is a database in use, because {file.name}{suffix} exists: name another file")


def _settle(place: Path, database: Path) -> None:
    """Bring what is in the WAL into the file itself, which also shows whether anybody has it open.

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
    """Give what is at `place` a second name, and the copy its rights; SQLite's side files get that name alone."""
    kept = _free_name(place, at)
    for suffix in SIDE_FILES:  # first: whatever happens next, they must not be taken for a part of the copy
        with suppress(FileNotFoundError):
            Path(f"{place}{suffix}").rename(f"{kept}{suffix}")
    try:
        there = place.stat()
    except FileNotFoundError:
        return None
    with suppress(PermissionError):
        os.chown(copy, there.st_uid, there.st_gid)
    copy.chmod(there.st_mode & 0o777)
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
    except FileNotFoundError:
        return False


@contextmanager
def _telling(trouble: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnusable(f"{trouble}: {error.strerror}") from error
