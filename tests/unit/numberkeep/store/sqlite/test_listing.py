"""Every page is read along an index: no scan, and no sort if an index has the order."""

import re
from itertools import product
from typing import Any

import apsw
import pytest

from numberkeep.domain.contacts.listing import ContactFilter, ListQuery, Order, OrderBy, Position
from numberkeep.store.sqlite.connection import Database
from numberkeep.store.sqlite.listing import is_short, page


@pytest.fixture
def connection() -> apsw.Connection:
    """Return an empty database with the schema."""
    database = Database(None)
    connection = database.connect()
    database.migrate(connection)
    return connection


def plans(connection: apsw.Connection, query: ListQuery) -> list[str]:
    """Return SQLite's query plan for each statement of a page."""
    statements: list[tuple[str, Any]] = []

    def note(_: apsw.Cursor, sql: str, values: Any) -> bool:
        statements.append((sql, values))
        return True

    connection.exec_trace = note
    page(connection, 1, query)
    connection.exec_trace = None
    return [
        "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
        for sql, values in statements
    ]


def place(by: OrderBy) -> Position:
    """Return an arbitrary position in an order."""
    return Position(1 if by is OrderBy.CREATED_AT else "x", 1)


CASES = list(product(OrderBy, (False, True), (False, True)))


@pytest.mark.parametrize(("by", "descending", "cursor"), CASES)
def test_a_page_is_read_along_the_index_of_its_order(
    connection: apsw.Connection, by: OrderBy, *, descending: bool, cursor: bool
) -> None:
    """Without a tag each statement searches the sort key's index without sorting, with or without a cursor."""
    query = ListQuery(order=Order(by, descending), after=place(by) if cursor else None)
    for plan in plans(connection, query):
        assert re.fullmatch(rf"SEARCH c USING INDEX contacts_{by} \(account_id=\?.*\)", plan), plan


@pytest.mark.parametrize(("by", "descending", "cursor"), CASES)
def test_a_page_with_a_tag_is_read_along_the_tags(
    connection: apsw.Connection, by: OrderBy, *, descending: bool, cursor: bool
) -> None:
    """Each statement starts at the first tag's rows, finds contacts by id, and sorts only by other keys."""
    query = ListQuery(ContactFilter(tags=("a", "b")), Order(by, descending), after=place(by) if cursor else None)
    for plan in plans(connection, query):
        assert plan.startswith("SEARCH t USING PRIMARY KEY (account_id=? AND tag=?"), plan
        assert "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)" in plan
        assert "SCAN" not in plan
        assert ("TEMP B-TREE" in plan) == (by is not OrderBy.CREATED_AT)


@pytest.mark.parametrize(("name", "value"), [("verified", True), ("opt_out", True)])
def test_rare_flags_have_their_own_index(connection: apsw.Connection, name: str, *, value: bool) -> None:
    """The newest verified or opted-out contacts are found without scanning the others."""
    flags: dict[str, Any] = {name: value}
    (plan,) = plans(connection, ListQuery(ContactFilter(**flags)))
    assert plan == f"SEARCH c USING INDEX contacts_{name} (account_id=?)"


def test_a_filter_on_contact_id_reads_one_row(connection: apsw.Connection) -> None:
    """Whatever the order of the listing is."""
    for by in OrderBy:
        (plan,) = plans(connection, ListQuery(ContactFilter(contact_id=1), Order(by)))
        assert plan == "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"


@pytest.mark.parametrize(
    ("query", "short"),
    [
        (ListQuery(), True),
        (ListQuery(limit=101), False),
        (ListQuery(offset=1), False),
        (ListQuery(order=Order(OrderBy.PHONE), after=place(OrderBy.PHONE)), True),
        (ListQuery(ContactFilter(created_from=1, tags=("a",))), True),
        (ListQuery(ContactFilter(tags=("a", "b"))), False),
        (ListQuery(ContactFilter(tags=("a",)), Order(OrderBy.FIRST_NAME)), False),
        (ListQuery(ContactFilter(verified=False)), False),
        (ListQuery(ContactFilter(opt_out=True)), False),
    ],
)
def test_a_short_page_reads_only_the_rows_that_it_returns(query: ListQuery, *, short: bool) -> None:
    """Only such a page is read on the event loop's thread: offsets and filters may skip any number of rows."""
    assert is_short(query) is short
