"""The URL that names a database: which engine's, and which one."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from numberkeep.config.values import ConfigError

DEFAULT_DATABASE: Final = "sqlite:///numberkeep.db"


def sqlite_path(database: str) -> Path | None:
    """The file that a `sqlite:` URL names; None for `sqlite://:memory:`.

    Raises:
        ConfigError: it is no such URL.
    """
    if database == "sqlite://:memory:":
        return None
    path = database.removeprefix("sqlite:///")
    if path == database or path in {"", ":memory:"}:  # SQLite would take the latter for no file at all
        raise ConfigError(
            f"the database {_without_password(database)!r} is not one that numberkeep can use: "
            "give sqlite:///numberkeep.db, sqlite:////an/absolute/path.db, sqlite://:memory: or postgresql://..."
        )
    return Path(path)


def is_postgres(database: str) -> bool:
    """Whether the URL names a PostgreSQL database."""
    return database.startswith(("postgresql://", "postgres://"))


def postgres_url(database: str) -> str:
    """The URL for the driver: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with libpq's parameters behind a `?`.

    Raises:
        ConfigError: it names no database, or cannot be read.
    """
    try:
        parts = urlsplit(database)
        for host in parts.netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{host}").port  # looks at it
    except ValueError:  # whose text may have a part of the password
        raise ConfigError(
            "the database's URL cannot be read: a port is a number up to 65535, and in a password / is written %2F, "
            "# %23, ? %3F, @ %40 and [ %5B"
        ) from None
    if not parts.path.strip("/"):
        raise ConfigError(
            f"the URL {_without_password(database)!r} names no database: give postgresql://USER@HOST:PORT/DATABASE"
        )
    return database


def database_file(database: str) -> Path:
    """The file of a database that is one, for what is done to files.

    Raises:
        ConfigError: it is in memory, or of an engine that brings its own tools.
    """
    if is_postgres(database):
        raise ConfigError(
            "this command is for SQLite files: back PostgreSQL up by pg_dump, restore it by pg_restore, check it by "
            "pg_amcheck"
        )
    path = sqlite_path(database)
    if path is None:
        raise ConfigError("a database in memory is gone with its process: name a file with --database")
    return path


def _without_password(url: str) -> str:
    """The URL without whoever logs in and its parameters, one of which may be a password."""
    shown, _, parameters = url.partition("?")
    if "@" not in url:
        return shown
    scheme = next((shown[: len(mark) + shown.index(mark)] for mark in ("://", ":") if mark in shown), "")
    return f"{scheme}..." if "@" in parameters else scheme + shown.rpartition("@")[2]  # that ? may be a password's
