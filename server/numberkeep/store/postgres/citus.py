"""What the store asks and tells the extension Citus about its tables and nodes."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.postgres.schema import DISTRIBUTED, REFERENCE

_LOCK: Final = 0x6E6B6571
"""The advisory lock under which one process distributes tables at a time."""

# By their oids: a table's name as text has no schema if the role's search path begins with it. Citus also lists a local
# table (method n, model s) that refers to a reference table (model t).
_SPREAD: Final = (
    "SELECT c.relname::text FROM pg_dist_partition AS p JOIN pg_class AS c ON c.oid = p.logicalrelid "
    "WHERE c.relnamespace = to_regnamespace('numberkeep') AND (p.partmethod <> 'n' OR p.repmodel = 't')"
)
_TABLES: Final = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'numberkeep'"
_LEFT_BEHIND: Final = f"{_SPREAD} AND pg_relation_size(c.oid) > 0"
_ACCOUNTS_OF_NODES: Final = (
    "SELECT n.nodename || ':' || n.nodeport, array_agg(account_id) FROM unnest($1::bigint[]) AS account_id "
    "JOIN pg_dist_placement AS p ON p.shardid = "
    "get_shard_id_for_distribution_column('numberkeep.writers'::regclass, account_id) "
    "JOIN pg_dist_node AS n ON n.groupid = p.groupid AND n.noderole = 'primary' GROUP BY 1"
)


async def is_installed(connection: asyncpg.Connection) -> bool:
    """Return whether the database has the extension.

    Raises:
        StoreUnusable: the server is a worker of a cluster.
    """
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"):
        return False
    if await connection.fetchval("SELECT groupid FROM pg_dist_local_group"):
        raise StoreUnusable("the server is a worker of a Citus cluster: name the coordinator in the database's URL")
    return True


async def spread_tables(connection: asyncpg.Connection) -> frozenset[str]:
    """Return the tables of the store that are distributed; on a database with the extension."""
    return frozenset(name for (name,) in await connection.fetch(_SPREAD))


async def distribute(connection: asyncpg.Connection) -> list[str]:
    """Distribute the tables that are not yet distributed, and return their names; on a database with the extension.

    Each table has a transaction of its own, so what was done before an interruption need not be done again. The tables
    may have rows already. Each is locked against writes while it is distributed.
    """
    done = [name for name in (*REFERENCE, *DISTRIBUTED) if await _distribute(connection, name)]
    # The rows that were distributed are still on the coordinator's disk, where nobody can see or delete them.
    for (name,) in await connection.fetch(_LEFT_BEHIND):
        await connection.execute(
            "SELECT truncate_local_data_after_distributing_table($1::text::regclass)", f"numberkeep.{name}"
        )
    return done


async def distribute_added(connection: asyncpg.Connection) -> None:
    """Distribute the tables that exist and are not yet distributed, if others are, in a transaction that has begun.

    A later `distribute` deletes the rows that are left on the coordinator's disk.
    """
    spread = await spread_tables(connection)
    tables = {name for (name,) in await connection.fetch(_TABLES)}
    for name in DISTRIBUTED if spread else ():
        if name in tables - spread:
            await _create_distributed(connection, name)


async def _distribute(connection: asyncpg.Connection, name: str) -> bool:
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if name in await spread_tables(connection):
            return False
        await _create_distributed(connection, name)
    return True


async def _create_distributed(connection: asyncpg.Connection, name: str) -> None:
    table = f"numberkeep.{name}"
    if name in REFERENCE:
        await connection.execute("SELECT create_reference_table($1::text::regclass)", table)
    else:
        beside = "default" if name == DISTRIBUTED[0] else f"numberkeep.{DISTRIBUTED[0]}"
        await connection.execute(
            "SELECT create_distributed_table($1::text::regclass, 'account_id', colocate_with => $2)", table, beside
        )


async def accounts_of_nodes(connection: asyncpg.Connection, account_ids: Sequence[int]) -> Mapping[str, Sequence[int]]:
    """Return the nodes, as `host:port`, that have rows of these accounts, with these accounts; asks no other node."""
    rows = await connection.fetch(_ACCOUNTS_OF_NODES, account_ids)
    return {node: accounts for node, accounts in rows}  # noqa: C416 - dict() does not accept records
