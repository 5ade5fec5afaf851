"""The rows of a file that is imported, in a temporary SQLite file that only its user can read."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import apsw

_SCHEMA: Final = """
    CREATE TABLE staged (
        place INTEGER PRIMARY KEY, row INTEGER NOT NULL, phone INTEGER NOT NULL, content BLOB NOT NULL
    );
    CREATE TABLE opted_out (phone TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE rejected (place INTEGER PRIMARY KEY, line INTEGER NOT NULL, reject TEXT NOT NULL);
"""
_MERGE: Final = """
    CREATE INDEX staged_by_phone ON staged (phone);
    CREATE TABLE merged (place INTEGER PRIMARY KEY, content BLOB);
"""
_REPEATED: Final = """
    SELECT phone, place, content FROM staged
    WHERE phone IN (SELECT phone FROM staged GROUP BY phone HAVING count(*) > 1) ORDER BY phone, place
"""
_MERGED: Final = """
    DELETE FROM staged WHERE place IN (SELECT place FROM merged WHERE content IS NULL);
    UPDATE staged SET content = (SELECT content FROM merged WHERE merged.place = staged.place)
    WHERE place IN (SELECT place FROM merged);
    DROP TABLE merged;
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

    def put(self, rows: Sequence[tuple[int, str, bytes]]) -> None:
        """Append, with numbers as integers: an index of integers takes half the time and space."""
        numbered = ((row, int(phone[1:]), content) for row, phone, content in rows)
        with self._connection:
            self._connection.executemany("INSERT INTO staged (row, phone, content) VALUES (?, ?, ?)", numbered)

    def merge(self, combined: Callable[[bytes, bytes], bytes]) -> tuple[int, int]:
        """Index the numbers after they were added: an index that grows with them takes several times as long."""
        with self._connection:
            self._connection.execute(_MERGE)
            self._connection.executemany("INSERT INTO merged VALUES (?, ?)", self._repeated(combined))
            self._connection.execute(_MERGED)
        [(numbers, rows)] = self._connection.execute("SELECT count(*), count(DISTINCT row) FROM staged")
        return int(str(numbers)), int(str(rows))

    def _repeated(self, combined: Callable[[bytes, bytes], bytes]) -> Iterable[tuple[int, bytes | None]]:
        """Yield the first place of each repeated number with the combined content, and the others without one."""
        number, first, joined = 0, 0, b""  # no phone number is 0
        for phone, place, content in self._connection.execute(_REPEATED):
            if phone == number:
                joined = combined(joined, content)
                yield place, None
            else:
                if number:
                    yield first, joined
                number, first, joined = phone, place, content
        if number:
            yield first, joined

    def contents(self, phones: Sequence[str]) -> Mapping[str, bytes]:
        """Look the numbers up."""
        places = ",".join("?" * len(phones))
        numbers = tuple(int(phone[1:]) for phone in phones)
        found = self._connection.execute(f"SELECT phone, content FROM staged WHERE phone IN ({places})", numbers)
        return {f"+{phone}": content for phone, content in found}

    def rows(self, after: int = 0) -> Iterator[tuple[int, str, bytes]]:
        """Select in order; after `merge`, places have gaps, so that rows are counted."""
        sql = "SELECT row, phone, content FROM staged ORDER BY place LIMIT -1 OFFSET ?"
        for row, phone, content in self._connection.execute(sql, (after,)):
            yield row, f"+{phone}", content

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
