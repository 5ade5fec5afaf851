"""Pages of contacts, each read along an index.

A page with a tag is read along contact_tags, any other along the index of its sort key. A cursor continues by a row
comparison, for which PostgreSQL uses both columns of the index.
"""

from typing import Any, Final

import asyncpg

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, OrderBy, Page
from numberkeep.store.index_order import is_along_index
from numberkeep.store.rows import COLUMNS, record_of

_SELECT: Final = "SELECT " + ", ".join(f"c.{name}" for name in COLUMNS.split(", "))
_BY_TAG: Final = (
    "numberkeep.contact_tags AS t JOIN numberkeep.contacts AS c "
    "ON c.account_id = t.account_id AND c.contact_id = t.contact_id"
)
_HAS_TAG: Final = (
    "EXISTS (SELECT FROM numberkeep.contact_tags AS has WHERE has.account_id = c.account_id AND has.tag = {} "
    "AND has.created_at = c.created_at AND has.contact_id = c.contact_id)"
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
    """Return one page."""
    sql, values = _statement(account_id, query)
    rows = await connection.fetch(sql, *values)
    contacts = [record_of(row) for row in rows[: query.limit]]
    return Page(contacts, query.order.place_of(contacts[-1]) if len(rows) > query.limit else None)


def _statement(account_id: int, query: ListQuery) -> tuple[str, list[Any]]:
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
        f"{_SELECT} FROM {_BY_TAG if by_tag else 'numberkeep.contacts AS c'} "
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
    for tag in given.tags[1:]:
        statement.add(_HAS_TAG, tag)
    # Literals, not parameters: a partial index serves only a condition that names its value.
    if given.verified is not None:
        statement.add("c.verified" if given.verified else "NOT c.verified")
    if given.opt_out is not None:
        statement.add("c.opt_out" if given.opt_out else "NOT c.opt_out")
