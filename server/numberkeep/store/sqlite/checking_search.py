"""The checks of what searches rely on: the search text of each contact, and the index of the words."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Final

import apsw
import msgspec

from numberkeep.store.invariants import LACKS_CONTACT, NO_CONTACT, OTHER_WORDS, SEARCH_TEXT, Rule
from numberkeep.store.search_texts import text_of
from numberkeep.store.sqlite.connection import mark_of
from numberkeep.store.sqlite.search_index import ENTRIES, ENTRY_TABLE
from numberkeep.store.transfer import Mark

Ids = tuple[int | None, int]
"""An account, if it is known, and a contact."""

Broken = Callable[[apsw.Connection], Iterator[Ids]]
"""Yields the contacts with which something is wrong."""

_TEXTS: Final = (
    "SELECT account_id, contact_id, search_text, first_name, last_name, company_name, assigned_to_email, tags, "
    "custom_variables FROM contacts"
)
_INDEXED: Final = "contact_id NOT IN (SELECT contact_id FROM unindexed_contacts)"
_WITHOUT_ENTRY: Final = (
    f"SELECT account_id, contact_id FROM contacts WHERE {_INDEXED} "
    "AND contact_id NOT IN (SELECT id FROM contact_search_docsize)"
)
_WITHOUT_CONTACT: Final = (
    "SELECT NULL, id FROM contact_search_docsize WHERE id NOT IN (SELECT contact_id FROM contacts) "
    "AND id NOT IN (SELECT contact_id FROM unindexed_contacts)"
)
_EXPECTED: Final = f"{ENTRIES} FROM contacts WHERE {_INDEXED} AND contact_id IN (SELECT id FROM contact_search_docsize)"

# Two sums that differ if the sets of contacts do, unless by a chance of one in billions of billions.
_SUMS: Final = (
    "SELECT term, count(*), sum(doc % 2147483647), sum((doc >> 20) * (doc & 1048575) % 2147483629) "
    "FROM contact_search_terms {} GROUP BY term ORDER BY term"
)
_NOT_STALE: Final = "WHERE doc NOT IN (SELECT contact_id FROM unindexed_contacts)"
_HAVE: Final = "SELECT doc FROM contact_search_terms WHERE term = ?"


def _other_texts(connection: apsw.Connection) -> Iterator[Ids]:
    for account_id, contact_id, text, *columns in connection.execute(_TEXTS):
        try:
            is_right = text == text_of(columns)
        except msgspec.DecodeError:  # a fault of its own
            continue
        if not is_right:
            yield account_id, contact_id


def _without_entry(connection: apsw.Connection) -> Iterator[Ids]:
    return _ids(connection, _WITHOUT_ENTRY)


def _without_contact(connection: apsw.Connection) -> Iterator[Ids]:
    return _ids(connection, _WITHOUT_CONTACT)


def _other_words(connection: apsw.Connection) -> Iterator[Ids]:
    """Build the index again, in a temporary file, and compare which contacts have each trigram."""
    if mark_of(connection) is Mark.TEST:
        return
    with closing(apsw.Connection("")) as other:
        other.execute(ENTRY_TABLE)
        other.execute("BEGIN")
        other.executemany(
            "INSERT INTO contact_search (rowid, words, account) VALUES (?, ?, ?)", connection.execute(_EXPECTED)
        )
        other.execute("COMMIT")
        wrong: set[int] = set()
        for term in _differing(connection, other):
            docs = [{doc for (doc,) in each.execute(_HAVE, (term,))} for each in (connection, other)]
            wrong |= docs[0] ^ docs[1]
    stale = {contact_id for (contact_id,) in connection.execute("SELECT contact_id FROM unindexed_contacts")}
    for contact_id in sorted(wrong - stale):
        yield from _ids(connection, "SELECT account_id, contact_id FROM contacts WHERE contact_id = ?", contact_id)


def _differing(connection: apsw.Connection, other: apsw.Connection) -> Iterator[str]:
    """Yield the trigrams that one index has and the other has not, or has of other contacts."""
    theirs = {term: sums for term, *sums in other.execute(_SUMS.format(""))}
    for term, *sums in connection.execute(_SUMS.format(_NOT_STALE)):
        if theirs.pop(term, None) != sums:
            yield str(term)
    yield from map(str, theirs)


def _ids(connection: apsw.Connection, sql: str, *values: int) -> Iterator[Ids]:
    if mark_of(connection) is Mark.TEST:  # it has no index
        return
    for account_id, contact_id in connection.execute(sql, values):
        yield None if account_id is None else int(str(account_id)), int(str(contact_id))


SEARCH_FAULTS: Final[Sequence[tuple[Rule, Broken]]] = [
    (SEARCH_TEXT, _other_texts),
    (LACKS_CONTACT, _without_entry),
    (NO_CONTACT, _without_contact),
    (OTHER_WORDS, _other_words),
]
"""What finds the faults of each rule; all in one read transaction."""
