"""The rows of a file that is imported, in a temporary SQLite file that only its user can read."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import apsw

_SCHEMA: Final = """
    CREATE TABLE staged (
        place INTEGER PRIMARY KEY, row INTEGER NOT NULL, phone TEXT NOT NULL UNIQUE, content TEXT NOT NULL
    );
    CREATE TABLE opted_out (phone TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE rejected (place INTEGER PRIMARY KEY, line INTEGER NOT NULL, reject TEXT NOT NULL);
"""
_PUT: Final = """
    INSERT INTO staged (row, phone, content) VALUES (?, ?, ?)
    ON CONFLICT (phone) DO UPDATE SET content = excluded.content
"""


class SqliteStaging:
    """`numberkeep.service.imports.staging.Staging` documents the methods.

    A context that deletes the file at its end. Except on Windows, an open file has no name, so that a process that is
    killed leaves nothing behind.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(  # with mode 0700
            prefix="numberkeep-import-", ignore_cleanup_errors=True
        )
        path = Path(self._folder.name) / "rows.db"
        path.touch(0o600)
        self._connection = apsw.Connection(str(path))
        self._connection.pragma("journal_mode", "OFF")  # a crash loses the plan and nothing else
        self._connection.pragma("synchronous", "OFF")
        self._connection.execute(_SCHEMA)
        self._folder.cleanup()  # Windows cannot delete an open file

    def contents(self, phones: Sequence[str]) -> Mapping[str, str]:
        """Look the numbers up."""
        places = ",".join("?" * len(phones))
        found = self._connection.execute(f"SELECT phone, content FROM staged WHERE phone IN ({places})", tuple(phones))
        return {phone: content for phone, content in found}  # noqa: C416 - the types of a row are unknown

    def put(self, rows: Sequence[tuple[int, str, str]]) -> None:
        """Insert or update."""
        with self._connection:
            self._connection.executemany(_PUT, rows)

    def rows(self, after: int = 0) -> Iterator[tuple[int, str, str]]:
        """Select in order; places have no gaps."""
        sql = "SELECT row, phone, content FROM staged WHERE place > ? ORDER BY place"
        yield from self._connection.execute(sql, (after,))

    def put_opt_outs(self, phones: Sequence[str]) -> None:
        """Insert."""
        with self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO opted_out VALUES (?)", ((phone,) for phone in phones))

    def opt_outs(self) -> Iterator[str]:
        """Select in order."""
        for (phone,) in self._connection.execute("SELECT phone FROM opted_out ORDER BY phone"):
            yield phone

    def put_rejects(self, rejects: Sequence[tuple[int, str]]) -> None:
        """Insert."""
        with self._connection:
            self._connection.executemany("INSERT INTO rejected (line, reject) VALUES (?, ?)", rejects)

    def rejects(self) -> Iterator[str]:
        """Select in order."""
        for (reject,) in self._connection.execute("SELECT reject FROM rejected ORDER BY line, place"):
            yield reject

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._folder.cleanup()
