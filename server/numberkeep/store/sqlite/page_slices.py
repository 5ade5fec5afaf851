"""A page of contacts that is read in slices, all in one read transaction."""

import threading
from collections.abc import Iterator, Sequence
from typing import Final

import apsw

from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.contacts.listing import Position
from numberkeep.store.queries import ListContacts
from numberkeep.store.sqlite import listing

_CACHE_KIB: Final = 256


class PageSlices:
    """The slices of a page. Its methods may be called on any thread, and wait for each other.

    Args:
        connection: for this page alone; it holds back the reuse of the WAL until it is closed.
        query: the page.
    """

    def __init__(self, connection: apsw.Connection, query: ListContacts) -> None:
        self._connection = connection
        self._query = query
        self._lock = threading.Lock()
        self._slices: Iterator[Sequence[ContactRecord]] = iter(())

    def begin(self) -> Position | None:
        """Begin the read transaction, and return the position where the next page starts; None on the last."""
        account_id, query = self._query.account_id, self._query.query
        with self._lock:
            self._connection.pragma("cache_size", -_CACHE_KIB)
            self._connection.execute("BEGIN")
            place = listing.next_place(self._connection, account_id, query)
            self._slices = listing.slices(self._connection, account_id, query)
            return place

    def read(self) -> Sequence[ContactRecord]:
        """Return the next slice; it is empty at the end."""
        with self._lock:
            return next(self._slices, ())

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close(True)  # noqa: FBT003 - its only name is positional: also with a statement under way
