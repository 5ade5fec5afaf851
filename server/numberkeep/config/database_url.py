"""The URL of a database: its engine, and which database it names."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from numberkeep.config.values import ConfigError

IN_MEMORY: Final = "sqlite://:memory:"

_FORMS: Final = f"sqlite:///numberkeep.db, sqlite:////an/absolute/path.db, {IN_MEMORY} or postgresql://..."


def sqlite_path(database: str) -> Path | None:
    """Return the file that a `sqlite:` URL names, or None for `sqlite://:memory:`.

    Raises:
        ConfigError: this is not such a URL.
    """
    if database == IN_MEMORY:
        return None
    path = database.removeprefix("sqlite:///")
    if path == database or path in {"", ":memory:"}:  # SQLite would open no file at all for the latter
        raise ConfigError(f"the database {without_password(database)!r} has an unsupported URL: use {_FORMS}")
    return Path(path)


def is_postgres(database: str) -> bool:
    """Return whether the URL names a PostgreSQL database."""
    return database.startswith(("postgresql://", "postgres://"))


def postgres_url(database: str) -> str:
    """Return the URL for the driver: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, then `?` and libpq's parameters.

    Raises:
        ConfigError: it names no database, or cannot be parsed.
    """
    try:
        parts = urlsplit(database)
        for host in parts.netloc.rpartition("@")[2].split(","):
            _ = urlsplit(f"//{host}").port  # parses it
    except ValueError:  # its text may contain a part of the password
        raise ConfigError(
            "the database's URL cannot be parsed: a port is a number up to 65535, and in a password / is written %2F, "
            "# %23, ? %3F, @ %40 and [ %5B"
        ) from None
    if not parts.path.strip("/"):
        raise ConfigError(
            f"the URL {without_password(database)!r} names no database: use postgresql://USER@HOST:PORT/DATABASE"
        )
    return database


def database_file(database: str) -> Path:
    """Return the file of a SQLite database.

    Raises:
        ConfigError: the database is in memory, or is a PostgreSQL database.
    """
    if is_postgres(database):
        raise ConfigError(
            "this command is for SQLite files: for PostgreSQL use pg_dump to back up and pg_restore to restore"
        )
    path = sqlite_path(database)
    if path is None:
        raise ConfigError("a database in memory exists only within its process: name a file with --database")
    return path


def existing_database(database: str) -> str:
    """Return the URL if its database exists, as far as that can be seen without connecting to it.

    Raises:
        ConfigError: there is no such file, or the database is in memory.
    """
    if not is_postgres(database) and not (path := database_file(database)).exists():
        raise ConfigError(
            f"there is no database {path}: correct its URL, or run the command in the folder of the service"
        )
    return database


def without_password(url: str) -> str:
    """Return the URL without user, password and parameters, one of which may be a password."""
    shown, _, parameters = url.partition("?")
    if "@" not in url:
        return shown
    scheme = next((shown[: len(mark) + shown.index(mark)] for mark in ("://", ":") if mark in shown), "")
    return f"{scheme}..." if "@" in parameters else scheme + shown.rpartition("@")[2]  # the ? may be a password's
