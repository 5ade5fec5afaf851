"""The tables of the schema, and how Citus is to keep them."""

from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE, statements_of
from numberkeep.store.transfer import TABLES
from support.databases import execute

LOCAL = {"schema_migrations", "pending_steps"}
"""Tables that stay on the coordinator, because only `migrate` uses them."""
DERIVED = {"search_grams", "search_progress"}
"""Tables that are built from others."""


async def test_citus_knows_every_table(emptied_postgres: str) -> None:
    """A table that is not distributed would be on the coordinator alone, and joins with it would fail."""
    tables = await execute(emptied_postgres, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'numberkeep'")
    assert {name for (name,) in tables} == {*REFERENCE, *DISTRIBUTED, *LOCAL}


async def test_the_key_of_every_distributed_table_has_the_account(emptied_postgres: str) -> None:
    """Otherwise Citus cannot distribute it by account; `copy` reads all but what is derived."""
    keys = await execute(
        emptied_postgres,
        "SELECT c.relname::text, array_agg(a.attname::text) FROM pg_index AS i "
        "JOIN pg_class AS c ON c.oid = i.indrelid "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey::smallint[]) "
        "WHERE (i.indisunique OR i.indisprimary) AND c.relnamespace = 'numberkeep'::regnamespace "
        "GROUP BY c.relname, i.indexrelid",
    )
    assert [table for table, columns in keys if table in DISTRIBUTED and "account_id" not in columns] == []
    assert {table.name for table in TABLES} == {*REFERENCE, *DISTRIBUTED} - {"writers", *DERIVED}


def test_a_migration_is_split_into_its_statements() -> None:
    """Comments may have a semicolon, and a statement several lines."""
    script = "-- One; two;\nCREATE TABLE a (\n    b text DEFAULT ';' -- three;\n);\n\nDROP TABLE c; \nSELECT ';x'"
    assert [" ".join(each.split()) for each in statements_of(script)] == [
        "CREATE TABLE a ( b text DEFAULT ';' )",
        "DROP TABLE c",
        "SELECT ';x'",
    ]
