"""The commands on whole accounts: what is read is everything, and it replaces everything of one account alone."""

import asyncio
from typing import Any

import pytest

from numberkeep.domain.account_commands import CreateKey
from numberkeep.domain.consent.ledger import broken
from numberkeep.domain.errors import AccountNotFound
from numberkeep.domain.identity import hash_secret
from numberkeep.domain.outbox.delivery import DeliveryState
from numberkeep.domain.work.loaded import Tallies
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetAccount, GetApiKey, GetTallies, ListApiKeys, ListConsent, ListWaitingJobs
from numberkeep.store.whole_account import (
    OF_ACCOUNTS,
    Contents,
    DeleteAccount,
    EmptyAccount,
    ReadContents,
    ReplaceContents,
)
from support.everything import drivers_of, fill, read_all
from support.store import DAY, PHONE, START, AccountDriver, new_account, phone


async def contents(account: AccountDriver) -> Contents:
    """Return everything of an account."""
    return await account.store.apply(ReadContents(account.account_id))


async def contents_of_all(store: Store) -> list[Contents]:
    """Return everything of each account that has a key."""
    return [await contents(account) for account in await drivers_of(store)]


async def neighbours_of(full: AccountDriver) -> list[Contents]:
    """Return everything of the other accounts, which have rows too."""
    others = [each for each in await drivers_of(full.store) if each.account_id != full.account_id]
    found = [await contents(each) for each in others]
    assert any(each.rows["contacts"] for each in found)
    return found


class FullAccount:
    """A store with rows in every table."""

    @pytest.fixture
    async def full(self, store: Store) -> AccountDriver:
        """Return one of its accounts."""
        await fill(store)
        return (await drivers_of(store))[0]


class WholeAccountContract(FullAccount):
    """What holds of every store."""

    async def test_every_table_of_a_full_account_is_read(self, full: AccountDriver) -> None:
        """So that each table is covered by the tests below."""
        read = await contents(full)
        assert [table.name for table in OF_ACCOUNTS if not read.rows[table.name]] == []
        assert read.tallies == await full.store.read(GetTallies(full.account_id))

    async def test_an_emptied_account_has_no_rows_and_its_neighbours_have_theirs(self, full: AccountDriver) -> None:
        """Keys are kept."""
        keys, before = await full.store.read(ListApiKeys()), await neighbours_of(full)
        await full.store.apply(EmptyAccount(full.account_id))
        read = await contents(full)
        assert [table.name for table in OF_ACCOUNTS if read.rows[table.name]] == []
        assert await full.store.read(ListApiKeys()) == keys
        assert await neighbours_of(full) == before

    async def test_numbers_go_on_after_an_account_is_emptied(self, full: AccountDriver) -> None:
        """An open event stream continues, and what was under way finds nothing of its number."""
        before = await full.store.read(GetTallies(full.account_id))
        await full.store.apply(EmptyAccount(full.account_id))
        assert await full.store.read(GetTallies(full.account_id)) == Tallies(
            messages=before.messages,
            events=before.events,
            last_webhook=before.last_webhook,
            last_verification=before.last_verification,
            last_attempt=before.last_attempt,
            last_review=before.last_review,
            last_job=before.last_job,
        )
        await full.create(PHONE)
        assert [event.event_id for event in await full.events()] == [before.events + 1]

    async def test_messages_of_an_emptied_account_are_not_counted(self, full: AccountDriver) -> None:
        """Nor those before them, whose numbers are not used again."""
        await full.store.apply(EmptyAccount(full.account_id))
        assert (await full.message_page()).total == 0
        sent = [await full.send(phone(500)), await full.send(phone(501))]
        page = await full.message_page(limit=1)
        assert (list(page.messages), page.total) == (sent[1:], 2)

    async def test_numbers_start_again_on_demand(self, full: AccountDriver) -> None:
        """An account whose numbers start again is as new."""
        await full.store.apply(EmptyAccount(full.account_id, restart=True))
        assert await full.store.read(GetTallies(full.account_id)) == Tallies()
        await full.create(PHONE)
        await full.request_verification(PHONE)
        assert [event.event_id for event in await full.events()] == [1, 2, 3]
        assert [message.message_id for message in await full.messages()] == [1]

    @pytest.mark.parametrize("restart", [False, True])
    async def test_the_ledger_of_an_emptied_account_is_whole(self, full: AccountDriver, *, restart: bool) -> None:
        """It starts with its first entry, whatever other numbers do."""
        await full.store.apply(EmptyAccount(full.account_id, restart))
        assert (await full.create(phone(500))).opt_out is False
        await full.opt_out(phone(500))
        entries = await full.store.read(ListConsent(full.account_id, 0, 100))
        tallies = await full.store.read(GetTallies(full.account_id))
        assert len(entries) == 1
        assert list(broken(entries, tallies.entries, tallies.ledger)) == []

    async def test_what_was_read_replaces_everything(self, full: AccountDriver) -> None:
        """Every read of the account returns what it did."""
        await self._settle_open_work(full)
        read, before = await contents(full), await read_all(full.store)
        await full.store.apply(EmptyAccount(full.account_id))
        await full.create(phone(1))
        await full.add_webhook()
        await full.store.apply(ReplaceContents(full.account_id, read))
        assert await read_all(full.store) == before

    async def test_an_account_is_replaced_by_anothers_contents(self, full: AccountDriver) -> None:
        """It keeps its identity; and contacts of two accounts may have the same id."""
        await self._settle_open_work(full)
        read = await contents(full)
        other = await new_account(full.store, "other")
        await other.create(phone(1))
        await full.store.apply(EmptyAccount(full.account_id))
        await other.store.apply(ReplaceContents(other.account_id, read))
        found = await contents(other)
        assert (found.rows, found.tallies, found.settings) == (read.rows, read.tallies, read.settings)
        account = await full.store.read(GetAccount("other"))
        assert account is not None
        assert account.account_id == other.account_id
        assert account.verification_text == read.settings["verification_text"]

    async def test_deliveries_under_way_are_due_again_when_they_are_put_back(self, hooked: AccountDriver) -> None:
        """Their outcomes will not be reported any more."""
        taken = await hooked.take(1, lease=DAY)
        read = await contents(hooked)
        await hooked.store.apply(ReplaceContents(hooked.account_id, read))
        again = await hooked.take(1)
        assert [each.delivery.item for each in again] == [each.delivery.item for each in taken]
        assert again[0].delivery.state is DeliveryState.TAKEN

    async def test_jobs_under_way_wait_for_a_worker_when_they_are_put_back(self, full: AccountDriver) -> None:
        """Their leases end."""
        await self._settle_open_work(full)
        assert (full.account_id, 1) in await full.store.read(ListWaitingJobs(START))

    async def test_commands_of_one_group_are_applied_in_order(self, ours: AccountDriver) -> None:
        """What was sent before is deleted, what was sent after stays."""
        outcomes = await asyncio.gather(
            ours.create(phone(1)),
            ours.create(phone(2)),
            ours.store.apply(EmptyAccount(ours.account_id)),
            ours.create(phone(1)),
            ours.store.apply(ReadContents(ours.account_id)),
            ours.create(phone(3)),
        )
        read: Any = outcomes[4]
        assert [row[2] for row in read.rows["contacts"]] == [phone(1)]
        assert sorted(await ours.listed()) == [phone(1), phone(3)]
        assert await ours.count() == 2

    async def test_a_deleted_account_leaves_nothing(self, full: AccountDriver) -> None:
        """Neither its keys nor its rows; the others are as before."""
        before = await neighbours_of(full)
        await full.store.apply(DeleteAccount(full.account_id))
        assert await full.store.read(GetApiKey("key-of-ours")) is None
        assert await full.store.read(GetAccount("ours")) is None
        assert await full.store.read(GetTallies(full.account_id)) == Tallies()
        assert await contents_of_all(full.store) == before
        again = await new_account(full.store, "ours")
        assert await again.listed() == []

    async def test_what_follows_a_deletion_is_refused(self, ours: AccountDriver) -> None:
        """The deletion is done all the same."""
        deleted, refused = await asyncio.gather(
            ours.store.apply(DeleteAccount(ours.account_id)), ours.create(phone(1)), return_exceptions=True
        )
        assert deleted is None
        assert isinstance(refused, AccountNotFound)
        assert await ours.store.read(ListApiKeys()) == []

    @staticmethod
    async def _settle_open_work(full: AccountDriver) -> None:
        """Put the contents back once: then nothing is under way, and putting them back again changes nothing."""
        await full.store.apply(ReplaceContents(full.account_id, await contents(full)))


class RepeatedContentsContract(FullAccount):
    """What holds of stores of test mode, where accounts are deleted and restored into others."""

    async def test_accounts_may_have_the_same_contents(self, full: AccountDriver) -> None:
        """Also the ids of their contacts, which each account lists, changes and deletes as its own."""
        read = await contents(full)
        other = await new_account(full.store, "other")
        await other.store.apply(ReplaceContents(other.account_id, read))
        assert await other.listed() == await full.listed()
        assert await other.listed(tags=("t",)) == await full.listed(tags=("t",))
        count = await full.count()
        await other.update(phone(100), first_name="Other", tags=("new",))
        await other.delete(phone(102))
        assert await other.listed(tags=("new",)) == [phone(100)]
        assert await full.listed(tags=("new",)) == []
        found = await full.contact(phone(100))
        assert found is not None
        assert found.first_name != "Other"
        assert await full.count() == count
        assert await full.contact(phone(102)) is not None

    async def test_the_number_of_a_deleted_account_is_not_used_again(self, store: Store) -> None:
        """A request that was under way changes no other account."""
        first = await new_account(store, "first")
        await store.apply(DeleteAccount(first.account_id))
        key = await store.apply(CreateKey("second", "US", "key", hash_secret(b"secret"), START))
        assert key.account.account_id != first.account_id
