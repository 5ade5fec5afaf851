"""Pages of contacts, each read along an index.

A page with a tag is read along contact_tags, any other along the index of its sort key. A cursor continues by a row
comparison, for which PostgreSQL uses both columns of the index.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import asyncpg

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import (
    EVERYTHING,
    MOST_TEXT,
    SLICE_CONTACTS,
    SLICE_TEXT,
    ContactFilter,
    ListQuery,
    Page,
    Position,
    text_of,
)
from numberkeep.domain.contacts.search import Search
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.postgres.listing_statement import Statement, order_of, page_of
from numberkeep.store.postgres.search_matches import matches
from numberkeep.store.rows import COLUMNS, record_of

_SELECT: Final = "SELECT " + ", ".join(f"c.{name}" for name in COLUMNS.split(", "))
_BOUNDED: Final = _SELECT.replace("c.", "page.").replace(
    "page.custom_variables",
    "CASE WHEN sum(octet_length(page.tags) + octet_length(page.custom_variables)) OVER () <= "
    f"{MOST_TEXT} THEN page.custom_variables END AS custom_variables",
)
"""Like _SELECT, but without custom variables if there is too much text in all; their lengths are known unread."""

_PART: Final = 4
"""Rows that are fetched at first: the largest ones have 1.6 MB."""
_MOST_ROWS: Final = 32
"""Rows that are fetched at a time once they are small; each fetch takes a hundred microseconds."""

Row = Any


async def page(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> Page:
    """Return one page.

    Raises:
        PageTooLarge: it has more than MOST_TEXT.
    """
    if query.where.search is not None:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            rows: Sequence[Row] = await _found(connection, account_id, query)
    else:
        statement = Statement(account_id)
        inner = page_of(statement, query, _SELECT, query.limit + 1, query.offset)
        # The order is the inner one: nothing is sorted again.
        sql = f"{_BOUNDED} FROM ({inner}) AS page ORDER BY {order_of(query)}"
        rows = await connection.fetch(sql, *statement.values)
        if rows and rows[0]["custom_variables"] is None:
            raise PageTooLarge
    contacts = [record_of(row) for row in rows[: query.limit]]
    return Page(contacts, query.order.place_of(contacts[-1]) if len(rows) > query.limit else None)


async def count(connection: asyncpg.Connection, account_id: int, where: ContactFilter, most: int) -> int:
    """Return how many contacts meet the conditions; counting ends at `most`."""
    if where.search is not None:
        query = ListQuery(replace(where, search=None), limit=most - 1)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _count_found(connection, account_id, query, where.search)
    statement = Statement(account_id)
    inner = page_of(statement, ListQuery(where), "SELECT 1", most)
    found: int = await connection.fetchval(f"SELECT count(*) FROM ({inner}) AS found", *statement.values)
    return found


async def _count_found(connection: asyncpg.Connection, account_id: int, query: ListQuery, search: Search) -> int:
    found = 0
    async with aclosing(matches(connection, account_id, query, search, in_order=False)) as parts:
        async for rows in parts:
            found += len(rows)
            if found > query.limit:
                return query.limit + 1
    return found


async def next_place(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> Position | None:
    """Return the position of the last contact of a page if more follow; in a transaction with a snapshot."""
    if query.limit == EVERYTHING:
        return None
    if query.where.search is not None:
        last: ContactRecord | None = None
        left = query.limit
        async with aclosing(_parts_found(connection, account_id, query)) as parts:
            async for rows in parts:
                if len(rows) > left:
                    last = record_of(rows[left - 1]) if left else last
                    assert last is not None  # noqa: S101 - a page has at least one contact
                    return query.order.place_of(last)
                if rows:
                    left, last = left - len(rows), record_of(rows[-1])
        return None
    statement = Statement(account_id)
    select = f"SELECT c.{query.order.by}, c.contact_id"
    places = await connection.fetch(page_of(statement, query, select, query.limit + 1, query.offset), *statement.values)
    return Position(*places[query.limit - 1]) if len(places) > query.limit else None


async def slices(
    connection: asyncpg.Connection, account_id: int, query: ListQuery
) -> AsyncIterator[Sequence[ContactRecord]]:
    """Yield the contacts of a page in slices of at most SLICE_CONTACTS and about SLICE_TEXT.

    In a transaction with a snapshot.
    """
    contacts: list[ContactRecord] = []
    text, left = 0, query.limit
    read = _parts if query.where.search is None else _parts_found
    async with aclosing(read(connection, account_id, query)) as parts:
        async for rows in parts:
            for row in rows[:left]:
                contacts.append(record_of(row))
                text += text_of(row)
                if text > SLICE_TEXT or len(contacts) == SLICE_CONTACTS:
                    yield contacts
                    contacts, text = [], 0
            left -= len(rows)
            if left <= 0:
                break
    if contacts:
        yield contacts


async def _parts(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> AsyncGenerator[Sequence[Row]]:
    """Yield the rows of a page, a few at a time."""
    statement = Statement(account_id)
    sql = page_of(statement, query, _SELECT, query.limit + 1, query.offset)
    cursor = await connection.cursor(sql, *statement.values)
    part = _PART
    while rows := await cursor.fetch(part):
        yield rows
        part = min(2 * part, _MOST_ROWS) if sum(map(text_of, rows)) < SLICE_TEXT // 4 else _PART


async def _parts_found(
    connection: asyncpg.Connection, account_id: int, query: ListQuery
) -> AsyncGenerator[Sequence[Row]]:
    """Yield the rows that a search finds after the offset, a few at a time, with or without those after the page."""
    search = query.where.search
    assert search is not None  # noqa: S101 - see the callers
    skipped = 0
    plain = replace(query, where=replace(query.where, search=None))
    async with aclosing(matches(connection, account_id, plain, search)) as parts:
        async for rows in parts:
            kept = rows[max(query.offset - skipped, 0) :]
            skipped += len(rows) - len(kept)
            if kept:
                yield kept


async def _found(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> Sequence[Row]:
    """Return the rows of a page that a search finds, and one more if another page follows."""
    found: list[Row] = []
    text = 0
    async with aclosing(_parts_found(connection, account_id, query)) as parts:
        async for rows in parts:
            found += rows
            text += sum(map(text_of, rows))
            if text > MOST_TEXT:
                raise PageTooLarge
            if len(found) > query.limit:
                break
    return found
