"""Every statement of a search is planned along an index, whatever its values are, and before there are statistics."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest

from numberkeep.domain.contacts.listing import ListQuery, Order, OrderBy
from numberkeep.domain.contacts.search import Search, parse_search
from numberkeep.store.postgres.listing_statement import Statement
from numberkeep.store.postgres.search_candidates import lookups
from numberkeep.store.postgres.search_grams import grams_of_text
from numberkeep.store.postgres.search_matches import Progress, Statements, settings
from support.databases import opened
from support.postgres import PostgresDatabases

ACCOUNTS, CONTACTS = 4, 4000
_INDEX = re.compile(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)")


@pytest.fixture(scope="module", params=[False, True], ids=["without-statistics", "analyzed"])
def filled(request: pytest.FixtureRequest, postgres_server: PostgresDatabases) -> Iterator[str]:
    """Return a database in which some accounts have thousands of contacts."""
    url = postgres_server.create_database()

    async def fill() -> None:
        async with opened(url):
            connection = await asyncpg.connect(url, server_settings={"search_path": "numberkeep"})
            await connection.execute(
                "INSERT INTO contacts (account_id, contact_id, phone, created_at, first_name, last_name, company_name, "
                "assigned_to_email, sendblue_number, tags, custom_variables, verified, opt_out, last_event, "
                "search_text) SELECT a, n, '+1415555' || (1000 + n), n, 'Ada' || n % 90, 'Lovelace' || n % 70, '', '', "
                "'', '[]', '{}', false, false, 0, 'ada' || n % 90 || E'\\nlovelace' || n % 70 "
                f"FROM generate_series(1, {ACCOUNTS}) AS a, generate_series(1, {CONTACTS}) AS n"
            )
            rows = await connection.fetch("SELECT account_id, phone, search_text FROM contacts")
            await connection.copy_records_to_table(
                "search_grams", records=[(a, phone[::-1], grams_of_text(a, text)) for a, phone, text in rows]
            )
            if request.param:
                await connection.execute("ANALYZE")
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # a test's event loop may be running here
        thread.submit(lambda: asyncio.run(fill())).result()
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(params=["force_custom_plan", "force_generic_plan"])
async def connection(request: pytest.FixtureRequest, filled: str) -> AsyncIterator[asyncpg.Connection]:
    """Return a connection that plans for the values, or for any."""
    connection = await asyncpg.connect(filled)
    await connection.execute(f"SET plan_cache_mode = {request.param}")
    await connection.execute(settings(ListQuery()).replace("SET LOCAL", "SET"))
    yield connection
    await connection.close()


async def plan_of(connection: asyncpg.Connection, sql: str, values: list[Any]) -> str:
    """Return how PostgreSQL runs a statement, without its costs."""
    rows = await connection.fetch(f"EXPLAIN (COSTS OFF) {sql}", *values)
    return "\n".join(row[0] for row in rows)


def of(q: str) -> Search:
    """Return what words mean."""
    search = parse_search(q)
    assert search is not None
    return search


@pytest.mark.parametrize(
    ("q", "indexes"),
    [
        ("love", [{"search_grams_grams"}]),
        ("love lace7", [{"search_grams_grams"}]),
        ("lo", [{"search_grams_grams"}]),
        ("2671", [{"search_grams_grams", "search_grams_pkey"}]),
        ("+14155552671", [{"search_grams_grams", "search_grams_pkey", "contacts_phone"}]),
        ("0123 love 12", [{"search_grams_grams", "search_grams_pkey"}, {"search_grams_grams"}]),
        ("a", []),
    ],
)
async def test_candidates_are_looked_up_by_their_grams_and_digits(
    connection: asyncpg.Connection, q: str, indexes: list[set[str]]
) -> None:
    """No table is read as a whole, and no account."""
    found = []
    for lookup in lookups(1, of(q)):
        statement = Statement(1)
        plan = await plan_of(connection, lookup(statement, 2001), statement.values)
        assert "Seq Scan" not in plan, plan
        found.append(set(_INDEX.findall(plan)))
    assert found == indexes


PROGRESS = pytest.mark.parametrize(
    "progress",
    [Progress(5, text_event=None), Progress(5), Progress(5, filled_to=7)],
    ids=["every-text-is-right", "older-process", "filled-in-part"],
)


@PROGRESS
@pytest.mark.parametrize("by", OrderBy)
@pytest.mark.parametrize("descending", [True, False])
async def test_a_walk_is_along_the_index_of_the_order(
    connection: asyncpg.Connection, by: OrderBy, progress: Progress, *, descending: bool
) -> None:
    """However long it is."""
    query = ListQuery(order=Order(by, descending))
    for size in (400, 8000, 32000):
        plan = await plan_of(connection, *Statements(1, of("love"), progress).walk(query, size))
        assert _INDEX.findall(plan) == [f"contacts_{by}"], plan


@PROGRESS
async def test_candidates_are_read_by_their_numbers(connection: asyncpg.Connection, progress: Progress) -> None:
    """One by one."""
    plan = await plan_of(connection, *Statements(1, of("love"), progress).among(ListQuery(), ["+14155551001"], 133))
    assert _INDEX.findall(plan) == ["contacts_phone"], plan
