"""Properties specific to the PostgreSQL store: connections, poolers and failures."""

import asyncio
import os
import signal
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from numberkeep.domain.errors import ContactExists, StoreBusy, StoreTooNew, StoreUnavailable, StoreUnsure, StoreUnusable
from numberkeep.store import waiting
from numberkeep.store.postgres import PostgresStore
from numberkeep.store.queries import GetContact, GetTallies, ListApiKeys
from support.pgbouncer import PgBouncer
from support.postgres import PostgresDatabases, PostgresServer, database_of
from support.store import PHONE, AccountDriver, new_account, phone


def store_of(account: AccountDriver) -> PostgresStore:
    """Return the account's store, for its internals."""
    assert isinstance(account.store, PostgresStore)
    return account.store


async def test_a_pooler_is_detected(pgbouncer_server: PgBouncer, emptied_postgres: str) -> None:
    """Behind PgBouncer no statements are prepared; on a direct connection many are."""
    for url, kept in ((pgbouncer_server.url_of(emptied_postgres), False), (emptied_postgres, True)):
        store = PostgresStore(url)
        await store.open()
        assert bool(store._statements) is kept
        await store.close()


async def test_two_stores_behind_a_pooler_get_their_own_results(
    postgres_server: PostgresDatabases, emptied_postgres: str, pgbouncer_server: PgBouncer
) -> None:
    """With few server connections shared by many clients, no client receives another's rows."""
    assert pgbouncer_server.port
    with PgBouncer(postgres_server, pool_size=2) as pooler:
        stores = [PostgresStore(pooler.url_of(emptied_postgres)) for _ in range(2)]
        for store in stores:
            await store.open()
        first = await new_account(stores[0], "first")
        await asyncio.gather(*[first.create(phone(n), first_name=str(n)) for n in range(100)])

        async def read(store: PostgresStore, n: int) -> None:
            contact = await store.read(GetContact(first.account_id, phone(n)))
            assert contact is not None
            assert contact.first_name == str(n)
            assert (await store.read(GetTallies(first.account_id))).contacts == 100

        await asyncio.gather(*[read(stores[n % 2], n % 100) for n in range(400)])
        for store in stores:
            await store.close()


async def test_a_closed_store_has_no_connections(postgres_server: PostgresDatabases, postgres_url: str) -> None:
    """An open connection would prevent the database from being used as a template."""
    store = PostgresStore(postgres_url)
    await store.open()
    account = await new_account(store, "ours")
    await asyncio.gather(*[account.create(phone(n)) for n in range(20)], *[account.count() for _ in range(20)])
    await store.close()
    postgres_server.drop_database(postgres_server.create_database(template=database_of(postgres_url)))


async def test_a_dead_connection_is_replaced(account: AccountDriver, emptied_postgres: str) -> None:
    """Idle connections that the server closed cause no request to fail."""
    await asyncio.gather(*[account.create(phone(n)) for n in range(20)], *[account.count() for _ in range(20)])
    direct = await asyncpg.connect(emptied_postgres)
    await direct.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await direct.close()
    assert await account.count() == 20
    assert (await account.create(PHONE)).phone == PHONE
    assert len(await account.listed()) == 21


async def test_a_commit_without_response_may_have_succeeded(
    account: AccountDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the connection breaks during COMMIT, the error says that the change may have been saved; here it was."""
    execute = asyncpg.Connection.execute

    async def lose_the_answer(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        done = await execute(self, query, *args, **kwargs)
        if query == "COMMIT":
            raise ConnectionResetError
        return done

    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.Connection, "execute", lose_the_answer)
        with pytest.raises(StoreUnsure):
            await account.create(PHONE)
    with pytest.raises(ContactExists):
        await account.create(PHONE)


async def test_a_failing_command_affects_no_other(account: AccountDriver) -> None:
    """Of the commands in a transaction, only the one that the server rejects fails."""
    taken = await account.create(phone(0))
    outcomes = await asyncio.gather(
        account.create(phone(1)),
        account.create(phone(2)),
        account.create(phone(3), contact_id=taken.contact_id),
        account.create(phone(4)),
        return_exceptions=True,
    )
    assert [isinstance(outcome, StoreUnavailable) for outcome in outcomes] == [False, False, True, False]
    assert sorted(await account.listed()) == [phone(0), phone(1), phone(2), phone(4)]
    assert await account.count() == 4


async def test_waiting_for_a_locked_account_has_a_limit(
    account: AccountDriver, emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the account's lock the command fails; all that waited together fail together."""
    monkeypatch.setattr("numberkeep.store.postgres.account_queues._BEGIN", BEGIN_IMPATIENTLY)
    direct = await asyncpg.connect(emptied_postgres)
    async with direct.transaction():
        await direct.execute("SELECT FROM numberkeep.writers FOR UPDATE")
        outcomes = await asyncio.gather(*[account.create(phone(n)) for n in range(50)], return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert await account.contact(PHONE) is None  # reads do not wait
    await direct.close()
    assert (await account.create(PHONE)).phone == PHONE


BEGIN_IMPATIENTLY = "BEGIN; SET LOCAL lock_timeout = '50ms'"


async def test_a_full_queue_raises_store_busy(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a command fails at once and is not applied; finished commands make room."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 10)
    outcomes = await asyncio.gather(*[account.create(phone(n)) for n in range(25)], return_exceptions=True)
    busy = [isinstance(outcome, StoreBusy) for outcome in outcomes]
    assert busy == [False] * 10 + [True] * 15
    assert await account.count() == 10
    await asyncio.gather(*[account.create(phone(n)) for n in range(10, 20)])
    assert await account.count() == 20


async def test_a_canceled_waiter_frees_its_place(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its command is still applied, other commands get their results, and it no longer counts as waiting."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 3)
    waiters = [asyncio.create_task(account.create(phone(n))) for n in range(3)]
    await asyncio.sleep(0)
    waiters[1].cancel()
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert isinstance(outcomes[1], asyncio.CancelledError)
    await asyncio.gather(*[account.create(phone(n)) for n in range(3, 6)])
    assert await account.count() == 6


async def test_a_database_that_cannot_be_opened_has_a_reason(durable_postgres: PostgresServer) -> None:
    """Missing database, no server, unknown schema, other encoding: one line each."""
    foreign = durable_postgres.create_database()
    durable_postgres.execute("CREATE SCHEMA numberkeep", "CREATE TABLE numberkeep.t ()", database=database_of(foreign))
    durable_postgres.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
    for wrong, says in (
        (durable_postgres.url("missing"), '"missing" does not exist'),
        ("postgresql://postgres@127.0.0.1:1/x", "cannot use the PostgreSQL database"),
        (foreign, "another program:"),
        (durable_postgres.url("ascii"), "ENCODING 'UTF8'"),
    ):
        with pytest.raises(StoreUnusable, match=says):
            await PostgresStore(wrong).open()
    durable_postgres.drop_database(foreign)
    durable_postgres.drop_database(durable_postgres.url("ascii"))


async def test_a_wrong_password_is_reported_and_not_shown(durable_postgres: PostgresServer) -> None:
    """The server's message names the user, and never the password."""
    url = urlsplit(durable_postgres.superuser_url)
    wrong = url._replace(netloc=f"postgres:hunter2@{url.hostname}:{url.port}").geturl()
    with pytest.raises(StoreUnusable, match="password authentication failed") as refused:
        await PostgresStore(wrong).open()
    assert "hunter2" not in str(refused.value)


async def test_a_newer_schema_is_refused(postgres_url: str) -> None:
    """A database that a newer numberkeep has migrated raises StoreTooNew, and is not changed."""
    store = PostgresStore(postgres_url)
    await store.open()
    await store.close()
    direct = await asyncpg.connect(postgres_url)
    await direct.execute("INSERT INTO numberkeep.schema_migrations VALUES (999, 'of the future')")
    await direct.close()
    with pytest.raises(StoreTooNew, match="schema version 999"):
        await PostgresStore(postgres_url).open()


async def test_many_processes_open_a_new_database_at_once(postgres_url: str) -> None:
    """One migrates it while the others wait."""
    stores = [PostgresStore(postgres_url) for _ in range(8)]
    await asyncio.gather(*[store.open() for store in stores])
    await new_account(stores[0], "ours")
    assert len(await stores[7].read(ListApiKeys())) == 1
    await asyncio.gather(*[store.close() for store in stores])


async def test_using_a_store_that_is_not_open_is_an_error(emptied_postgres: str) -> None:
    """Before open() or after close(); the error says so."""
    account = AccountDriver(PostgresStore(emptied_postgres), 1)
    for wrong in (account.contact(PHONE), account.count(), account.create(PHONE)):
        with pytest.raises(RuntimeError, match="not open"):
            await wrong


async def test_a_server_lost_during_copy_blocks_nobody(
    durable_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bulk request whose rows are being sent is repeated on a new connection, or fails with StoreUnavailable."""
    store = PostgresStore(durable_postgres.create_database())
    await store.open()
    account = await new_account(store, "ours")
    await account.create(PHONE)
    real = asyncpg.Connection.copy_records_to_table
    stopped = asyncio.Event()

    async def stop_the_backend_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not stopped.is_set():
            os.kill(self.get_server_pid(), signal.SIGSTOP)
            stopped.set()
        return await real(self, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "copy_records_to_table", stop_the_backend_first)
    rows = [account.row(phone(n), custom_variables={"x": "y" * 4000}) for n in range(4000)]
    bulk = asyncio.create_task(account.upsert(*rows))
    await stopped.wait()
    await asyncio.sleep(0.5)  # until the buffers are full
    durable_postgres.kill()
    durable_postgres.start()
    async with asyncio.timeout(25):
        outcome = (await asyncio.gather(bulk, return_exceptions=True))[0]
        stored = await account.count()
        await store.close()
    if isinstance(outcome, BaseException):
        assert isinstance(outcome, StoreUnavailable)
        assert stored == 1
    else:
        assert stored == 4001


async def test_no_write_runs_without_the_account_s_lock(account: AccountDriver, emptied_postgres: str) -> None:
    """If the row to lock is missing, nothing is written."""
    direct = await asyncpg.connect(emptied_postgres)
    await direct.execute("DELETE FROM numberkeep.writers")
    await direct.close()
    outcomes = await asyncio.gather(*[account.create(phone(n)) for n in range(3)], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    assert await account.contact(phone(0)) is None


async def test_canceling_an_account_queue_fails_its_waiters(account: AccountDriver, emptied_postgres: str) -> None:
    """Its waiters get an error, and the account can be written to again."""
    direct = await asyncpg.connect(emptied_postgres)
    async with direct.transaction():
        await direct.execute("SELECT FROM numberkeep.writers FOR UPDATE")
        first = asyncio.create_task(account.create(phone(1)))
        await asyncio.sleep(0.1)  # until it waits for the lock
        second = asyncio.create_task(account.create(phone(2)))
        await asyncio.sleep(0)
        queues_there = store_of(account)._queues
        assert queues_there is not None
        [queue] = queues_there._under_way
        queue.cancel()
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnsure, StoreUnavailable]
    await direct.close()
    assert (await account.create(phone(1))).phone == phone(1)


async def test_a_new_database_is_migrated_once_at_any_isolation_level(
    postgres_server: PostgresDatabases, postgres_url: str
) -> None:
    """A process that waited for another's migration sees it, even if repeatable read is the default."""
    name = database_of(postgres_url)
    postgres_server.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    stores = [PostgresStore(postgres_url) for _ in range(6)]
    await asyncio.gather(*[store.open() for store in stores])
    await asyncio.gather(*[store.close() for store in stores])
