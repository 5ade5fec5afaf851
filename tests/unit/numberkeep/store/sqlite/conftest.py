"""A store with rows of every kind, for tests of its file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from numberkeep.store.sqlite import SqliteStore
from support.filled_account import filled_account
from support.store import AccountDriver


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[AccountDriver]:
    """Return contacts.db and its open account: 20 contacts, some tagged, opted out or asked; and another account."""
    store = SqliteStore(tmp_path / "contacts.db")
    await store.open()
    yield await filled_account(store)
    await store.close()
