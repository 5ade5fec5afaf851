"""What survives the end of the process."""

from collections.abc import Awaitable, Callable

import pytest

from numberkeep.domain.account_commands import CreateFirstKey, CreateKey, SetAccount
from numberkeep.domain.consent.ledger import broken
from numberkeep.domain.errors import VerificationTooSoon
from numberkeep.store.contract import Store
from numberkeep.store.queries import (
    GetAccountBySigningHash,
    GetAgenda,
    GetBacklog,
    GetTallies,
    ListApiKeys,
    ListConsent,
    ListDeadDeliveries,
    ListMessages,
    ListOptOuts,
    ListWebhooks,
)
from support.store import DAY, DEAD, PHONE, SECOND, START, AccountDriver, phone

Reopen = Callable[[], Awaitable[Store]]
"""Closes a store and opens it again, as a restarted process would."""


class DurabilityContract:
    """Rules for a store whose data outlives the process; the fixture `reopen` restarts it."""

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
        messages = await ours.store.read(ListMessages(ours.account_id, 10))
        keys = await ours.store.read(ListApiKeys())
        ours.store = theirs.store = await reopen()
        assert (await ours.page()).contacts == contacts
        assert await ours.listed(tags=("t",)) == [phone(n) for n in range(4)]
        assert (await ours.count(), await theirs.count()) == (4, 1)
        assert await ours.store.read(ListMessages(ours.account_id, 10)) == messages
        assert await ours.store.read(ListApiKeys()) == keys
        assert (await ours.create(phone(4))).opt_out
        with pytest.raises(VerificationTooSoon):
            await ours.request_verification(phone(0), at=START + SECOND)

    async def test_the_log_and_pending_deliveries_survive_a_restart(self, ours: AccountDriver, reopen: Reopen) -> None:
        """The log, the ledger, the outbox, webhooks, handles, settings and pending verifications survive too."""
        store = ours.store
        await ours.add_webhook("contact.created", secret="s")
        for n in range(4):
            await ours.create(phone(n), tags=("\U0001f600",))
            await ours.request_verification(phone(n), at=START + n)
        await ours.receive(phone(0), "Stop", "h1")
        await store.apply(SetAccount("ours", "Hi", b"h" * 32))
        for pending in await ours.take(3, at=START + DAY - 1, lease=SECOND):
            await ours.settle(pending, DEAD)

        async def reads() -> list[object]:
            account = ours.account_id
            return [
                await ours.events(),
                await ours.messages(),
                await ours.store.read(ListConsent(account, 0, 100)),
                await ours.store.read(ListOptOuts(account)),
                await ours.store.read(ListWebhooks(account)),
                await ours.store.read(ListDeadDeliveries(account, 100)),
                await ours.store.read(GetTallies(account)),
                await ours.store.read(GetAgenda(START + DAY)),
                await ours.store.read(GetBacklog()),
                await ours.store.read(GetAccountBySigningHash(b"h" * 32)),
            ]

        before = await reads()
        ours.store = await reopen()
        assert await reads() == before
        assert (await ours.receive(phone(0), "start", "h1")).duplicate
        assert await reads() == before
        assert (await ours.receive(phone(1), at=START + DAY)).verified
        assert not (await ours.receive(phone(2), at=START + DAY + 2)).verified
        assert await ours.replay() == len(before[5])  # type: ignore[arg-type]
        assert (await ours.add_webhook()).webhook_id == 2
        await ours.opt_out(phone(0), opted_out=False)
        tallies = await ours.store.read(GetTallies(ours.account_id))
        assert (
            list(broken(await ours.store.read(ListConsent(ours.account_id, 0, 9)), tallies.entries, tallies.ledger))
            == []
        )
        events = await ours.events()
        assert [event.event_id for event in events] == list(range(1, len(events) + 1))

    async def test_a_restarted_store_takes_commands(self, ours: AccountDriver, reopen: Reopen) -> None:
        """After a restart the store continues: counters go on, and there is no second first key."""
        await ours.create(phone(1))
        ours.store = await reopen()
        await ours.create(phone(2))
        assert await ours.count() == 2
        creation = CreateKey("default", "US", "first", b"hash", START)
        assert await ours.store.apply(CreateFirstKey(creation)) is None

    async def test_many_restarts_lose_nothing(self, ours: AccountDriver, reopen: Reopen) -> None:
        """Each restart finds what earlier runs stored, and adds nothing."""
        for n in range(4):
            ours.store = await reopen()
            await ours.create(phone(n))
        assert await ours.listed() == [phone(n) for n in range(4)]
