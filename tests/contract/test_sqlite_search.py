"""Searches of the SQLite store in all ways in which it finds contacts, which usually takes thousands of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.searching import SearchContract
from numberkeep.store.search_way import Lookup
from numberkeep.store.sqlite import SqliteStore, search_index, searching


class TestIndex(SearchContract):
    """The index of words."""

    @pytest.fixture(
        params=[
            {"WALKS": (1, 2), "_LOOKUPS": (Lookup(0, 1000),), "_TESTS": 0},
            {"WALKS": (2, 4), "_LOOKUPS": (Lookup(0, 0),)},
            {"WALKS": (1, 1), "_LOOKUPS": (Lookup(2, 4), Lookup(4, 8)), "_VERY_FEW": 2},
        ],
        ids=["candidates", "walks", "both"],
    )
    async def store(
        self, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[SqliteStore]:
        """Return a store that takes few contacts for many."""
        for name, value in {"_SMALL": 0, **request.param}.items():
            monkeypatch.setattr(searching, name, value)
        monkeypatch.setattr(search_index, "SLICE", 3)
        store = SqliteStore(tmp_path / "contacts.db")
        await store.open()
        yield store
        await store.close()
