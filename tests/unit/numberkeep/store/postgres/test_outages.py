"""What the PostgreSQL store reports of servers and nodes that cannot work."""

import asyncio
from typing import Any

import asyncpg
import pytest

from numberkeep.domain.errors import StoreUnavailable
from support.databases import execute
from support.store import AccountDriver, new_account


async def test_a_standby_is_not_ready(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness fails for a read-only server, before a request does."""
    await account.store.ready()
    real = asyncpg.Connection.fetchval

    async def on_a_standby(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        return True if "pg_is_in_recovery" in query else await real(self, query, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "fetchval", on_a_standby)
    with pytest.raises(StoreUnavailable, match="standby"):
        await account.store.ready()


async def test_a_key_that_not_every_node_can_store_names_the_node(
    account: AccountDriver, emptied_postgres: str
) -> None:
    """As the coordinator of a Citus cluster reports it, here by a trigger; the error says what to do."""
    function = f"BEGIN {OF_A_REMOTE_NODE} RETURN NEW; END"
    await execute(
        emptied_postgres,
        f"CREATE FUNCTION numberkeep.fail() RETURNS trigger LANGUAGE plpgsql AS $f$ {function} $f$",
        "CREATE TRIGGER fail BEFORE INSERT ON numberkeep.api_keys EXECUTE FUNCTION numberkeep.fail()",
        "SELECT 1",
    )
    try:
        says = "written to every Citus node, and 10.0.0.7:5432 cannot be reached: start it"
        with pytest.raises(StoreUnavailable, match=says):
            await new_account(account.store, "other")
    finally:
        await execute(emptied_postgres, "DROP FUNCTION numberkeep.fail CASCADE", "SELECT 1")
    await new_account(account.store, "other")


OF_A_REMOTE_NODE = """
    RAISE EXCEPTION 'connection to the remote node nk@10.0.0.7:5432 failed with the following error: refused'
    USING ERRCODE = '08006';
"""


async def test_readiness_has_a_time_limit(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is not ready, however long a statement may take."""
    monkeypatch.setattr("numberkeep.store.postgres.store._READY_SECONDS", 0.2)
    real = asyncpg.Connection.fetchval

    async def hang(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        return await real(self, f"SELECT pg_sleep(20) IS NULL FROM ({query}) AS q", *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "fetchval", hang)
    async with asyncio.timeout(3):
        with pytest.raises(StoreUnavailable, match=r"does not answer within 0\.2 s"):
            await account.store.ready()
