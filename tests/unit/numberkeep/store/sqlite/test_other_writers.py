"""A store whose file another process writes at the same time."""

import asyncio
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from support.databases import opened, sqlite_url
from support.store import new_account, phone


@pytest.mark.parametrize("write", ["SELECT 1", "UPDATE accounts SET region = 'GB'"])
async def test_a_group_waits_for_another_writer(tmp_path: Path, write: str) -> None:
    """Also if the other writer took the lock before the group read what it needs, and changed it afterwards."""
    url = sqlite_url(tmp_path)
    async with opened(url) as store:
        ours = await new_account(store, "ours")
        with closing(apsw.Connection(url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            created = asyncio.create_task(ours.create(phone(1)))
            await asyncio.sleep(0.2)
            assert not created.done()
            other.execute(write)
            other.execute("COMMIT")
            assert (await created).phone == phone(1)
