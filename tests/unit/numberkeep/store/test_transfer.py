"""The tables of a copy are those of both engines, and each page is read along an index."""

import pytest

from numberkeep.store.account_rows import TALLY_COLUMNS
from numberkeep.store.transfer import TABLES, Table
from numberkeep.stores import make_transfer
from support.databases import ENGINES, NewDatabase, execute, opened

_TALLIES = TALLY_COLUMNS.split(", ")
DERIVED = {
    "sqlite": {("accounts", name) for name in _TALLIES} | {("answers", "answer_id")},
    "postgres": {("writers", name) for name in ("account_id", "text_event", *_TALLIES)}
    | {("search_grams", name) for name in ("account_id", "reversed", "grams")}
    | {("search_progress", name) for name in ("account_id", "event_id", "filled_to")},
}
"""Columns that are not copied: what they hold follows from the others, or is of no meaning elsewhere."""

_COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' "
    "AND t.name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT table_name::text, column_name::text FROM information_schema.columns "
    "WHERE table_schema = 'numberkeep'",
}


@pytest.mark.parametrize("engine", ENGINES)
async def test_every_column_of_a_schema_is_copied(new_database: NewDatabase, engine: str) -> None:
    """A table or column that a schema gains is copied, or is named here as one that is not."""
    url = new_database(engine)
    async with opened(url):
        columns = {
            (table, column)
            for table, column in await execute(url, _COLUMNS[engine])
            if table not in {"schema_migrations", "pending_steps", "unindexed_contacts"}
            and not table.startswith("contact_search")  # and the tables of that index
        }
    copied = {(table.name, column) for table in TABLES for column in table.columns}
    assert columns == copied | DERIVED[engine]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_a_page_of_sqlite_is_read_along_an_index(new_database: NewDatabase, table: Table) -> None:
    """Neither a scan nor a sort: the last page costs what the first does."""
    url = new_database("sqlite")
    async with opened(url):
        pass
    transfer = make_transfer(url)
    await transfer.open(writing=True)
    asked: list[str] = []

    def trace(_connection: object, sql: str, _values: object) -> bool:
        asked.append(sql)
        return True

    transfer._connection.exec_trace = trace  # type: ignore[attr-defined]
    await transfer.rows(table, 1, ("a",) * len(table.key), 5)
    transfer._connection.exec_trace = None  # type: ignore[attr-defined]
    await transfer.close()
    [sql] = asked
    plan = await execute(url, f"EXPLAIN QUERY PLAN {sql.replace('?', '1')}")
    assert [step.startswith(f"SEARCH {table.name} USING ") for *_, step in plan] == [True]


def test_keys_are_the_rows_first_columns() -> None:
    """What tells a row apart stands first, the account before the rest."""
    for table in TABLES:
        assert table.columns == (*table.identity, *table.values)
        row = tuple(range(len(table.columns)))
        assert table.key_of(row) == row[int(table.of_account) : len(table.identity)]
        assert set(table.unique) <= set(table.columns)
        assert table.flags <= set(table.values)
