"""Makes a new database one for tests, in which accounts are deleted and restored into others.

Its tables differ in two ways. The number of a deleted account is not used again, because requests for it may be under
way. And a contact's id is unique within its account only, as on PostgreSQL, because a snapshot may be restored into
several accounts and repeatable ids repeat in all of them; elsewhere it is the row's number in SQLite, which is faster.
"""

import re
from typing import Final

import apsw

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.migrations import NOT_FOR_TESTS
from numberkeep.store.sqlite.connection import mark_of
from numberkeep.store.sqlite.transactions import transaction
from numberkeep.store.transfer import Mark

_ACCOUNTS: Final = (r"(\baccount_id\s+INTEGER PRIMARY KEY)", r"\1 AUTOINCREMENT")
_CONTACTS: Final = (
    r"\bcontact_id\s+INTEGER PRIMARY KEY(.*)\)\s*STRICT$",
    r"contact_id INTEGER NOT NULL\1, PRIMARY KEY (account_id, contact_id)) STRICT, WITHOUT ROWID",
)
"""What is replaced in the definitions of tables, and by what."""


def use_for_tests(connection: apsw.Connection) -> None:
    """Make a database one for tests, unless it is one.

    Raises:
        StoreUnusable: it has accounts that test mode did not create.
    """
    if mark_of(connection) is Mark.TEST:
        return
    with transaction(connection):
        if connection.execute("SELECT 1 FROM accounts LIMIT 1").get is not None:
            raise StoreUnusable(NOT_FOR_TESTS)
        _rebuild(connection, "accounts", *_ACCOUNTS)
        _rebuild(connection, "contacts", *_CONTACTS)
        connection.pragma("user_version", Mark.TEST.value)


def _rebuild(connection: apsw.Connection, table: str, pattern: str, replacement: str) -> None:
    """Create an empty table again, with a changed definition and the same indexes."""
    definition = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).get
    indexes = [
        sql
        for (sql,) in connection.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)
        )
    ]
    changed, count = re.subn(pattern, replacement, definition, flags=re.DOTALL)
    if count != 1:
        raise RuntimeError(f"the definition of {table} has changed: change test_database.py too")
    connection.execute(f"DROP TABLE {table}")
    for statement in (changed, *indexes):
        connection.execute(statement)
