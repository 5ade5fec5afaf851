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

from numberkeep.domain.contacts.listing import SLICE_TEXT, ListQuery, Position, text_of
from numberkeep.domain.contacts.search import Search, search_text
from numberkeep.store.index_order import is_along_index
from numberkeep.store.postgres.listing_statement import Statement, contact_with, order_of, page_of
from numberkeep.store.postgres.search_candidates import candidates
from numberkeep.store.postgres.search_conditions import found_in_text, may_be_found_in_fields
from numberkeep.store.rows import COLUMNS, contact_of

_UNSTORED: Final = re.compile("[\0\ud800-\udfff]")
"""Characters that no contact has, and that cannot be sent to the server."""

_WALKS: Final = (400, 8_000, 32_000)
"""Contacts of each part of a walk; all further ones are as long as the last."""
_PATIENCE: Final = (8_000, 40_000)
"""The longest walk that is expected to take less time than looking up candidates: before it is known whether they are
few, and when they are not. A candidate takes as long as six contacts of a walk."""
_FEW: Final = 2_000
_MOST: Final = 100_000
"""Candidates that are looked up and sorted; if there are more, the walk goes on."""

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
    progress = await _progress(connection, account_id)
    statements = Statements(account_id, search, progress)
    missing = query.offset + query.limit + 1
    found = walked = 0
    # One number or id is read at once.
    one = query.where.contact_id is not None or query.where.phone is not None
    tries = [_FEW, _MOST] if progress.logged and progress.filled_to is None and not one else []
    await connection.execute(settings(query))
    for size in chain(_WALKS, repeat(_WALKS[-1])):
        if tries and walked and missing * walked > _PATIENCE[2 - len(tries)] * found:
            phones = await candidates(connection, account_id, search, progress.event_id, tries.pop(0))
            if phones is not None:
                reader = _Reader(await _opened(connection, *statements.among(query, phones)), search)
                while (rows := await reader.next()) is not None:
                    yield rows
                return
        reader = _Reader(await _opened(connection, *statements.walk(query, size)), search)
        while (rows := await reader.next()) is not None:
            found += len(rows)
            missing -= len(rows)
            yield rows
        end = await _end_of_walk(connection, account_id, query, size)
        if end is None:
            return
        walked += size
        query = replace(query, after=end)


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

    def among(self, query: ListQuery, phones: Sequence[str]) -> tuple[str, list[Any]]:
        """Return what reads the matches among candidates."""
        statement = Statement(self.account_id)
        candidate = f"unnest({statement.value(phones)}::text[]) AS candidate (phone)"
        contact = contact_with(statement, query, "candidate.phone")
        return self._matches(query, statement, f"{candidate} CROSS JOIN LATERAL ({contact}) AS page")

    def _matches(self, query: ListQuery, statement: Statement, source: str) -> tuple[str, list[Any]]:
        changed = f"page.last_event > {statement.value(self.progress.event_id)}"
        if self.progress.filled_to is not None:
            changed += f" OR page.contact_id > {statement.value(self.progress.filled_to)}"
        sql = (
            f"SELECT {_READ}, {changed} FROM {source} WHERE CASE WHEN {changed} "
            f"THEN {may_be_found_in_fields(statement, self.search)} "
            f"ELSE {found_in_text(statement, self.search)} END ORDER BY {order_of(query)}"
        )
        return sql, statement.values


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


async def _opened(connection: asyncpg.Connection, sql: str, values: Sequence[Any]) -> asyncpg.cursor.Cursor:
    return await connection.cursor(sql, *values)


async def _progress(connection: asyncpg.Connection, account_id: int) -> Progress:
    row = await connection.fetchrow(_PROGRESS, account_id, _MOST)
    return Progress(*row) if row else Progress()


async def _end_of_walk(connection: asyncpg.Connection, account_id: int, query: ListQuery, size: int) -> Position | None:
    """Return the position of the last of the first contacts of a listing; None if there are fewer."""
    statement = Statement(account_id)
    sql = page_of(statement, query, f"SELECT c.{query.order.by}, c.contact_id", 1, size - 1)
    row = await connection.fetchrow(sql, *statement.values)
    return Position(*row) if row else None
