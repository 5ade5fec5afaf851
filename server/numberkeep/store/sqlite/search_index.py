"""The index of the contacts' words: every part of three characters (a trigram) of their search text and their number.

FTS5 writes its index once per commit and once per trigger, which takes several times as long for one contact as for
its share of some thousand. So triggers only mark what changed, in `unindexed_contacts`, and the writer brings the
index up to date in slices. A search reads the marked contacts besides: what it finds is exact at any time. In a
database for tests nothing is marked or indexed, because ids of contacts are not unique there.
"""

from typing import Final

import apsw

from numberkeep.store.sqlite.transactions import transaction

SLICE: Final = 4000
"""Contacts that may be unindexed, and that are indexed at once: a contact takes half the time that it takes in slices
of a thousand, and a search reads so many besides in some milliseconds."""

_MOST_AT_ONCE: Final = 10_000
"""They keep the other commands waiting for a tenth of a second."""

UNINDEXED: Final = "SELECT contact_id FROM unindexed_contacts"

ACCOUNT_BASE: Final = 6400
ACCOUNT_FIRST: Final = 0xE000
"""An account is indexed as three characters for private use, which number it in this base."""

_LAST: Final = f"SELECT max(contact_id) FROM ({UNINDEXED} ORDER BY contact_id LIMIT ?)"
_DELETE: Final = f"DELETE FROM contact_search WHERE rowid IN ({UNINDEXED} WHERE contact_id <= ?)"
ENTRIES: Final = (
    "SELECT contact_id, search_text || char(10) || phone || char(10, 10), "
    f"char({ACCOUNT_FIRST} + account_id / {ACCOUNT_BASE * ACCOUNT_BASE} % {ACCOUNT_BASE}, "
    f"{ACCOUNT_FIRST} + account_id / {ACCOUNT_BASE} % {ACCOUNT_BASE}, {ACCOUNT_FIRST} + account_id % {ACCOUNT_BASE})"
)
"""What the index has of contacts: id, words and account."""
ENTRY_TABLE: Final = """
CREATE VIRTUAL TABLE contact_search USING fts5 (
    words, account, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE contact_search_terms USING fts5vocab (contact_search, instance);
"""
"""The index and its terms, as the migration creates them."""

_INSERT: Final = (
    f"INSERT INTO contact_search (rowid, words, account) {ENTRIES} "
    "FROM unindexed_contacts JOIN contacts USING (contact_id) WHERE contact_id <= ?"
)
_UNMARK: Final = "DELETE FROM unindexed_contacts WHERE contact_id <= ?"


def count_unindexed(connection: apsw.Connection) -> int:
    """Return how many contacts changed since they were indexed."""
    count: int = connection.execute("SELECT count(*) FROM unindexed_contacts").get
    return count


def index_some(connection: apsw.Connection, limit: int) -> int:
    """Index up to `limit` contacts in a transaction that has begun; return how many."""
    last = connection.execute(_LAST, (limit,)).get
    if last is None:
        return 0
    for statement in (_DELETE, _INSERT, _UNMARK):
        connection.execute(statement, (last,))
    return connection.changes()


def index_most(connection: apsw.Connection) -> None:
    """Index contacts until only so few are unindexed that searches read them besides; in transactions."""
    while count_unindexed(connection) >= SLICE:
        with transaction(connection):
            index_some(connection, _MOST_AT_ONCE)


class Indexing:
    """When the writer indexes, and how much.

    Args:
        connection: the writer's.
        unindexed: how many contacts are not indexed.
    """

    def __init__(self, connection: apsw.Connection, unindexed: int) -> None:
        self._connection = connection
        self._waiting = unindexed

    @property
    def is_behind(self) -> bool:
        """Whether more contacts may be unindexed than a search should read besides."""
        return self._waiting >= SLICE

    def note(self, contacts: int) -> None:
        """Note that at most this many contacts were changed."""
        self._waiting += contacts

    def index_some(self) -> None:
        """Index as many that the rest stays bounded while large commands follow each other; in a transaction."""
        limit = min(max(SLICE, self._waiting // 4), _MOST_AT_ONCE)
        done = index_some(self._connection, limit)
        self._waiting = self._waiting - done if done == limit else 0

    def give_up(self) -> None:
        """Index no more until the next change, because it failed."""
        self._waiting = 0
