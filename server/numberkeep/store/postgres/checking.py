"""Checks a database: the rules of store/invariants.py, account by account, then the search."""

from typing import Final

import asyncpg

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.checking import COUNTS, EVERY_ACCOUNT, TAGGED, Checked, Faults, faults_of_contact
from numberkeep.store.invariants import RULES, Dialect, Rule
from numberkeep.store.postgres import citus, schema
from numberkeep.store.postgres.checking_search import check_index, check_texts
from numberkeep.store.postgres.connecting import SNAPSHOT, connect, disconnect
from numberkeep.store.postgres.driver_errors import DRIVER_ERRORS, reason, unusable_on_error

_DIALECT: Final = Dialect(account="$1", tallies="writers", zeros="decode(repeat('00', 32), 'hex')", array_of="json_agg")

# The plan of a statement for a small account may be a bad one for a large one.
_SETTINGS: Final = "SET LOCAL search_path = numberkeep; SET LOCAL plan_cache_mode = force_custom_plan"


async def check(url: str) -> Checked:
    """Check the whole database in one read-only transaction, which may run beside a service.

    Args:
        url: as for `PostgresStore`.

    Raises:
        StoreUnusable: the database cannot be reached, is not a numberkeep database, or is of another version.
    """
    with unusable_on_error():
        connection = await connect(url, statement_seconds=None)
    try:
        with unusable_on_error():
            await citus.is_installed(connection)  # refuses a worker
            await connection.execute(SNAPSHOT)
            await schema.refuse_other(connection)
        await connection.execute(_SETTINGS)
        return await _check(connection)
    except DRIVER_ERRORS as error:
        raise StoreUnusable(f"cannot check the database: {reason(error)}") from error
    finally:
        await disconnect(connection)


async def _check(connection: asyncpg.Connection) -> Checked:
    faults = Faults()
    accounts = [account_id for (account_id,) in await connection.fetch(EVERY_ACCOUNT)]
    for rule in RULES:
        if rule.sql:
            await _check_rule(connection, accounts, rule, faults)
    await _check_contacts(connection, accounts, faults)
    await check_texts(connection, accounts, faults)
    await check_index(connection, faults)
    [counts] = await connection.fetch(COUNTS)
    return Checked([*faults], *counts)


async def _check_rule(connection: asyncpg.Connection, accounts: list[int], rule: Rule, faults: Faults) -> None:
    statement = await connection.prepare(_DIALECT.of(rule.sql))
    for account_id in accounts:
        async for row in statement.cursor(account_id):
            faults.add(rule, account_id, *row)


async def _check_contacts(connection: asyncpg.Connection, accounts: list[int], faults: Faults) -> None:
    statement = await connection.prepare(_DIALECT.of(TAGGED))
    for account_id in accounts:
        async for contact_id, *stored in statement.cursor(account_id):
            for rule in faults_of_contact(*stored):
                faults.add(rule, account_id, contact_id)
