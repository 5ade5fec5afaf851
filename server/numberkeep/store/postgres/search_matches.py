"""Finds the contacts that a search means, in the order of a listing.

A search walks along the listing at first. If that would be a long walk (search_way.py), the contacts that can match are
looked up by their grams or last digits, and sorted.

Contacts that have changed since they were indexed are found too. They are compared by their search text, as others, or
here by their fields if an older process, which does not know of search texts, may have changed them.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, Final, NamedTuple

import asyncpg

from numberkeep.domain.contacts.listing import SLICE_TEXT, ListQuery, Position, text_of
from numberkeep.domain.contacts.search import Search, search_text
from numberkeep.store.index_order import is_along_index
from numberkeep.store.postgres.listing_statement import Statement, contact_with, order_of, page_of
from numberkeep.store.postgres.search_candidates import candidates
from numberkeep.store.postgres.search_conditions import found_in_text, may_be_found_in_fields
from numberkeep.store.rows import COLUMNS, contact_of
from numberkeep.store.search_way import WALKS, Lookup, Way

_UNSTORED: Final = re.compile("[\0\ud800-\udfff]")
"""Characters that no contact has, and that cannot be sent to the server."""

_LOOKUPS: Final = (Lookup(8_000, 25_000), Lookup(200_000, 100_000))
_READS: Final = 4
"""A candidate takes as long to read as so many contacts of a walk."""
_MOST_CHANGED: Final = 100_000
"""Changes since the contacts were indexed that are looked up besides."""

_PART: Final = 4
"""Rows that are fetched at first: the largest ones have 1.6 MB."""
_UNORDERED: Final = 1000
"""Candidates that are sorted at a time if the order does not matter."""
_SPARE: Final = 32
"""Rows that are sorted besides those that will be read, as some may not be matches."""
_MOST_ROWS: Final = 32
"""Rows that are fetched at a time once they are small; each fetch takes a hundred microseconds."""

_PROGRESS: Final = (
    "SELECT coalesce(p.event_id, -1), p.filled_to, p.event_id IS NOT NULL AND w.last_event - p.event_id <= $2 "
    "AND (w.last_event = p.event_id OR "
    "EXISTS (SELECT FROM numberkeep.events AS e WHERE e.account_id = $1 AND e.event_id = p.event_id + 1)), "
    "CASE WHEN w.text_event <> w.last_event THEN w.text_event END "
    "FROM numberkeep.writers AS w LEFT JOIN numberkeep.search_progress AS p ON p.account_id = $1 "
    "WHERE w.account_id = $1"
)
_SELECT: Final = "SELECT " + ", ".join(f"c.{name}" for name in (*COLUMNS.split(", "), "last_event", "search_text"))
_READ: Final = ", ".join(f"page.{name}" for name in COLUMNS.split(", "))
_COLUMNS: Final = len(COLUMNS.split(", "))

Row = Any


class Progress(NamedTuple):
    """How far an account's contacts are indexed.

    Attributes:
        event_id: those with later events are not.
        filled_to: those with later ids are not; None if they are.
        logged: whether the later events are in the change log, and not too many.
        text_event: contacts with later events may have another search text, unless they are indexed; None if all have
            that of their fields.
    """

    event_id: int = -1
    filled_to: int | None = None
    logged: bool = False
    text_event: int | None = -1


async def matches(
    connection: asyncpg.Connection, account_id: int, query: ListQuery, search: Search, *, in_order: bool = True
) -> AsyncGenerator[Sequence[Row]]:
    """Yield the `COLUMNS` of every contact of a listing that a search finds, in parts.

    Args:
        connection: the database, in a transaction with a snapshot.
        account_id: the account.
        query: the listing, without the search. Its limit and its offset say how many contacts will be read.
        search: the search.
        in_order: whether they must be in the order of the listing; for a count they need not, which is faster.
    """
    if search.is_void or any(_UNSTORED.search(clause.text) for clause in search.clauses):
        return
    progress = await _progress(connection, account_id)
    statements = Statements(account_id, search, progress)
    phones: Sequence[str] | None = None
    # One number or id is read at once.
    one = query.where.contact_id is not None or query.where.phone is not None
    lookups = _LOOKUPS if progress.logged and progress.filled_to is None and not one else ()
    way = Way(query.offset + query.limit + 1, lookups, _READS)
    await connection.execute(settings(query))
    for size in chain(WALKS, repeat(WALKS[-1])):
        reader = await _opened(connection, search, statements.walk(query, size))
        while (rows := await reader.next()) is not None:
            way.find(len(rows))
            yield rows
        end = await _end_of_walk(connection, account_id, query, size)
        if end is None:
            return
        way.walk(size)
        query = replace(query, after=end)
        while phones is None and (most := way.lookup()) is not None:
            phones = await candidates(connection, account_id, search, progress.event_id, most)
        if phones is not None and way.is_longer_than_reading(len(phones)):
            parts = [phones] if in_order else [phones[n : n + _UNORDERED] for n in range(0, len(phones), _UNORDERED)]
            for part in parts:
                async for among in _among(connection, statements, query, part, way.missing):
                    yield among
            return


async def _among(
    connection: asyncpg.Connection, statements: "Statements", query: ListQuery, phones: Sequence[str], missing: int
) -> AsyncGenerator[Sequence[Row]]:
    """Yield the matches among candidates; only so many are sorted as will probably be read."""
    size = missing + _SPARE
    while phones:
        reader = await _opened(connection, statements.search, statements.among(query, phones, size))
        while (rows := await reader.next()) is not None:
            yield rows
        if reader.last is None or reader.count < size:
            return
        query = replace(query, after=Position(reader.last[query.order.by], reader.last["contact_id"]))
        size *= 2


def settings(query: ListQuery) -> str:
    """Return the settings for the statements of a search in a listing.

    Without them, the planner reads a table as a whole when it expects many matches in it, and sorts all contacts for a
    long walk. Citus passes them on to its nodes; elsewhere the first one has no meaning.
    """
    along_index = "SET LOCAL enable_sort = off" if is_along_index(query) else ""
    return f"SET LOCAL citus.propagate_set_commands = 'local'; SET LOCAL enable_seqscan = off; {along_index}"


@dataclass(slots=True, frozen=True)
class Statements:
    """The statements of a search in an account; each is returned with its values.

    Attributes:
        account_id: the account.
        search: the search.
        progress: how far the account is indexed.
    """

    account_id: int
    search: Search
    progress: Progress

    def walk(self, query: ListQuery, size: int) -> tuple[str, list[Any]]:
        """Return what reads the matches among the first contacts of a listing."""
        statement = Statement(self.account_id)
        return self._matches(query, statement, f"({page_of(statement, query, _SELECT, size)}) AS page")

    def among(self, query: ListQuery, phones: Sequence[str], size: int) -> tuple[str, list[Any]]:
        """Return what reads the first matches among candidates."""
        statement = Statement(self.account_id)
        candidate = f"unnest({statement.value(phones)}::text[]) AS candidate (phone)"
        contact = contact_with(statement, query, "candidate.phone")
        sql, values = self._matches(query, statement, f"{candidate} CROSS JOIN LATERAL ({contact}) AS page")
        return f"{sql} LIMIT {statement.value(size)}::bigint", values

    def _matches(self, query: ListQuery, statement: Statement, source: str) -> tuple[str, list[Any]]:
        unsure, condition = "false", found_in_text(statement, self.search)
        if self.progress.text_event is not None:
            unsure = self._may_have_another_text(statement, self.progress.text_event)
            fields = may_be_found_in_fields(statement, self.search)
            condition = f"CASE WHEN {unsure} THEN {fields} ELSE {condition} END"
        return f"SELECT {_READ}, {unsure} FROM {source} WHERE {condition} ORDER BY {order_of(query)}", statement.values

    def _may_have_another_text(self, statement: Statement, text_event: int) -> str:
        sql = f"page.last_event > {statement.value(max(self.progress.event_id, text_event))}"
        if self.progress.filled_to is not None:
            filled_to = statement.value(self.progress.filled_to)
            sql += f" OR page.last_event > {statement.value(text_event)} AND page.contact_id > {filled_to}"
        return sql


@dataclass(slots=True)
class _Reader:
    """Reads what a statement finds, apart from contacts whose text may be another one and that are not found."""

    cursor: asyncpg.cursor.Cursor
    search: Search
    size: int = _PART
    count: int = 0
    last: Row | None = None

    async def next(self) -> Sequence[Row] | None:
        """Return some rows, perhaps none; None at the end."""
        rows = await self.cursor.fetch(self.size)
        if not rows:
            return None
        self.count += len(rows)
        self.last = rows[-1]
        self.size = min(2 * self.size, _MOST_ROWS) if sum(map(text_of, rows)) < SLICE_TEXT // 4 else _PART
        return [
            row[:_COLUMNS]
            for row in rows
            if not row[_COLUMNS] or self.search.finds(row[1], search_text(contact_of(row[:_COLUMNS])))
        ]


async def _opened(connection: asyncpg.Connection, search: Search, statement: tuple[str, list[Any]]) -> _Reader:
    sql, values = statement
    return _Reader(await connection.cursor(sql, *values), search)


async def _progress(connection: asyncpg.Connection, account_id: int) -> Progress:
    row = await connection.fetchrow(_PROGRESS, account_id, _MOST_CHANGED)
    return Progress(*row) if row else Progress()


async def _end_of_walk(connection: asyncpg.Connection, account_id: int, query: ListQuery, size: int) -> Position | None:
    """Return the position of the last of the first contacts of a listing; None if there are fewer."""
    statement = Statement(account_id)
    sql = page_of(statement, query, f"SELECT c.{query.order.by}, c.contact_id", 1, size - 1)
    row = await connection.fetchrow(sql, *statement.values)
    return Position(*row) if row else None
