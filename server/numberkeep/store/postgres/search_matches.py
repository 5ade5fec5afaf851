"""Finds the contacts that a search means, in the order of a listing.

A search walks along the listing at first: words that many contacts have fill a page soon. If that would be a long walk,
the contacts that can match are looked up by their grams or last digits, and sorted. Which way is taken decides only how
long it takes: the matches are the same, in the same order.

A contact that has changed since it was indexed is compared here, by its fields: the index does not have it, and an
older process, which does not know of search texts, may have changed it.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Any, Final, NamedTuple

import asyncpg

from numberkeep.domain.contacts.listing import EVERYTHING, SLICE_TEXT, ListQuery, Position, text_of
from numberkeep.domain.contacts.search import Search, search_text
from numberkeep.store.index_order import is_along_index
from numberkeep.store.postgres.listing_statement import Statement, contact_with, order_of, page_of
from numberkeep.store.postgres.search_candidates import candidates
from numberkeep.store.postgres.search_conditions import found_in_text, may_be_found_in_fields
from numberkeep.store.rows import COLUMNS, contact_of

_UNSTORED: Final = re.compile("[\0\ud800-\udfff]")
"""Characters that no contact has, and that cannot be sent to the server."""

_FIRST_WALK: Final = 400
_SECOND_WALK: Final = 8_000
_LONG_WALK: Final = 32_000
"""Contacts of one part of a walk, until the end of the listing."""
_FEW: Final = 10_000
_MOST: Final = 200_000
"""Candidates that are looked up and sorted; if there are more, walking on takes less time and memory."""

_PART: Final = 4
"""Rows that are fetched at first: the largest ones have 1.6 MB."""
_MOST_ROWS: Final = 32
"""Rows that are fetched at a time once they are small; each fetch takes a hundred microseconds."""

_PROGRESS: Final = (
    "SELECT p.event_id, p.filled_to, w.last_event - p.event_id <= $2 AND (w.last_event = p.event_id OR "
    "EXISTS (SELECT FROM numberkeep.events AS e WHERE e.account_id = $1 AND e.event_id = p.event_id + 1)) "
    "FROM numberkeep.search_progress AS p JOIN numberkeep.writers AS w ON w.account_id = p.account_id "
    "WHERE p.account_id = $1 AND w.account_id = $1"
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
    """

    event_id: int = -1
    filled_to: int | None = None
    logged: bool = False


async def matches(
    connection: asyncpg.Connection, account_id: int, query: ListQuery, search: Search
) -> AsyncGenerator[Sequence[Row]]:
    """Yield the `COLUMNS` of every contact of a listing that a search finds, in order and in parts.

    Args:
        connection: the database, in a transaction with a snapshot.
        account_id: the account.
        query: the listing, without the search. Its limit and its offset say how many contacts will be read.
        search: the search.
    """
    if search.is_void or any(_UNSTORED.search(clause.text) for clause in search.clauses):
        return
    of = _Search(account_id, search, await _progress(connection, account_id))
    missing = query.offset + query.limit + 1
    found = walked = 0
    # One number or id is read at once.
    one = query.where.contact_id is not None or query.where.phone is not None
    tries = [_FEW, _MOST] if of.progress.logged and of.progress.filled_to is None and not one else []
    along_index = is_along_index(query)
    if along_index:
        await connection.execute("SET LOCAL enable_sort = off")  # a long walk is along the index too
    for size in chain((_FIRST_WALK, _SECOND_WALK), repeat(_LONG_WALK)) if along_index else repeat(EVERYTHING):
        is_long = missing * walked > _SECOND_WALK * found if walked else not along_index
        if tries and is_long:
            phones = await candidates(connection, account_id, search, of.progress.event_id, tries.pop(0))
            if phones is not None:
                reader = await of.among(connection, query, phones)
                while (rows := await reader.next()) is not None:
                    yield rows
                return
        reader = await of.walk(connection, query, size)
        while (rows := await reader.next()) is not None:
            found += len(rows)
            missing -= len(rows)
            yield rows
        end = None if size == EVERYTHING else await _end_of_walk(connection, account_id, query, size)
        if end is None:
            return
        walked += size
        query = replace(query, after=end)


@dataclass(slots=True, frozen=True)
class _Search:
    """A search in an account."""

    account_id: int
    search: Search
    progress: Progress

    async def walk(self, connection: asyncpg.Connection, query: ListQuery, size: int) -> "_Reader":
        """Read the matches among the first contacts of a listing."""
        statement = Statement(self.account_id)
        return await self._reader(connection, query, statement, f"({page_of(statement, query, _SELECT, size)}) AS page")

    async def among(self, connection: asyncpg.Connection, query: ListQuery, phones: Sequence[str]) -> "_Reader":
        """Read the matches among candidates."""
        statement = Statement(self.account_id)
        candidate = f"unnest({statement.value(phones)}::text[]) AS candidate (phone)"
        contact = contact_with(statement, query, "candidate.phone")
        return await self._reader(connection, query, statement, f"{candidate} CROSS JOIN LATERAL ({contact}) AS page")

    async def _reader(
        self, connection: asyncpg.Connection, query: ListQuery, statement: Statement, source: str
    ) -> "_Reader":
        changed = f"page.last_event > {statement.value(self.progress.event_id)}"
        if self.progress.filled_to is not None:
            changed += f" OR page.contact_id > {statement.value(self.progress.filled_to)}"
        sql = (
            f"SELECT {_READ}, {changed} FROM {source} WHERE CASE WHEN {changed} "
            f"THEN {may_be_found_in_fields(statement, self.search)} "
            f"ELSE {found_in_text(statement, self.search)} END ORDER BY {order_of(query)}"
        )
        return _Reader(await connection.cursor(sql, *statement.values), self.search)


@dataclass(slots=True)
class _Reader:
    """Reads what a statement finds, apart from contacts that have changed and are not found."""

    cursor: asyncpg.cursor.Cursor
    search: Search
    size: int = _PART

    async def next(self) -> Sequence[Row] | None:
        """Return some rows, perhaps none; None at the end."""
        rows = await self.cursor.fetch(self.size)
        if not rows:
            return None
        self.size = min(2 * self.size, _MOST_ROWS) if sum(map(text_of, rows)) < SLICE_TEXT // 4 else _PART
        return [
            row[:_COLUMNS]
            for row in rows
            if not row[_COLUMNS] or self.search.finds(row[1], search_text(contact_of(row[:_COLUMNS])))
        ]


async def _progress(connection: asyncpg.Connection, account_id: int) -> Progress:
    row = await connection.fetchrow(_PROGRESS, account_id, _MOST)
    return Progress(*row) if row else Progress()


async def _end_of_walk(connection: asyncpg.Connection, account_id: int, query: ListQuery, size: int) -> Position | None:
    """Return the position of the last of the first contacts of a listing; None if there are fewer."""
    statement = Statement(account_id)
    sql = page_of(statement, query, f"SELECT c.{query.order.by}, c.contact_id", 1, size - 1)
    row = await connection.fetchrow(sql, *statement.values)
    return Position(*row) if row else None
