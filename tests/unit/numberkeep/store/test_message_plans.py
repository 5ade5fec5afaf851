"""Every page of messages is read along an index of its account, with each filter and in each order."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from itertools import product
from typing import Any, Final

import apsw
import asyncpg
import pytest

from numberkeep.domain.messages.listing import MessageFilter, MessageOrder, MessageQuery, Span
from numberkeep.domain.messages.message import MessageStatus
from numberkeep.store.message_pages import postgres_statement, sqlite_statement
from numberkeep.store.sqlite.connection import Database
from support.databases import execute, opened
from support.postgres import PostgresDatabases

ACCOUNT: Final = 7
PHONE, LINE = "+14155551001", "+14155552001"
FILTERS: Final[Mapping[str, tuple[MessageFilter, set[str]]]] = {
    "number": (MessageFilter(number=PHONE), {"messages_phone", "messages_line"}),
    "sender": (MessageFilter(sender=PHONE), {"messages_phone", "messages_line"}),
    "recipient": (MessageFilter(recipient=PHONE), {"messages_phone", "messages_line"}),
    "line": (MessageFilter(line=LINE), {"messages_line"}),
    "created": (MessageFilter(created=Span(10, 20)), {"messages_created_at"}),
    "updated": (MessageFilter(updated=Span(10, 20)), {"messages_updated_at"}),
    "sent": (MessageFilter(sent=Span(10, 20)), {"messages_sent_at"}),
    "line, created": (MessageFilter(line=LINE, created=Span(10, 20)), {"messages_created_at"}),
    "number, line": (MessageFilter(number=PHONE, line=LINE), {"messages_phone"}),
    "sender, recipient": (MessageFilter(sender=LINE, recipient=PHONE, is_outbound=True), {"messages_phone"}),
    "number, times": (
        MessageFilter(number=PHONE, line=LINE, is_outbound=True, created=Span(10), updated=Span(10), sent=Span(10)),
        {"messages_phone"},
    ),
}
"""Filters that few messages meet, and the indexes along which those are found."""

OF_MANY: Final[Mapping[str, MessageFilter]] = {
    "is_outbound": MessageFilter(is_outbound=True),
    "statuses": MessageFilter(statuses=(MessageStatus.FAILED, MessageStatus.CANCELED)),
    "service": MessageFilter(service="SMS"),
}
"""Filters that have no index of their own: the messages of the account are read, and no others."""


def plan_of_sqlite(connection: apsw.Connection, query: MessageQuery) -> list[str]:
    """Return how SQLite reads the table of messages, apart from looking up those of the page."""
    sql, values = sqlite_statement(ACCOUNT, query)
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", tuple(values))]
    return [step for step in steps if re.match(r"\w+ messages\b", step)]


@pytest.fixture(scope="module")
def sqlite() -> Iterator[apsw.Connection]:
    """Return an empty database, which has no statistics, as that of a service has none."""
    database = Database(None)
    connection = database.connect()
    database.migrate(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize(("name", "order"), list(product(FILTERS, MessageOrder)))
def test_sqlite_finds_few_messages_along_the_index_of_the_filter(
    sqlite: apsw.Connection, name: str, order: MessageOrder
) -> None:
    """And the condition is one of the index, not one that is checked for each message of the account."""
    where, indexes = FILTERS[name]
    steps = plan_of_sqlite(sqlite, MessageQuery(where, order))
    found = {re.findall(r" INDEX (\w+) \(account_id=\? AND ", step)[0] for step in steps}
    assert found == indexes


@pytest.mark.parametrize(("name", "order"), list(product(OF_MANY, MessageOrder)))
def test_sqlite_reads_one_account_for_the_other_filters(
    sqlite: apsw.Connection, name: str, order: MessageOrder
) -> None:
    """Whatever the table has of other accounts."""
    [step] = plan_of_sqlite(sqlite, MessageQuery(OF_MANY[name], order))
    assert re.fullmatch(r"SEARCH messages USING .*\(account_id=\?\)", step)


@pytest.mark.parametrize("order", MessageOrder)
def test_sqlite_reads_a_page_of_all_messages_along_its_order(sqlite: apsw.Connection, order: MessageOrder) -> None:
    """The first and the last number, then the page; nothing is sorted but the page."""
    first, last, page = plan_of_sqlite(sqlite, MessageQuery(order=order))
    assert first == last == "SEARCH messages USING PRIMARY KEY (account_id=?)"
    assert page == f"SEARCH messages USING COVERING INDEX messages_{order} (account_id=?)"


@pytest.fixture(scope="module")
def filled_postgres(postgres_server: PostgresDatabases) -> Iterator[str]:
    """Return a database in which 20 accounts have 1,000 messages each, with statistics."""
    url = postgres_server.create_database()

    async def fill() -> None:
        async with opened(url):
            await execute(
                url,
                "INSERT INTO messages (account_id, message_id, phone, content, status, created_at, line, direction, "
                "service, updated_at, sent_at) SELECT a, n, '+1415555' || (1000 + n % 200), repeat('x', 300), "
                "(ARRAY['sent', 'received', 'failed', 'delivered'])[n % 4 + 1], n * 10, '+1415555' || (2000 + n % 20), "
                "(ARRAY['outbound', 'inbound'])[n % 2 + 1], 'SMS', n * 10, n * 10 "
                "FROM generate_series(1, 20) AS a, generate_series(1, 1000) AS n",
                "ANALYZE messages",
            )

    with ThreadPoolExecutor(1) as thread:  # a test's event loop may be running here
        thread.submit(lambda: asyncio.run(fill())).result()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
async def postgres(filled_postgres: str) -> AsyncIterator[asyncpg.Connection]:
    """Return a connection to it."""
    connection = await asyncpg.connect(filled_postgres)
    yield connection
    await connection.close()


async def plan_of_postgres(connection: asyncpg.Connection, query: MessageQuery) -> list[Mapping[str, Any]]:
    """Return the steps in which PostgreSQL reads the table of messages, apart from looking up those of the page."""
    sql, values = postgres_statement(ACCOUNT, query)
    [(text,)] = await connection.fetch(f"EXPLAIN (FORMAT JSON) {sql}", *values)

    def steps(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if "Index Cond" in node or node.get("Relation Name") == "messages":
            yield node
        for child in node.get("Plans", ()):
            yield from steps(child)

    found = list(steps(json.loads(text)[0]["Plan"]))
    return [step for step in found if step["Node Type"] != "Bitmap Heap Scan" and step.get("Alias") != "m"]


def indexes_of(steps: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the indexes in which the steps look for an account and something else."""
    for step in steps:
        assert re.match(rf"\(\(account_id = '?{ACCOUNT}\b.* AND ", step["Index Cond"]), step
    return {step["Index Name"] for step in steps}


@pytest.mark.parametrize(("name", "order"), list(product(FILTERS, MessageOrder)))
async def test_postgresql_finds_few_messages_along_the_index_of_the_filter(
    postgres: asyncpg.Connection, name: str, order: MessageOrder
) -> None:
    """As SQLite does."""
    where, indexes = FILTERS[name]
    assert indexes_of(await plan_of_postgres(postgres, MessageQuery(where, order))) == indexes


@pytest.mark.parametrize(("name", "order"), list(product(OF_MANY, MessageOrder)))
async def test_postgresql_reads_one_account_for_the_other_filters(
    postgres: asyncpg.Connection, name: str, order: MessageOrder
) -> None:
    """Along an index, not the whole table."""
    [step] = await plan_of_postgres(postgres, MessageQuery(OF_MANY[name], order))
    assert re.match(rf"\(account_id = '?{ACCOUNT}\b", step["Index Cond"])


@pytest.mark.parametrize("order", MessageOrder)
async def test_postgresql_reads_a_page_of_all_messages_along_its_order(
    postgres: asyncpg.Connection, order: MessageOrder
) -> None:
    """The first and the last number, then the page."""
    steps = await plan_of_postgres(postgres, MessageQuery(order=order))
    assert [step["Index Name"] for step in steps].count("messages_pkey") == 2
    assert [step["Index Name"] for step in steps].count(f"messages_{order}") == 1
    assert len(steps) == 3


def test_each_filter_has_a_plan_here() -> None:
    """A new one needs a place in one of the two tables."""
    assert {each.name for each in fields(MessageFilter)} <= {*FILTERS, *OF_MANY}
