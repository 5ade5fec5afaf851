"""The SQLite store, in a file and in memory, tested with the contract."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.durability import DurabilityContract, Reopen
from contract.machine import DurableMachine, StoreMachine, run_machine
from contract.searching import SearchContract
from contract.suite import StoreContract
from contract.whole_accounts import RepeatedContentsContract
from numberkeep.store.contract import Store
from numberkeep.store.sqlite import SqliteStore
from support.databases import Behind


class SqliteContract(StoreContract, SearchContract):
    """What file and memory have in common."""

    @pytest.fixture
    def behind(self, store: SqliteStore) -> Behind:
        """Run statements over a separate connection."""

        async def execute(statement: str) -> None:
            connection = store._database.connect()
            connection.execute(statement)
            connection.close()

        return execute


class TestMemory(SqliteContract):
    """`sqlite://:memory:`."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[SqliteStore]:
        """Return a store in memory."""
        store = SqliteStore(None)
        await store.open()
        yield store
        await store.close()


class TestForTests(SqliteContract, RepeatedContentsContract):
    """A store of test mode in memory, whose tables differ."""

    @pytest.fixture
    async def store(self) -> AsyncIterator[SqliteStore]:
        """Return a store in memory."""
        store = SqliteStore(None, for_tests=True)
        await store.open()
        yield store
        await store.close()


class TestFile(SqliteContract, DurabilityContract):
    """`sqlite:///path`."""

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        """Return a store in a new file."""
        store = SqliteStore(tmp_path / "contacts.db")
        await store.open()
        yield store
        await store.close()

    @pytest.fixture
    async def reopen(self, tmp_path: Path, store: SqliteStore) -> AsyncIterator[Reopen]:
        """Close the store and open its file again."""
        opened = [store]

        async def reopen() -> SqliteStore:
            await opened[-1].close()
            opened.append(SqliteStore(tmp_path / "contacts.db"))
            await opened[-1].open()
            return opened[-1]

        yield reopen
        await opened[-1].close()


class MemoryMachine(StoreMachine):
    """Histories of a store in memory."""

    async def open_store(self) -> Store:
        """Return a store in memory."""
        store = SqliteStore(None)
        await store.open()
        return store


class FileMachine(DurableMachine):
    """Histories of a store in a file."""

    async def open_store(self) -> Store:
        """Return a store in the machine's directory."""
        store = SqliteStore(self.path / "contacts.db")
        await store.open()
        return store


@pytest.mark.parametrize(("machine", "histories"), [(MemoryMachine, 100), (FileMachine, 30)])
def test_random_histories_agree_with_the_model(machine: type[StoreMachine], histories: int, effort: int) -> None:
    """Whatever is done to two accounts, in any order, a store answers as the model does."""
    run_machine(machine, histories=histories * effort)
