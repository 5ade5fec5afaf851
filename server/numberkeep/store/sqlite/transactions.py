"""Write transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def transaction(connection: apsw.Connection, *, reading_first: bool = False) -> Iterator[None]:
    """Run the block in a write transaction: committed at the end, rolled back on any exception.

    Args:
        connection: the connection.
        reading_first: take the write lock with the first write and not at the beginning. If another connection has the
            lock then, or wrote since the first read, that write raises apsw.BusyError without waiting (SQLite waits
            only at the beginning of a transaction), and the block must be repeated.
    """
    connection.execute("BEGIN" if reading_first else "BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some failures have rolled back already
            connection.execute("ROLLBACK")
        raise
