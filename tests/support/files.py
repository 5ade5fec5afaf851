"""A SQLite file, accessed outside the store."""

from contextlib import closing
from pathlib import Path

import apsw


def silent(done: int, of: int) -> None:
    """Report no progress."""


def names_in(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {file.name for file in folder.iterdir()}


def change(path: Path, sql: str, *values: str) -> None:
    """Run statements behind the store's back."""
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(sql, values)


def contacts_in(path: Path) -> int:
    """Return the number of contacts in a file."""
    with closing(apsw.Connection(str(path))) as connection:
        found = connection.execute("SELECT count(*) FROM contacts").get
    assert isinstance(found, int)
    return found


def damage(path: Path, name: str) -> None:
    """Overwrite the first page of a table or index."""
    with closing(apsw.Connection(str(path))) as connection:
        size = connection.pragma("page_size")
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).get
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\x55" * size
    path.write_bytes(content)
