"""What is particular to the PostgreSQL store: its connections, its pooler and its failures."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
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


@pytest.fixture
async def account(emptied_postgres: str) -> AsyncIterator[AccountDriver]:
    """An account in an empty database."""
    store = PostgresStore(emptied_postgres)
    await store.open()
    yield await new_account(store, "default")
    await store.close()


def store_of(account: AccountDriver) -> PostgresStore:
    """The account's store, to look inside."""
    assert isinstance(account.store, PostgresStore)
    return account.store


async def test_a_pooler_is_noticed(pgbouncer_server: PgBouncer, emptied_postgres: str) -> None:
    """Behind PgBouncer no prepared statement is kept, and straight on the server many are."""
    for url, kept in ((pgbouncer_server.url_of(emptied_postgres), False), (emptied_postgres, True)):
        store = PostgresStore(url)
        await store.open()
        assert bool(store._statements) is kept
        await store.close()


async def test_two_stores_behind_a_pooler_get_their_own_answers(
    postgres_server: PostgresDatabases, emptied_postgres: str, pgbouncer_server: PgBouncer
) -> None:
    """Where few connections are shared by many clients, nobody reads what another asked for."""
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


async def test_a_closed_store_lets_go_of_its_connections(postgres_server: PostgresDatabases, postgres_url: str) -> None:
    """After close() nobody is connected: a database that somebody uses could not be copied."""
    store = PostgresStore(postgres_url)
    await store.open()
    account = await new_account(store, "ours")
    await asyncio.gather(*[account.create(phone(n)) for n in range(20)], *[account.count() for _ in range(20)])
    await store.close()
    postgres_server.drop_database(postgres_server.create_database(template=database_of(postgres_url)))


async def test_a_dead_connection_is_replaced_unnoticed(account: AccountDriver, emptied_postgres: str) -> None:
    """Connections that the server ended while they were idle cost no request an error."""
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


async def test_a_commit_whose_answer_is_lost_is_unsure(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the connection breaks in COMMIT the caller learns that the change may have been made, and it was."""
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


async def test_one_bad_command_spoils_no_other(account: AccountDriver) -> None:
    """Of commands that share a transaction, one that the server refuses fails alone."""
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


async def test_an_account_that_is_locked_waits_for_nobody_forever(
    account: AccountDriver, emptied_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who cannot get the account's lock in time is told so; all that waited together fail together, at once."""
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


async def test_a_full_queue_is_busy_and_empties_again(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a command raises StoreBusy at once and is not done; room comes back with the answers."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 10)
    outcomes = await asyncio.gather(*[account.create(phone(n)) for n in range(25)], return_exceptions=True)
    busy = [isinstance(outcome, StoreBusy) for outcome in outcomes]
    assert busy == [False] * 10 + [True] * 15
    assert await account.count() == 10
    await asyncio.gather(*[account.create(phone(n)) for n in range(10, 20)])
    assert await account.count() == 20


async def test_a_cancelled_waiter_frees_its_place(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command whose waiter has gone is applied, its neighbours are answered, and it counts as waiting no more."""
    monkeypatch.setattr(waiting, "MAX_COMMANDS", 3)
    waiters = [asyncio.create_task(account.create(phone(n))) for n in range(3)]
    await asyncio.sleep(0)
    waiters[1].cancel()
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert isinstance(outcomes[1], asyncio.CancelledError)
    await asyncio.gather(*[account.create(phone(n)) for n in range(3, 6)])
    assert await account.count() == 6


async def test_what_cannot_be_opened_says_why(durable_postgres: PostgresServer) -> None:
    """A missing database, no server, a foreign schema, another encoding: one line each."""
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


async def test_a_wrong_password_is_told_and_not_shown(durable_postgres: PostgresServer) -> None:
    """What the server says of a login names the user, and never the password."""
    url = urlsplit(durable_postgres.superuser_url)
    wrong = url._replace(netloc=f"postgres:hunter2@{url.hostname}:{url.port}").geturl()
    with pytest.raises(StoreUnusable, match="password authentication failed") as refused:
        await PostgresStore(wrong).open()
    assert "hunter2" not in str(refused.value)


async def test_a_newer_schema_is_refused(postgres_url: str) -> None:
    """A database that a newer numberkeep has migrated raises StoreTooNew, and nothing is done to it."""
    store = PostgresStore(postgres_url)
    await store.open()
    await store.close()
    direct = await asyncpg.connect(postgres_url)
    await direct.execute("INSERT INTO numberkeep.schema_migrations VALUES (999, 'of the future')")
    await direct.close()
    with pytest.raises(StoreTooNew, match="schema version 999"):
        await PostgresStore(postgres_url).open()


async def test_many_processes_open_a_new_database_at_once(postgres_url: str) -> None:
    """One of them migrates, the others wait for it."""
    stores = [PostgresStore(postgres_url) for _ in range(8)]
    await asyncio.gather(*[store.open() for store in stores])
    await new_account(stores[0], "ours")
    assert len(await stores[7].read(ListApiKeys())) == 1
    await asyncio.gather(*[store.close() for store in stores])


async def test_a_standby_is_not_ready(account: AccountDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes no writes is told by readiness, before a request fails by it."""
    await account.store.ready()
    real = asyncpg.Connection.fetchval

    async def on_a_standby(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        return True if "pg_is_in_recovery" in query else await real(self, query, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "fetchval", on_a_standby)
    with pytest.raises(StoreUnavailable, match="standby"):
        await account.store.ready()


async def test_a_store_that_is_not_open_says_so(emptied_postgres: str) -> None:
    """Using a store before open() or after close() is the caller's mistake, and is named."""
    account = AccountDriver(PostgresStore(emptied_postgres), 1)
    for wrong in (account.contact(PHONE), account.count(), account.create(PHONE)):
        with pytest.raises(RuntimeError, match="not open"):
            await wrong


async def test_a_server_that_goes_away_during_copy_keeps_nobody_waiting(
    durable_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bulk request whose rows are being sent when the server dies is made again on a new connection, or told so."""
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
    """Where the row to be locked is missing, nothing is written."""
    direct = await asyncpg.connect(emptied_postgres)
    await direct.execute("DELETE FROM numberkeep.writers")
    await direct.close()
    outcomes = await asyncio.gather(*[account.create(phone(n)) for n in range(3)], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3
    assert await account.contact(phone(0)) is None


async def test_a_cancelled_statement_is_not_repeated(account: AccountDriver) -> None:
    """What the server ended for its length is told, and costs no other connection."""
    pool = store_of(account)._reads
    assert pool is not None
    await asyncio.gather(*[account.count() for _ in range(6)])
    free, runs = len(pool._free), 0

    async def too_long(connection: asyncpg.Connection) -> None:
        nonlocal runs
        runs += 1
        await connection.execute("SET statement_timeout = 20")
        await connection.execute("SELECT pg_sleep(5)")

    with pytest.raises(StoreUnavailable, match="QueryCanceledError"):
        await pool.run(too_long)
    assert (runs, len(pool._free)) == (1, free - 1)


async def test_a_read_under_way_leaves_no_connection_in_a_closed_store(account: AccountDriver) -> None:
    """A connection that comes back after close() is let go."""
    pool = store_of(account)._reads
    assert pool is not None
    used: asyncio.Future[asyncpg.Connection] = asyncio.get_running_loop().create_future()

    async def slow(connection: asyncpg.Connection) -> None:
        used.set_result(connection)
        await connection.execute("SELECT pg_sleep(0.2)")

    reading = asyncio.create_task(pool.run(slow))
    connection = await used
    await pool.close()
    await reading
    assert connection.is_closed()
    assert pool._free == []


async def test_a_lane_that_is_cancelled_leaves_nobody_waiting(account: AccountDriver, emptied_postgres: str) -> None:
    """Whatever ends a queue, those who wait are told, and the account can be written to again."""
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


async def test_a_new_database_is_migrated_once_whatever_its_isolation(
    postgres_server: PostgresDatabases, postgres_url: str
) -> None:
    """Who waits for another's migration sees it, in a database whose transactions are repeatable reads."""
    name = database_of(postgres_url)
    postgres_server.execute(f"ALTER DATABASE \"{name}\" SET default_transaction_isolation = 'repeatable read'")
    stores = [PostgresStore(postgres_url) for _ in range(6)]
    await asyncio.gather(*[store.open() for store in stores])
    await asyncio.gather(*[store.close() for store in stores])
