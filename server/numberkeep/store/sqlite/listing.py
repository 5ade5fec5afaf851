"""Pages of contacts."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Final

import apsw

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
)
from numberkeep.store.contract import PageTooLarge
from numberkeep.store.index_order import is_along_index
from numberkeep.store.rows import record_of
from numberkeep.store.sqlite.listing_sql import SELECT, Row, read, steps
from numberkeep.store.sqlite.searching import Finding

_SHORT: Final = 100
"""Reading a page of this many contacts takes no longer than switching to a thread and back."""

_PART: Final = 40
"""Rows that are read before their size is checked: the largest ones take 1.6 MB each."""

_tags_of, _variables_of = itemgetter(8), itemgetter(9)


def is_short(query: ListQuery) -> bool:
    """Return whether a page reads so few rows that it needs no thread."""
    return query.limit <= _SHORT and not query.offset and is_along_index(query)


def page(connection: apsw.Connection, account_id: int, query: ListQuery) -> Page:
    """Return one page.

    Raises:
        PageTooLarge: it has more than MOST_TEXT.
    """
    rows: list[Row] = []
    text = 0
    for part in _parts(connection, account_id, query, SELECT):
        rows += part
        text += sum(map(len, map(_tags_of, part))) + sum(map(len, map(_variables_of, part)))  # text_of, but quicker
        if text > MOST_TEXT:
            raise PageTooLarge
    contacts = [record_of(row) for row in rows[: query.limit]]
    return Page(contacts, query.order.place_of(contacts[-1]) if len(rows) > query.limit else None)


def count(connection: apsw.Connection, account_id: int, where: ContactFilter, most: int) -> int:
    """Return how many contacts meet the conditions; counting ends at `most`."""
    query = ListQuery(where, limit=most)
    if where.search is not None:
        return Finding(connection, account_id, "SELECT 1").count(query)
    return sum(1 for _ in read(connection, account_id, query, (), most, select="SELECT 1"))


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
    rows = chain.from_iterable(_parts(connection, account_id, query, SELECT, rows_of_a_part=1))
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
) -> Iterator[Sequence[Row]]:
    """Yield the rows of a page, and one more if another page follows, a few at a time."""
    left = query.limit + 1
    if query.where.search is not None:
        rows = Finding(connection, account_id, select).rows(query, left)
        while part := list(islice(rows, rows_of_a_part)):
            yield part
        return
    for step in steps(query.order, query.after):
        if not left:
            return
        rows = read(connection, account_id, query, step, left, select=select)
        while part := list(islice(rows, rows_of_a_part)):
            left -= len(part)
            yield part
