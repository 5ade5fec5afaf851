"""Searches of the PostgreSQL store in all ways in which it finds contacts, which usually takes thousands of them."""

from collections.abc import AsyncIterator
from typing import Final, NamedTuple, TypeVar

import asyncpg
import pytest

from contract.searching import SearchContract
from numberkeep.domain.command import AccountCommand, Command
from numberkeep.store.postgres import PostgresStore, search_index, search_indexer, search_matches
from numberkeep.store.search_way import Lookup

R = TypeVar("R")


# What an older process leaves, which knows nothing of search texts.
_AS_OLDER: Final = (
    "UPDATE numberkeep.writers SET text_event = 0 WHERE account_id = $1",
    (
        "UPDATE numberkeep.contacts SET search_text = 'old' WHERE account_id = $1 AND last_event > "
        "coalesce((SELECT event_id FROM numberkeep.search_progress WHERE account_id = $1), 0)"
    ),
)


class Indexing(NamedTuple):
    """How a store indexes.

    Attributes:
        steps: how many steps after each command, at most.
        as_older: whether each command is written as an older process writes it.
    """

    steps: int
    as_older: bool = False


class IndexingStore(PostgresStore):
    """A store that indexes after each command, and not in the background.

    Args:
        url: the database.
        indexing: how it indexes.
    """

    def __init__(self, url: str, indexing: Indexing) -> None:
        super().__init__(url)
        self._url = url
        self._indexing = indexing
        self._beside: asyncpg.Connection | None = None

    async def open(self, *, migrate: bool = True) -> None:
        """Open a separate connection too."""
        await super().open(migrate=migrate)
        self._beside = await asyncpg.connect(self._url)

    async def close(self) -> None:
        """Close that too."""
        await super().close()
        if self._beside is not None:
            await self._beside.close()

    async def apply(self, command: Command[R]) -> R:
        """Apply, then index."""
        result = await super().apply(command)
        if isinstance(command, AccountCommand) and self._beside is not None:
            for statement in _AS_OLDER if self._indexing.as_older else ():
                await self._beside.execute(statement, command.account_id)
            for _ in range(self._indexing.steps):
                if not await search_index.index(self._beside, command.account_id):
                    break
        return result


class IndexContract(SearchContract):
    """The index of words, and every way in which a page is found."""

    @pytest.fixture(
        params=[
            {"WALKS": (1, 2, 3), "_LOOKUPS": (Lookup(0, 1000),), "_READS": 0, "_SPARE": 0, "_UNORDERED": 2},
            {"WALKS": (2, 4, 5), "_LOOKUPS": (Lookup(2, 0), Lookup(4, 3))},
            {"WALKS": (1, 1, 4), "_LOOKUPS": (Lookup(2, 1), Lookup(4, 5)), "_READS": 1},
        ],
        ids=["candidates", "walks", "both"],
    )
    async def store(
        self, request: pytest.FixtureRequest, indexing: Indexing, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[PostgresStore]:
        """Return a store that takes few contacts for many."""
        for name, value in request.param.items():
            monkeypatch.setattr(search_matches, name, value)
        monkeypatch.setattr(search_index, "_AT_A_TIME", 2)
        monkeypatch.setattr(search_indexer, "_START_SECONDS", 1e6)
        store = IndexingStore(database, indexing)
        await store.open()
        yield store
        await store.close()


class TestIndex(IndexContract):
    """The index complete, behind, and absent, also with texts that an older process has left."""

    @pytest.fixture
    def database(self, emptied_postgres: str) -> str:
        """Return an empty database."""
        return emptied_postgres

    @pytest.fixture(
        params=[Indexing(0), Indexing(1), Indexing(1000), Indexing(0, as_older=True), Indexing(1, as_older=True)],
        ids=["not-indexed", "behind", "indexed", "older-not-indexed", "older-behind"],
    )
    def indexing(self, request: pytest.FixtureRequest) -> Indexing:
        """Return how it is indexed."""
        indexing: Indexing = request.param
        return indexing
