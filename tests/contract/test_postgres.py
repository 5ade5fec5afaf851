"""The PostgreSQL store, held to the contract on a real server."""

from collections.abc import AsyncIterator

import pytest

from contract.durability import DurabilityContract, Reopen
from contract.machine import DurableMachine, run_machine
from contract.suite import StoreContract
from numberkeep.store.contract import Store
from numberkeep.store.postgres import PostgresStore
from support.pgbouncer import PgBouncer
from support.postgres import PostgresDatabases


class TestPostgres(StoreContract, DurabilityContract):
    """`postgresql://...`."""

    @pytest.fixture
    async def store(self, emptied_postgres: str) -> AsyncIterator[PostgresStore]:
        """A store in an empty database."""
        store = PostgresStore(emptied_postgres)
        await store.open()
        yield store
        await store.close()

    @pytest.fixture
    async def reopen(self, emptied_postgres: str, store: PostgresStore) -> AsyncIterator[Reopen]:
        """Close the store and open its database anew."""
        opened = [store]

        async def reopen() -> PostgresStore:
            await opened[-1].close()
            opened.append(PostgresStore(emptied_postgres))
            await opened[-1].open()
            return opened[-1]

        yield reopen
        await opened[-1].close()


class TestPgBouncer(StoreContract):
    """A pooler in transaction mode stands in between, which hands one client's connection to another."""

    @pytest.fixture
    async def store(self, emptied_postgres: str, pgbouncer_server: PgBouncer) -> AsyncIterator[PostgresStore]:
        """A store in an empty database, through the pooler."""
        store = PostgresStore(pgbouncer_server.url_of(emptied_postgres))
        await store.open()
        yield store
        await store.close()


def test_random_histories_agree_with_the_model(postgres_server: PostgresDatabases) -> None:
    """Whatever is done to two accounts, in whatever order, a store answers as the model does."""

    class PostgresMachine(DurableMachine):
        """Histories of a store in a database of its own."""

        def __init__(self) -> None:
            super().__init__()
            self.url = postgres_server.create_database()

        async def open_store(self) -> Store:
            """The store in the machine's database."""
            store = PostgresStore(self.url)
            await store.open()
            return store

        def teardown(self) -> None:
            """Close the store and drop its database."""
            super().teardown()
            postgres_server.drop_database(self.url)

    run_machine(PostgresMachine, histories=40)
