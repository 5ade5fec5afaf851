"""The plans of the reads behind the inbox: each follows an index, however many messages there are."""

from collections.abc import Callable

import asyncpg
import pytest

from numberkeep.store import inbox_queries as inbox
from numberkeep.store.postgres.inbox_statements import READS as POSTGRES
from numberkeep.store.queries import Query
from numberkeep.store.reads import READS
from numberkeep.store.sqlite.inbox_statements import READS as SQLITE
from support.databases import execute, opened

NewDatabase = Callable[[str], str]
PLANS = (
    (inbox.ListConversations(1, 2**62, 51), "conversations_last_message"),
    (inbox.ListThread(1, "+14155552671", 2**62, 101), "messages_phone"),
    (inbox.ListOpenReviewsOf(1, "+14155552671"), "reviews_phone"),
)


async def made(url: str) -> str:
    """Return the URL of a database with the current schema."""
    async with opened(url):
        return url


@pytest.mark.parametrize(("query", "index"), PLANS, ids=lambda each: type(each).__name__)
async def test_sqlite_follows_the_index(new_database: NewDatabase, query: Query[object], index: str) -> None:
    """Without a sort and without a walk over a table, also before there are statistics."""
    values = READS[type(query)].values(query)
    sql = SQLITE[type(query)]
    for number, value in sorted(enumerate(values, 1), reverse=True):
        sql = sql.replace(f"?{number}", repr(value))
    rows = await execute(await made(new_database("sqlite")), f"EXPLAIN QUERY PLAN {sql}")
    steps = [str(row[3]) for row in rows]
    assert any(index in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step]


@pytest.mark.parametrize(("query", "index"), PLANS, ids=lambda each: type(each).__name__)
async def test_postgres_follows_the_index(new_database: NewDatabase, query: Query[object], index: str) -> None:
    """Where walking over the table is not cheaper because it is small."""
    url = await made(new_database("postgres"))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET search_path = numberkeep")
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET enable_bitmapscan = off")
        values = READS[type(query)].values(query)
        rows = await connection.fetch(f"EXPLAIN {POSTGRES[type(query)]}", *values)
    finally:
        await connection.close()
    assert any(index in row[0] for row in rows)
