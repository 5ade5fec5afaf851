"""The statements that read the rows of a listing, each along an index.

With a tag, rows are read along contact_tags, others along the index of the sort key. A cursor continues in two steps,
first with the rest of the ties and then with the rows after them, because SQLite does not use the rowid of an index for
`(value, rowid) > (?, ?)`: for a million contacts without a name that would be a scan.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.store.rows import COLUMNS
from numberkeep.store.sqlite.search_terms import condition_of

SELECT: Final = "SELECT " + ", ".join(f"c.{name}" for name in COLUMNS.split(", "))
_HAS_TAG: Final = (
    "EXISTS (SELECT 1 FROM contact_tags AS has WHERE has.account_id = c.account_id AND has.tag = ? "
    "AND has.created_at = c.created_at AND has.contact_id = c.contact_id)"
)
_IS_UNCLEAR: Final = (
    "EXISTS (SELECT 1 FROM reviews AS r WHERE r.account_id = c.account_id AND r.phone = c.phone "
    "AND r.decision = 'open')"
)
_SAME_CONTACT: Final = "c.account_id = t.account_id AND c.contact_id = t.contact_id"

Row = tuple[Any, ...]
Value = str | int
Step = tuple[str, *tuple[Value, ...]] | tuple[()]
"""A condition on the key and the id, and its values; `()` is none."""


class Where:
    """Conditions and their values, in the same order."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.values: list[Value] = []

    def add(self, condition: str, *values: Value) -> None:
        """Add a condition, in which each `?` stands for a value."""
        self._conditions.append(condition)
        self.values.extend(values)

    def __str__(self) -> str:
        """Return all conditions, joined."""
        return " AND ".join(self._conditions)


def steps(order: Order, after: Position | None) -> Sequence[Step]:
    """Return the steps in which the rows after a position are read."""
    if after is None:
        return [()]
    beyond = "<" if order.descending else ">"
    rest = (f"{{key}} {beyond} ?", after.value)
    if order.by is OrderBy.PHONE:  # unique within an account: no ties
        return [rest]
    return [(f"{{key}} = ? AND {{id}} {beyond} ?", after.value, after.contact_id), rest]


def read(
    connection: apsw.Connection,
    account_id: int,
    query: ListQuery,
    step: Step,
    limit: int,
    *,
    select: str,
    until: Position | None = None,
) -> Iterator[Row]:
    """Return the first `limit` rows of a step, after the query's offset, and none after the position `until`."""
    along = _Along(account_id, query)
    along.begin(step)
    if until is not None:
        along.end(until)
    filter_by(along.where, query.where, along.driver, has_first_tag=along.by_tag)
    return connection.execute(
        f"{select} FROM {along.source} WHERE {along.where} ORDER BY {along.order} LIMIT ? OFFSET ?",
        (*along.where.values, limit, query.offset),
    )


def position_of_row(connection: apsw.Connection, account_id: int, query: ListQuery, number: int) -> Position | None:
    """Return the position of a row, counted from 0 after the query's position; None if there are not so many.

    Rows of the index that `read` goes along count, whatever else they have: nothing but the index is read.
    """
    left = number
    for step in steps(query.order, query.after):
        along = _Along(account_id, query)
        along.begin(step)
        rows = f"FROM {along.index} WHERE {along.where} ORDER BY {along.order}"
        for value, contact_id in connection.execute(
            f"SELECT {along.key}, {along.row_id} {rows} LIMIT 1 OFFSET ?", (*along.where.values, left)
        ):
            return Position(value, contact_id)
        left -= connection.execute(f"SELECT count(*) FROM (SELECT 1 {rows})", along.where.values).get
    return None


class _Along:
    """What a listing is read along, and the conditions on that so far."""

    def __init__(self, account_id: int, query: ListQuery) -> None:
        given, by = query.where, query.order.by
        searches = given.search is not None
        by_created_at = by is OrderBy.CREATED_AT
        # Without words, all contacts with a tag are sorted if need be; with words, not all of them are read.
        self.by_tag = bool(given.tags) and (by_created_at or not searches)
        self.driver = "t" if self.by_tag else "c"
        self.index = "contact_tags AS t" if self.by_tag else "contacts AS c"
        self.source = f"contact_tags AS t CROSS JOIN contacts AS c ON {_SAME_CONTACT}" if self.by_tag else self.index
        self.where = Where()
        self.where.add(f"{self.driver}.account_id = ?", account_id)
        if self.by_tag:
            self.where.add("t.tag = ?", given.tags[0])
        elif searches and given.contact_id is None and given.phone is None:
            # Without a name, SQLite would read and sort all contacts of a span of time for a part of a walk.
            name = str(by)
            if by_created_at and (given.opt_out or given.verified):
                name = "opt_out" if given.opt_out else "verified"
                self.where.add(f"c.{name} = 1")
            self.index = self.source = f"contacts AS c INDEXED BY contacts_{name}"
        if searches and by_created_at:
            if given.created_from is not None:
                self.where.add(f"{self.driver}.created_at >= ?", given.created_from)
            if given.created_before is not None:
                self.where.add(f"{self.driver}.created_at < ?", given.created_before)
        self.key = f"{self.driver if by_created_at else 'c'}.{by}"
        self.row_id = f"{self.driver}.contact_id"
        self._beyond = "<" if query.order.descending else ">"
        self._descending = query.order.descending
        direction = "DESC" if query.order.descending else "ASC"
        self.order = f"{self.key} {direction}, {self.row_id} {direction}"

    def begin(self, step: Step) -> None:
        """Begin with a step."""
        if step:
            condition, *values = step
            self.where.add(condition.format(key=self.key, id=self.row_id), *values)

    def end(self, until: Position) -> None:
        """End with a position."""
        within = ">=" if self._descending else "<="
        self.where.add(f"{self.key} {within} ?", until.value)
        self.where.add(f"({self.key} <> ? OR {self.row_id} {within} ?)", until.value, until.contact_id)


def filter_by(where: Where, given: ContactFilter, driver: str, *, has_first_tag: bool) -> None:
    """Add the conditions of a filter.

    Args:
        where: what they are added to.
        given: the filter.
        driver: `t` if contact_tags is joined, else `c`.
        has_first_tag: whether the first tag is a condition already.
    """
    if given.contact_id is not None:
        where.add(f"{driver}.contact_id = ?", given.contact_id)
    if given.phone is not None:
        where.add("c.phone = ?", given.phone)
    if given.created_from is not None:
        where.add(f"{driver}.created_at >= ?", given.created_from)
    if given.created_before is not None:
        where.add(f"{driver}.created_at < ?", given.created_before)
    # Literals, not parameters: a partial index serves only a condition that names its value.
    if given.verified is not None:
        where.add(f"c.verified = {int(given.verified)}")
    if given.opt_out is not None:
        where.add(f"c.opt_out = {int(given.opt_out)}")
    if given.search is not None:
        condition = condition_of(given.search)
        where.add(condition.sql, *condition.values)
    if given.unclear is not None:
        where.add(_IS_UNCLEAR if given.unclear else f"NOT {_IS_UNCLEAR}")
    for tag in given.tags[int(has_first_tag) :]:
        where.add(_HAS_TAG, tag)
