"""Pages of contacts, each read along an index.

A page with a tag is read along contact_tags, any other along the index of its sort key. A cursor continues by a row
comparison, for which PostgreSQL uses both columns of the index.
"""

from collections.abc import AsyncIterator, Sequence
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
    OrderBy,
    Page,
    Position,
    text_of,
)
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.index_order import is_along_index
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

_BY_TAG: Final = (
    "numberkeep.contact_tags AS t JOIN numberkeep.contacts AS c "
    "ON c.account_id = t.account_id AND c.contact_id = t.contact_id"
)
_HAS_TAG: Final = (
    "EXISTS (SELECT FROM numberkeep.contact_tags AS has WHERE has.account_id = c.account_id AND has.tag = {} "
    "AND has.created_at = c.created_at AND has.contact_id = c.contact_id)"
)

_IS_UNCLEAR: Final = (
    "EXISTS (SELECT FROM numberkeep.reviews AS r WHERE r.account_id = c.account_id AND r.phone = c.phone "
    "AND r.decision = 'open')"
)


class _Statement:
    """Conditions and their values, in the same order."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: Any) -> None:
        """Add a condition, in which each `{}` stands for a value."""
        self.conditions.append(condition.format(*map(self.value, values)))

    def value(self, value: Any) -> str:
        """Add a value and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"


async def page(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> Page:
    """Return one page.

    Raises:
        PageTooLarge: it has more than MOST_TEXT.
    """
    inner, values = _statement(account_id, query)
    direction = "DESC" if query.order.descending else "ASC"
    order = f"page.{query.order.by} {direction}, page.contact_id {direction}"  # the inner one: nothing is sorted again
    rows = await connection.fetch(f"{_BOUNDED} FROM ({inner}) AS page ORDER BY {order}", *values)
    if rows and rows[0]["custom_variables"] is None:
        raise PageTooLarge
    contacts = [record_of(row) for row in rows[: query.limit]]
    return Page(contacts, query.order.place_of(contacts[-1]) if len(rows) > query.limit else None)


async def count(connection: asyncpg.Connection, account_id: int, where: ContactFilter, most: int) -> int:
    """Return how many contacts meet the conditions; counting ends at `most`."""
    inner, values = _statement(account_id, ListQuery(where, limit=most - 1), "SELECT 1")
    found: int = await connection.fetchval(f"SELECT count(*) FROM ({inner}) AS found", *values)
    return found


async def next_place(connection: asyncpg.Connection, account_id: int, query: ListQuery) -> Position | None:
    """Return the position of the last contact of a page if more follow, without reading the page's texts."""
    if query.limit == EVERYTHING:
        return None
    sql, values = _statement(account_id, query, f"SELECT c.{query.order.by}, c.contact_id")
    places = await connection.fetch(sql, *values)
    return Position(*places[query.limit - 1]) if len(places) > query.limit else None


async def slices(
    connection: asyncpg.Connection, account_id: int, query: ListQuery
) -> AsyncIterator[Sequence[ContactRecord]]:
    """Yield the contacts of a page in slices of at most SLICE_CONTACTS and about SLICE_TEXT; in a transaction."""
    sql, values = _statement(account_id, query)
    cursor = await connection.cursor(sql, *values)
    contacts: list[ContactRecord] = []
    text, left, part = 0, query.limit, _PART
    while left and (rows := await cursor.fetch(min(part, left))):
        left -= len(rows)
        fetched = sum(text_of(row) for row in rows)
        part = min(2 * part, _MOST_ROWS) if fetched < SLICE_TEXT // 4 else _PART
        for row in rows:
            contacts.append(record_of(row))
            text += text_of(row)
            if text > SLICE_TEXT or len(contacts) == SLICE_CONTACTS:
                yield contacts
                contacts, text = [], 0
    if contacts:
        yield contacts


def _statement(account_id: int, query: ListQuery, select: str = _SELECT) -> tuple[str, list[Any]]:
    statement = _Statement()
    by_tag = bool(query.where.tags)
    driver = "t" if by_tag else "c"
    statement.add(f"{driver}.account_id = {{}}", account_id)
    if by_tag:
        statement.add("t.tag = {}", query.where.tags[0])
    _filter(statement, query.where, driver)
    key = f"{driver if query.order.by is OrderBy.CREATED_AT else 'c'}.{query.order.by}"
    row_id = f"{driver}.contact_id"
    if query.after is not None:
        beyond = "<" if query.order.descending else ">"
        statement.add(f"({key}, {row_id}) {beyond} ({{}}, {{}})", query.after.value, query.after.contact_id)
    direction = "DESC" if query.order.descending else "ASC"
    # One more row than the limit shows whether a next page follows. If only the plan along the index is right, the size
    # is a literal, so that PostgreSQL plans the statement once. Otherwise the best plan depends on the values, and a
    # size that is a parameter makes PostgreSQL plan for them.
    size = query.limit + 1
    limit = str(size) if is_along_index(query) else statement.value(size)
    offset = f" OFFSET {statement.value(query.offset)}" if query.offset else ""
    # A number is unique within an account: without ties its own index has the whole order.
    order = (
        f"{key} {direction}"
        if query.order.by is OrderBy.PHONE and not by_tag
        else f"{key} {direction}, {row_id} {direction}"
    )
    sql = (
        f"{select} FROM {_BY_TAG if by_tag else 'numberkeep.contacts AS c'} "
        f"WHERE {' AND '.join(statement.conditions)} ORDER BY {order} LIMIT {limit}{offset}"
    )
    return sql, statement.values


def _filter(statement: _Statement, given: ContactFilter, driver: str) -> None:
    if given.contact_id is not None:
        statement.add(f"{driver}.contact_id = {{}}", given.contact_id)
    if given.phone is not None:
        statement.add("c.phone = {}", given.phone)
    if given.created_from is not None:
        statement.add(f"{driver}.created_at >= {{}}", given.created_from)
    if given.created_before is not None:
        statement.add(f"{driver}.created_at < {{}}", given.created_before)
    for tag in given.tags[1:]:
        statement.add(_HAS_TAG, tag)
    if given.unclear is not None:
        statement.add(_IS_UNCLEAR if given.unclear else f"NOT {_IS_UNCLEAR}")
    # Literals, not parameters: a partial index serves only a condition that names its value.
    if given.verified is not None:
        statement.add("c.verified" if given.verified else "NOT c.verified")
    if given.opt_out is not None:
        statement.add("c.opt_out" if given.opt_out else "NOT c.opt_out")
