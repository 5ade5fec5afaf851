"""The PostgreSQL store, tested with the contract on a real server."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contract.deliveries import AT, ask, items
from contract.durability import DurabilityContract, Reopen
from contract.machine import DurableMachine, run_machine
from contract.suite import StoreContract
from contract.whole_accounts import RepeatedContentsContract
from numberkeep.domain.outbox.delivery import Pending
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore
from support.databases import Behind, execute
from support.pgbouncer import PgBouncer
from support.postgres import PostgresDatabases
from support.store import DAY, AccountDriver


class PostgresContract(StoreContract):
    """What a store with and without a pooler have in common."""

    @pytest.fixture
    def behind(self, emptied_postgres: str) -> Behind:
        """Run statements over a separate connection."""
        return lambda statement: execute(emptied_postgres, f"{statement} RETURNING 1")


class TestPostgres(PostgresContract, DurabilityContract, RepeatedContentsContract):
    """`postgresql://...`."""

    @pytest.fixture
    async def store(self, emptied_postgres: str) -> AsyncIterator[PostgresStore]:
        """Return a store in an empty database."""
        store = PostgresStore(emptied_postgres)
        await store.open()
        yield store
        await store.close()

    @pytest.fixture
    async def reopen(self, emptied_postgres: str, store: PostgresStore) -> AsyncIterator[Reopen]:
        """Close the store and open its database again."""
        opened = [store]

        async def reopen() -> PostgresStore:
            await opened[-1].close()
            opened.append(PostgresStore(emptied_postgres))
            await opened[-1].open()
            return opened[-1]

        yield reopen
        await opened[-1].close()

    async def test_takers_of_many_processes_never_get_the_same(
        self, hooked: AccountDriver, emptied_postgres: str
    ) -> None:
        """Whichever process takes, each delivery is taken once per lease, and each phone's in order."""
        await ask(hooked, *range(10, 40))
        taken: list[Pending] = []
        others = [PostgresStore(emptied_postgres) for _ in range(3)]
        for other in others:
            await other.open()

        async def work(account: AccountDriver) -> None:
            while batch := await account.take(3, at=AT, lease=DAY):
                taken.extend(batch)
                await asyncio.gather(*[account.settle(pending, at=AT) for pending in batch])

        drivers = [hooked, *(AccountDriver(other, hooked.account_id) for other in others)]
        for _ in range(4):
            await asyncio.gather(*[work(account) for account in drivers for _ in range(4)])
        for other in others:
            await other.close()
        assert len(set(items(taken))) == len(taken) == await hooked.last_event() + 30
        of_phones: dict[tuple[int, str], list[int]] = {}
        for target, item, phone in [(o.delivery.target, o.delivery.item, o.delivery.phone) for o in taken]:
            of_phones.setdefault((target, phone), []).append(item)
        assert all(each == sorted(each) for each in of_phones.values())


class TestPgBouncer(PostgresContract):
    """With a pooler in transaction mode, which passes a connection from one client to another."""

    @pytest.fixture
    async def store(self, emptied_postgres: str, pgbouncer_server: PgBouncer) -> AsyncIterator[PostgresStore]:
        """Return a store in an empty database, through the pooler."""
        store = PostgresStore(pgbouncer_server.url_of(emptied_postgres))
        await store.open()
        yield store
        await store.close()


def test_random_histories_agree_with_the_model(postgres_server: PostgresDatabases, effort: int) -> None:
    """Whatever is done to two accounts, in any order, a store answers as the model does."""

    class PostgresMachine(DurableMachine):
        """Histories of a store in a separate database."""

        def __init__(self) -> None:
            super().__init__()
            self.url = postgres_server.create_database()

        async def open_store(self) -> Store:
            """Return a store in the machine's database."""
            store = PostgresStore(self.url)
            await store.open()
            return store

        def teardown(self) -> None:
            """Close the store and drop its database."""
            super().teardown()
            postgres_server.drop_database(self.url)

    run_machine(PostgresMachine, histories=20 * effort)
