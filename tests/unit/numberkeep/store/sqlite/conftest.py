"""A store with rows of every kind, for tests of its file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from numberkeep.store.sqlite import SqliteStore
from support.store import DEAD, AccountDriver, new_account, phone


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[AccountDriver]:
    """Return contacts.db and its open account: 20 contacts, some tagged, opted out or asked; and another account."""
    store = SqliteStore(tmp_path / "contacts.db")
    await store.open()
    account = await new_account(store, "default")
    await account.upsert(*[account.row(phone(n), tags=("a", 'say "b"\n')[: n % 3]) for n in range(20)])
    for n in (3, 4):
        await account.opt_out(phone(n))
    await account.opt_out(phone(500))
    await account.opt_out(phone(4), opted_out=False)
    for _ in range(2):
        await account.add_webhook("message.created")
    for n in (6, 7):
        await account.request_verification(phone(n))
    [failing, *_] = await account.take()
    await account.settle(failing, DEAD)
    await (await new_account(store, "other")).create(phone(3), tags=("a",))
    yield account
    await store.close()
