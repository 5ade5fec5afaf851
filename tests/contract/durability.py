"""What stays when the process goes."""

from collections.abc import Awaitable, Callable

import pytest

from numberkeep.domain.directory import CreateFirstKey, CreateKey
from numberkeep.domain.errors import VerificationTooSoon
from numberkeep.store.contract import Store
from support.store import PHONE, SECOND, START, AccountDriver, phone

Reopen = Callable[[], Awaitable[Store]]
"""Closes a store and opens it anew, as a restarted process would."""


class DurabilityContract:
    """What holds besides for a store whose data outlives the process; a fixture `reopen` says how to restart it."""

    async def test_everything_is_there_after_a_restart(
        self, ours: AccountDriver, theirs: AccountDriver, reopen: Reopen
    ) -> None:
        """Contacts, counts, tags, opt-outs, verification requests, messages and keys survive close and open."""
        for n in range(5):
            await ours.create(phone(n), first_name=str(n), tags=("t",), custom_variables={"x": "1"})
        await theirs.create(PHONE)
        await ours.delete(phone(4))
        await ours.opt_out(phone(4))
        await ours.request_verification(phone(0), at=START)
        await ours.verify(phone(1))
        contacts = (await ours.page()).contacts
        messages = await ours.store.messages(ours.account_id, 10)
        keys = await ours.store.api_keys()
        ours.store = theirs.store = await reopen()
        assert (await ours.page()).contacts == contacts
        assert await ours.listed(tags=("t",)) == [phone(n) for n in range(4)]
        assert (await ours.count(), await theirs.count()) == (4, 1)
        assert await ours.store.messages(ours.account_id, 10) == messages
        assert await ours.store.api_keys() == keys
        assert (await ours.create(phone(4))).opt_out
        with pytest.raises(VerificationTooSoon):
            await ours.request_verification(phone(0), at=START + SECOND)

    async def test_a_restarted_store_takes_commands(self, ours: AccountDriver, reopen: Reopen) -> None:
        """After a restart the store goes on where it stood: counts go on, and there is no second first key."""
        await ours.create(phone(1))
        ours.store = await reopen()
        await ours.create(phone(2))
        assert await ours.count() == 2
        creation = CreateKey("default", "US", "first", b"hash", START)
        assert await ours.store.apply(CreateFirstKey(creation)) is None

    async def test_many_restarts_lose_nothing(self, ours: AccountDriver, reopen: Reopen) -> None:
        """Each restart finds what the runs before it stored, and adds nothing."""
        for n in range(4):
            ours.store = await reopen()
            await ours.create(phone(n))
        assert await ours.listed() == [phone(n) for n in range(4)]
