"""Pages of contacts, each read along an index.

A page with a tag is read along contact_tags, any other along the index of its sort key. A cursor continues in two
steps, first with the rest of the ties and then with the rows after them, because SQLite does not use the rowid of an
index for `(value, rowid) > (?, ?)`: for a million contacts without a name that would be a scan.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Final

import apsw

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import (
    EVERYTHING,
    MOST_TEXT,
    SLICE_CONTACTS,
    SLICE_TEXT,
    ContactFilter,
    ListQuery,
    Order,
    OrderBy,
    Page,
    Position,
)
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.index_order import is_along_index
from numberkeep.store.rows import COLUMNS, record_of

_SELECT: Final = "SELECT " + ", ".join(f"c.{name}" for name in COLUMNS.split(", "))
_HAS_TAG: Final = (
    "EXISTS (SELECT 1 FROM contact_tags AS has WHERE has.account_id = c.account_id AND has.tag = ? "
    "AND has.created_at = c.created_at AND has.contact_id = c.contact_id)"
)
_IS_UNCLEAR: Final = (
    "c.phone IN (SELECT phone FROM reviews AS r WHERE r.account_id = c.account_id AND r.decision = 'open')"
)
_SAME_CONTACT: Final = "c.account_id = t.account_id AND c.contact_id = t.contact_id"

_SHORT: Final = 100
"""Reading a page of this many contacts takes no longer than switching to a thread and back."""

_PART: Final = 40
"""Rows that are read before their size is checked: the largest ones take 1.6 MB each."""

_tags_of, _variables_of = itemgetter(8), itemgetter(9)

Value = str | int


class _Where:
    """Conditions and their values, in the same order."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Value] = []

    def add(self, condition: str, *values: Value) -> None:
        self.conditions.append(condition)
        self.values.extend(values)


def is_short(query: ListQuery) -> bool:
    """Return whether a page reads so few rows that it needs no thread."""
    return query.limit <= _SHORT and not query.offset and is_along_index(query)


def page(connection: apsw.Connection, account_id: int, query: ListQuery) -> Page:
    """Return one page.

    Raises:
        PageTooLarge: it has more than MOST_TEXT.
    """
    rows: list[tuple[Any, ...]] = []
    text = 0
    for part in _parts(connection, account_id, query, _SELECT):
        rows += part
        text += sum(map(len, map(_tags_of, part))) + sum(map(len, map(_variables_of, part)))  # text_of, but quicker
        if text > MOST_TEXT:
            raise PageTooLarge
    contacts = [record_of(row) for row in rows[: query.limit]]
    return Page(contacts, query.order.place_of(contacts[-1]) if len(rows) > query.limit else None)


def count(connection: apsw.Connection, account_id: int, where: ContactFilter, most: int) -> int:
    """Return how many contacts meet the conditions; counting ends at `most`."""
    query = ListQuery(where, limit=most)
    return sum(1 for _ in _read(connection, account_id, query, (), most, select="SELECT 1"))


def next_place(connection: apsw.Connection, account_id: int, query: ListQuery) -> Position | None:
    """Return the position of the last contact of a page if more follow, without reading the page's texts."""
    if query.limit == EVERYTHING:
        return None
    select = f"SELECT c.{query.order.by}, c.contact_id"
    places = [place for part in _parts(connection, account_id, query, select) for place in part]
    return Position(*places[query.limit - 1]) if len(places) > query.limit else None


def slices(connection: apsw.Connection, account_id: int, query: ListQuery) -> Iterator[Sequence[ContactRecord]]:
    """Yield the contacts of a page in slices of at most SLICE_CONTACTS and about SLICE_TEXT."""
    contacts: list[ContactRecord] = []
    text = 0
    rows = chain.from_iterable(_parts(connection, account_id, query, _SELECT, rows_of_a_part=1))
    for row in islice(rows, query.limit):
        contacts.append(record_of(row))
        text += len(row[8]) + len(row[9])  # text_of, but quicker
        if text > SLICE_TEXT or len(contacts) == SLICE_CONTACTS:
            yield contacts
            contacts, text = [], 0
    if contacts:
        yield contacts


def _parts(
    connection: apsw.Connection, account_id: int, query: ListQuery, select: str, rows_of_a_part: int = _PART
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield the rows of a page, and one more if another page follows, a few at a time."""
    left = query.limit + 1
    for step in _steps(query.order, query.after) if query.after else [()]:
        if not left:
            return
        rows = _read(connection, account_id, query, step, left, select=select)
        while part := list(islice(rows, rows_of_a_part)):
            left -= len(part)
            yield part


def _steps(order: Order, after: Position) -> list[tuple[str, *tuple[Value, ...]]]:
    beyond = "<" if order.descending else ">"
    rest = (f"{{key}} {beyond} ?", after.value)
    if order.by is OrderBy.PHONE:  # unique within an account: no ties
        return [rest]
    return [(f"{{key}} = ? AND {{id}} {beyond} ?", after.value, after.contact_id), rest]


def _read(
    connection: apsw.Connection,
    account_id: int,
    query: ListQuery,
    step: tuple[str, *tuple[Value, ...]] | tuple[()],
    limit: int,
    *,
    select: str,
) -> Iterator[tuple[Any, ...]]:
    where = _Where()
    by_tag = bool(query.where.tags)
    source = f"contact_tags AS t CROSS JOIN contacts AS c ON {_SAME_CONTACT}" if by_tag else "contacts AS c"
    driver = "t" if by_tag else "c"
    where.add(f"{driver}.account_id = ?", account_id)
    if by_tag:
        where.add("t.tag = ?", query.where.tags[0])
    _filter(where, query.where, driver)
    key = f"{driver if query.order.by is OrderBy.CREATED_AT else 'c'}.{query.order.by}"
    row_id = f"{driver}.contact_id"
    if step:
        condition, *values = step
        where.add(condition.format(key=key, id=row_id), *values)
    direction = "DESC" if query.order.descending else "ASC"
    sql = (
        f"{select} FROM {source} WHERE {' AND '.join(where.conditions)} "
        f"ORDER BY {key} {direction}, {row_id} {direction} LIMIT ? OFFSET ?"
    )
    return connection.execute(sql, (*where.values, limit, query.offset))


def _filter(where: _Where, given: ContactFilter, driver: str) -> None:
    if given.contact_id is not None:
        where.add(f"{driver}.contact_id = ?", given.contact_id)
    if given.phone is not None:
        where.add("c.phone = ?", given.phone)
    if given.created_from is not None:
        where.add(f"{driver}.created_at >= ?", given.created_from)
    if given.created_before is not None:
        where.add(f"{driver}.created_at < ?", given.created_before)
    for tag in given.tags[1:]:
        where.add(_HAS_TAG, tag)
    if given.unclear is not None:
        where.add(_IS_UNCLEAR if given.unclear else f"NOT {_IS_UNCLEAR}")
    # Literals, not parameters: a partial index serves only a condition that names its value.
    if given.verified is not None:
        where.add(f"c.verified = {int(given.verified)}")
    if given.opt_out is not None:
        where.add(f"c.opt_out = {int(given.opt_out)}")
