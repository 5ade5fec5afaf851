"""Migrates the schema."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.canonical_numbers import Report
from numberkeep.store.migrations import (
    NOT_FOR_TESTS,
    Upgrade,
    load_migrations,
    logged,
    pending,
    refuse_older,
    refuse_unfinished,
)
from numberkeep.store.postgres.conversations import run
from numberkeep.store.transfer import Mark
from numberkeep.store.upgrade_steps import steps

_MIGRATIONS: Final = "numberkeep.store.postgres.migrations"

_LOCK: Final = 0x6E6B6570
"""The advisory lock under which one process migrates at a time."""

_MARKS: Final = {
    "a copy, not used yet": Mark.COPIED,
    "a copy, not finished": Mark.UNFINISHED,
    "for tests": Mark.TEST,
}
"""The comments on the schema that mark it."""

_OLDEST: Final = 14

REFERENCE: Final = ("accounts", "api_keys")
"""Small tables that are looked up without an account: Citus keeps a copy of them on every node."""

DISTRIBUTED: Final = (
    "writers",
    "contacts",
    "contact_tags",
    "opt_outs",
    "consent",
    "last_events",
    "verifications",
    "reviews",
    "messages",
    "events",
    "outbox",
    "webhooks",
    "answers",
    "jobs",
    "job_parts",
    "conversations",
    "conclusions",
    "attempts",
    "event_days",
    "key_uses",
    "sessions",
    "search_grams",
    "search_progress",
)
"""Tables that Citus distributes by account_id, so that all of an account's rows are on one node."""


Distribute = Callable[[asyncpg.Connection], Awaitable[None]]
"""Distributes tables, in the transaction that has begun."""


async def migrate(connection: asyncpg.Connection, distribute_added: Distribute | None = None) -> Upgrade:
    """Apply the missing steps of the schema in one transaction, then those that SQL cannot do; return what was done.

    Args:
        connection: the database.
        distribute_added: on Citus, distributes the tables that a step has added to a distributed database: the next
            step may join them with others.

    Raises:
        StoreUnusable: as for `Store.open`.
    """
    version = connection.get_server_version().major
    if version < _OLDEST:
        raise StoreUnusable(f"the server is PostgreSQL {version}: use version {_OLDEST} or newer")
    if await connection.fetchval("SHOW server_encoding") != "UTF8":
        raise StoreUnusable("the database's encoding is not UTF8: create it with ENCODING 'UTF8' TEMPLATE template0")
    # Whatever the database's default: a process that waited for the lock must see what was done meanwhile.
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if distribute_added:  # in parallel, a step that changes a table of every kind would be refused
            await connection.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
        # IF NOT EXISTS needs the permission to create a schema even if it exists.
        if not await connection.fetchval("SELECT to_regnamespace('numberkeep') IS NOT NULL"):
            await connection.execute("CREATE SCHEMA numberkeep")
        if not await _exists(connection):
            if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'numberkeep')"):
                raise StoreUnusable("the schema `numberkeep` belongs to another program: name another database")
            await connection.execute(
                "CREATE TABLE numberkeep.schema_migrations (version integer PRIMARY KEY, checksum text NOT NULL)"
            )
        applied = await _applied(connection)
        steps = pending(load_migrations(_MIGRATIONS), applied)
        for step in steps:
            # One by one: Citus would send its nodes the whole script for each change of a distributed table.
            for statement in statements_of(step.sql):
                await connection.execute(statement)
            if distribute_added:
                await distribute_added(connection)
            await connection.execute(
                "INSERT INTO numberkeep.schema_migrations VALUES ($1, $2)", step.version, step.checksum
            )
    return logged(Upgrade(len(applied), len(applied) + len(steps), collisions=await _finish(connection)))


def statements_of(script: str) -> Sequence[str]:
    """Return the statements of a migration: each ends with a `;` at the end of a line, and has no `--` in a text."""
    return [each for each in re.split(r";[ \t]*(?:\n|$)", re.sub(r"--.*", "", script)) if each.strip()]


async def _finish(connection: asyncpg.Connection) -> Sequence[tuple[int, int]]:
    """Do the steps that SQL cannot do, in many transactions; return the contacts that keep another spelling."""
    report = Report()
    for name, pages in steps(report):
        for page in pages:
            async with connection.transaction(isolation="read_committed"):
                await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
                if name not in await _pending_steps(connection):
                    break
                await run(connection, page)
    return report.collisions


async def _pending_steps(connection: asyncpg.Connection) -> Sequence[str]:
    return [name for (name,) in await connection.fetch("SELECT name FROM numberkeep.pending_steps")]


async def refuse_other(connection: asyncpg.Connection) -> None:
    """Check that a database has a store with this program's schema.

    Raises:
        StoreUnusable: it does not; (StoreTooNew) its schema is newer.
    """
    if not await _exists(connection):
        raise StoreUnusable("it is not a numberkeep database: name another one, or run `numberkeep migrate` on it")
    refuse_older(pending(load_migrations(_MIGRATIONS), await _applied(connection)))
    refuse_unfinished(await _pending_steps(connection))


async def mark_of(connection: asyncpg.Connection) -> Mark:
    """Return a database's mark, which is the schema's comment."""
    comment = await connection.fetchval("SELECT obj_description('numberkeep'::regnamespace, 'pg_namespace')")
    return _MARKS.get(comment, Mark.NONE)


async def set_mark(connection: asyncpg.Connection, mark: Mark) -> None:
    """Set a database's mark."""
    comment = next((comment for comment, each in _MARKS.items() if each is mark), None)
    await connection.execute(f"COMMENT ON SCHEMA numberkeep IS {'NULL' if comment is None else repr(comment)}")


async def take_into_use(connection: asyncpg.Connection) -> None:
    """Remove the mark of a finished copy.

    Raises:
        StoreUnusable: the copy is unfinished.
    """
    mark = await mark_of(connection)
    if mark is Mark.UNFINISHED:
        raise StoreUnusable("it is an unfinished copy: start the copy again")
    if mark is Mark.COPIED:
        await set_mark(connection, Mark.NONE)


async def use_for_tests(connection: asyncpg.Connection) -> None:
    """Mark a database as one for tests, unless it is one.

    Raises:
        StoreUnusable: it has accounts that test mode did not create.
    """
    if await mark_of(connection) is Mark.TEST:
        return
    if await connection.fetchval("SELECT EXISTS (SELECT FROM numberkeep.accounts)"):
        raise StoreUnusable(NOT_FOR_TESTS)
    await set_mark(connection, Mark.TEST)


async def _exists(connection: asyncpg.Connection) -> bool:
    found: bool = await connection.fetchval("SELECT to_regclass('numberkeep.schema_migrations') IS NOT NULL")
    return found


async def _applied(connection: asyncpg.Connection) -> dict[int, str]:
    rows = await connection.fetch("SELECT version, checksum FROM numberkeep.schema_migrations")
    return {version: checksum for version, checksum in rows}  # noqa: C416 - dict() does not accept records
