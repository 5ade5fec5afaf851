"""What commands load and queries read is found along an index, however many rows the account has."""

import re
from typing import Final

import apsw
import pytest

from numberkeep.store.sqlite.connection import Database
from numberkeep.store.sqlite.read_statements import READS
from numberkeep.store.sqlite.statements import LOADS

_of_account = re.compile(r"WHERE (\w\.)?account_id = \?").search

STATEMENTS: Final = {**LOADS} | {query.__name__: sql for query, sql in READS.items() if _of_account(sql)}
OF_AN_ACCOUNT: Final = {
    "webhooks",
    "ListWebhooks",
    "ListKeyUses",
    "ListOptOuts",
    # Up to a limit, in the order of their index.
    "old_events",
    "ListMessages",
    # Their indexes have only dead deliveries, or the first ones of queues.
    "dead",
    "ListDeadDeliveries",
    "ListFailingDeliveries",
}
"""Statements for which the account is the only condition of the index."""


@pytest.fixture
def connection() -> apsw.Connection:
    """Return an empty database with the schema, and without statistics, as that of a service."""
    database = Database(None)
    connection = database.connect()
    database.migrate(connection)
    return connection


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - OF_AN_ACCOUNT))
def test_a_statement_reads_no_other_rows_of_the_account(connection: apsw.Connection, name: str) -> None:
    """Each step searches for more than the account; `EXISTS` needs the first of its rows alone."""
    sql = STATEMENTS[name]
    values = ["[]"] * (max(map(int, re.findall(r"\?(\d)", sql)), default=0) or sql.count("?"))
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", tuple(values))]
    searches = [step for step in steps if re.match(r"(SEARCH|SCAN) (?!json_each|chain)\w+ (?!EXISTS)", step)]
    assert searches
    for step in searches:
        assert re.search(r"\((rowid=\?|account_id=\? AND .+)\)", step), step
