"""Many concurrent commands, some of which fail or lose their waiter."""

import asyncio

import pytest

from numberkeep.domain.contacts.contact import Contact
from numberkeep.domain.errors import ContactExists, ContactNotFound, StoreBusy, StoreUnavailable
from numberkeep.store import waiting
from numberkeep.store.queries import ListMessages
from support.store import PHONE, AccountDriver, phone


class ConcurrencyContract:
    """`Store.apply` and `Store.close`, called from many tasks."""

    async def test_distinct_numbers_are_all_created(self, ours: AccountDriver) -> None:
        """Two hundred concurrent creates make two hundred contacts, and each is answered with its own."""
        made = await asyncio.gather(*[ours.create(phone(n), first_name=str(n)) for n in range(200)])
        assert [(contact.phone, contact.first_name) for contact in made] == [(phone(n), str(n)) for n in range(200)]
        assert await ours.count() == 200
        assert sorted(await ours.listed()) == [phone(n) for n in range(200)]

    async def test_one_number_is_created_once(self, ours: AccountDriver) -> None:
        """Of many concurrent creates of one number one succeeds, and the others get ContactExists."""
        outcomes = await asyncio.gather(*[ours.create(PHONE) for _ in range(64)], return_exceptions=True)
        made = [outcome for outcome in outcomes if isinstance(outcome, Contact)]
        assert made == [await ours.contact(PHONE)]
        assert [type(outcome) for outcome in outcomes if outcome not in made] == [ContactExists] * 63
        assert await ours.count() == 1

    async def test_parallel_merges_lose_nothing(self, ours: AccountDriver) -> None:
        """Concurrent patches of one contact all take effect: none overwrites what it does not mention."""
        await ours.create(PHONE)
        await asyncio.gather(*[ours.update(PHONE, custom_variables={str(n): "x"}) for n in range(50)])
        contact = await ours.contact(PHONE)
        assert contact is not None
        assert set(contact.custom_variables) == {str(n) for n in range(50)}

    async def test_a_failing_command_does_not_harm_its_neighbours(self, ours: AccountDriver) -> None:
        """Refused commands do not affect the commands before and after them in the same group."""
        await ours.create(PHONE)
        outcomes = await asyncio.gather(
            ours.create(phone(1), tags=("t",)),
            ours.create(PHONE, tags=("t",)),
            ours.create(phone(2), tags=("t",)),
            ours.update(phone(9), first_name="Eve"),
            ours.update(PHONE, first_name="Ada"),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [Contact, ContactExists, Contact, ContactNotFound, Contact]
        assert sorted(await ours.listed(tags=("t",))) == [phone(1), phone(2)]
        assert await ours.count() == 3

    async def test_a_cancelled_wait_undoes_nothing(self, ours: AccountDriver) -> None:
        """A submitted command is applied even if its waiter is cancelled, and its neighbours get their answers."""
        waiters = [asyncio.create_task(ours.create(phone(n))) for n in range(20)]
        await asyncio.sleep(0)  # every task has submitted its command
        for waiter in waiters[::2]:
            waiter.cancel()
        async with asyncio.timeout(20):
            outcomes = await asyncio.gather(*waiters, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, Contact] * 10
            while await ours.count() < 20:
                await ours.store.read(ListMessages(ours.account_id, 1))
        assert sorted(await ours.listed()) == [phone(n) for n in range(20)]

    async def test_a_read_sees_what_was_applied_before_it(self, ours: AccountDriver) -> None:
        """Once a command is answered, every read sees it, including reads on other connections."""
        for n in range(1, 21):
            await ours.create(phone(n), tags=("t",))
            assert await ours.contact(phone(n)) is not None
            assert await ours.count() == n
            assert len(await ours.listed(tags=("t",))) == n

    async def test_the_number_of_waiting_rows_is_limited(
        self, ours: AccountDriver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Over the limit, a large request is StoreBusy and stores nothing; small ones still fit.

        Room becomes free again, and a request that is larger than the limit itself is accepted if nothing waits.
        """
        monkeypatch.setattr(waiting, "MAX_ROWS", 1000)
        sizes = (600, 600, 400, 257, 256, 1)
        requests = [[ours.row(phone(1000 * n + row)) for row in range(size)] for n, size in enumerate(sizes)]
        outcomes = await asyncio.gather(*[ours.upsert(*rows) for rows in requests], return_exceptions=True)
        assert [isinstance(outcome, StoreBusy) for outcome in outcomes] == [False, True, False, True, False, False]
        assert await ours.count() == 600 + 400 + 256 + 1
        await ours.upsert(*[ours.row(phone(n)) for n in range(1001)])
        assert await ours.count() == 600 + 400 + 256 + 1 + 401

    async def test_closing_applies_submitted_commands(self, ours: AccountDriver) -> None:
        """Commands that wait when the store is closed are answered, and closing twice is harmless."""
        waiters = [asyncio.create_task(ours.create(phone(n))) for n in range(50)]
        await asyncio.sleep(0)
        await ours.store.close()
        assert [contact.phone for contact in await asyncio.gather(*waiters)] == [phone(n) for n in range(50)]
        await ours.store.close()

    async def test_a_command_during_close_is_refused(self, ours: AccountDriver) -> None:
        """A command is either applied or fails: none waits indefinitely."""
        closing = asyncio.create_task(ours.store.close())
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable):
                await ours.create(PHONE)
        await closing
