"""The rows of a listing that words find: exact at any time, and read along whichever index finds them soon.

The order is walked at first, which fills a page with what is frequent. If that would be a long walk (search_way.py),
candidates come from the index of words; they are tested and sorted. What is found is decided by the contacts
themselves; the index only says where to look. All statements of one listing must see the same state: the caller opens
a transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from typing import Final, NamedTuple

import apsw

from numberkeep.domain.contacts.listing import ListQuery, OrderBy, Position
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.store.search_way import WALKS, Lookup, Way
from numberkeep.store.sqlite.connection import mark_of
from numberkeep.store.sqlite.listing_sql import Row, Value, Where, filter_by, position_of_row, read, steps
from numberkeep.store.sqlite.search_index import UNINDEXED
from numberkeep.store.sqlite.search_terms import account_term, candidates_of, range_of
from numberkeep.store.transfer import Mark

_SMALL: Final = 10_000
"""Contacts of an account that are all read, in some milliseconds."""

_LOOKUPS: Final = (Lookup(15_000, 25_000), Lookup(200_000, 200_000))
_TESTS: Final = 1
"""A candidate takes as long to test and sort as so many rows of a walk, which are slower along names."""
_VERY_FEW: Final = 1_000
"""Candidates that are so few that no fewer ones are looked for."""

_MATCHES: Final = "SELECT rowid AS id FROM contact_search WHERE contact_search MATCH ?"
_BEGINNINGS: Final = "SELECT doc AS id FROM contact_search_terms WHERE term >= ? AND term < ?"

Source = tuple[str, Sequence[Value]]
"""A statement that finds the ids of candidates, and its values."""


class Found(NamedTuple):
    """A source, and how many candidates it finds."""

    source: Source
    size: int


@dataclass(slots=True, frozen=True)
class Finding:
    """Finds contacts of an account by words.

    Attributes:
        connection: in a transaction.
        account_id: the account.
        select: the columns to return, of `c`.
    """

    connection: apsw.Connection
    account_id: int
    select: str

    def rows(self, query: ListQuery, limit: int) -> Iterator[Row]:
        """Return up to `limit` rows that are found after the query's position and offset."""
        most = min(query.offset + limit, MAX_INTEGER)
        return islice(self._found(replace(query, offset=0), most), query.offset, None)

    def count(self, query: ListQuery) -> int:
        """Return how many contacts are found, at most the query's limit."""
        return sum(1 for _ in self._found(query, query.limit, in_order=False))

    def _found(self, query: ListQuery, limit: int, *, in_order: bool = True) -> Iterator[Row]:
        if query.where.search is None or query.where.search.is_void:
            return
        if self._is_short(query):
            yield from self._walk(query, limit)
            return
        way = Way(limit, _LOOKUPS, _TESTS)
        few: Found | None = None
        for size in chain(WALKS, repeat(WALKS[-1])):
            until = position_of_row(self.connection, self.account_id, query, size - 1)
            for row in self._walk(query, way.missing, until):
                way.find(1)
                yield row
            if until is None or not way.missing:
                return
            way.walk(size)
            query = replace(query, after=until)
            while few is None and (most := way.lookup()) is not None:
                few = self._fewest(_sources(self.account_id, query), most)
            if few is not None and way.is_longer_than_reading(few.size):
                yield from (self._sorted if in_order else self._unsorted)(query, way.missing, few.source)
                return

    def _is_short(self, query: ListQuery) -> bool:
        """Return whether what is walked through is short, or the database is for tests, which has no index of words."""
        if query.where.contact_id is not None or query.where.phone is not None:
            return True
        sql = "SELECT contact_count FROM accounts WHERE account_id = ?"
        contacts = self.connection.execute(sql, (self.account_id,)).get or 0
        return contacts <= _SMALL or mark_of(self.connection) is Mark.TEST

    def _walk(self, query: ListQuery, most: int, until: Position | None = None) -> Iterator[Row]:
        """Read along the order."""
        left = most
        for step in steps(query.order, query.after):
            if not left:
                return
            for row in read(self.connection, self.account_id, query, step, left, select=self.select, until=until):
                left -= 1
                yield row

    def _fewest(self, sources: Iterator[Source], most: int) -> Found | None:
        """Return the source with the fewest candidates, if they are at most so many."""
        best: Found | None = None
        for source in sources:
            sql, values = source
            limit = best.size if best else most + 1
            count = self.connection.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", (*values, limit)).get
            if count < limit:
                best = Found(source, count)
            if best and best.size <= _VERY_FEW:
                break
        return best

    def _sorted(self, query: ListQuery, most: int, source: Source) -> Iterator[Row]:
        """Test candidates, and sort those that are found."""
        by, direction = query.order.by, "DESC" if query.order.descending else "ASC"
        sql, values = self._tested(query, source)
        ids = self.connection.execute(
            f"SELECT c.contact_id {sql} ORDER BY c.{by} {direction}, c.contact_id {direction} LIMIT ?", (*values, most)
        ).fetchall()
        for found in ids:
            yield from self.connection.execute(f"{self.select} FROM contacts AS c WHERE c.contact_id = ?", found)

    def _unsorted(self, query: ListQuery, most: int, source: Source) -> Iterator[Row]:
        """Test candidates until so many are found."""
        sql, values = self._tested(query, source)
        yield from self.connection.execute(f"{self.select} {sql} LIMIT ?", (*values, most))

    def _tested(self, query: ListQuery, source: Source) -> Source:
        """Return what finds contacts among candidates and among those that are not indexed yet: FROM and WHERE."""
        where = Where()
        where.add("c.account_id = ?", self.account_id)
        if query.after is not None:
            beyond = "<" if query.order.descending else ">"
            where.add(f"(c.{query.order.by}, c.contact_id) {beyond} (?, ?)", query.after.value, query.after.contact_id)
        filter_by(where, query.where, "c", has_first_tag=False)
        sql, values = source
        return (
            f"FROM ({sql} UNION {UNINDEXED}) AS f CROSS JOIN contacts AS c ON c.contact_id = f.id WHERE {where}",
            (*values, *where.values),
        )


def _sources(account_id: int, query: ListQuery) -> Iterator[Source]:
    """Yield each way to find candidates."""
    given = query.where
    if given.search is not None:
        match, short = candidates_of(given.search)
        if match is not None:
            yield _MATCHES, (match,)
        for word in short:
            yield _BEGINNINGS, range_of(word)
        if match is not None:  # slower by far in the largest account, but in others it may find less
            yield _MATCHES, (f"{match} AND {account_term(account_id)}",)
    if query.order.by is not OrderBy.CREATED_AT:  # else the listing is read along these
        for tag in given.tags[:1]:
            yield "SELECT contact_id AS id FROM contact_tags WHERE account_id = ? AND tag = ?", (account_id, tag)
        for name in ("opt_out", "verified"):
            if getattr(given, name):
                yield f"SELECT contact_id AS id FROM contacts WHERE account_id = ? AND {name} = 1", (account_id,)
