"""Attempts to deliver events: what is kept of them, for how long, and how a delivery is retried at once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from contract.deliveries import AT, items
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.outbox.attempt import KEPT_ATTEMPTS, Attempt, Exchange
from numberkeep.domain.outbox.delivery import DeliveryState, Gone, Undelivered
from numberkeep.store.inbox_queries import CountDeliveries, ListAttempts
from support.store import DAY, DEAD, MINUTE, START, AccountDriver, attempt, phone

SEEN = Exchange({"webhook-id": "ours-1-a"}, b'{"id": "1"}', 500, b"\xff\x00no")


async def kept(
    account: AccountDriver, webhook_id: int = 1, before: int = MAX_INTEGER, limit: int = 1000
) -> Sequence[tuple[Attempt, DeliveryState | None]]:
    """Return a page of attempts."""
    return await account.store.read(ListAttempts(account.account_id, webhook_id, before, limit))


async def counts(account: AccountDriver, target: int = 1, most: int = 100) -> tuple[int, int, int]:
    """Return the waiting, dead and held deliveries."""
    return await account.store.read(CountDeliveries(account.account_id, target, most))


class AttemptContract:
    """KeepAttempt, RetryDelivery, ListAttempts and CountDeliveries."""

    async def test_an_attempt_is_kept_with_its_outcome(self, hooked: AccountDriver, theirs: AccountDriver) -> None:
        """With the state of its delivery, until that is delivered."""
        await theirs.add_webhook()
        await theirs.keep_attempt(1)
        first, _ = await hooked.take(at=AT)
        made = attempt(1, SEEN, event_id=first.delivery.item, phone=first.delivery.phone, error="answered 500")
        await hooked.settle(first, Undelivered("answered 500", AT + MINUTE), at=AT, attempt=made)
        assert list(await kept(hooked)) == [(replace(made, attempt_id=1), DeliveryState.WAITING)]
        again = next(each for each in await hooked.take(at=AT + MINUTE) if each.delivery.item == first.delivery.item)
        await hooked.settle(again, at=AT + MINUTE, attempt=replace(made, attempts=2, error=""))
        assert [(each.attempts, each.error, state) for each, state in await kept(hooked)] == [
            (2, "", None),
            (1, "answered 500", None),
        ]

    async def test_an_attempt_that_was_settled_before_is_kept_too(self, hooked: AccountDriver) -> None:
        """Both requests were sent."""
        first, _ = await hooked.take(at=AT)
        for _ in range(2):
            await hooked.settle(first, attempt=attempt(1, SEEN))
        assert [each.attempt_id for each, _ in await kept(hooked)] == [2, 1]

    async def test_attempts_are_listed_in_pages(self, hooked: AccountDriver) -> None:
        """The newest first, of one webhook."""
        await hooked.add_webhook(url="https://b.example/")
        for webhook_id in (1, 2, 1, 1):
            await hooked.keep_attempt(webhook_id)
        first = await kept(hooked, limit=2)
        rest = await kept(hooked, before=first[-1][0].attempt_id)
        assert [each.attempt_id for each, _ in (*first, *rest)] == [4, 3, 1]

    async def test_the_last_attempts_of_each_webhook_are_kept(self, hooked: AccountDriver) -> None:
        """Whatever happens to another one."""
        await hooked.add_webhook(url="https://b.example/")
        await hooked.keep_attempt(2)
        for _ in range(KEPT_ATTEMPTS + 3):
            await hooked.keep_attempt(1)
        assert len(await kept(hooked)) == KEPT_ATTEMPTS
        assert [each.attempt_id for each, _ in await kept(hooked, limit=1)] == [KEPT_ATTEMPTS + 4]
        assert [each.attempt_id for each, _ in await kept(hooked, 2)] == [1]

    async def test_attempts_are_deleted_with_their_events(self, hooked: AccountDriver) -> None:
        """So they contain a number no longer than the log does."""
        await hooked.keep_attempt(1, event_id=5, phone=phone(1))
        await hooked.keep_attempt(1, event_id=2, phone=phone(2))
        await hooked.delete_old_events(2, before=START + DAY)
        assert [each.event_id for each, _ in await kept(hooked)] == [5]

    async def test_attempts_are_deleted_with_their_webhook(self, hooked: AccountDriver) -> None:
        """One that ends later is not kept, and a sample is refused."""
        first, _ = await hooked.take(at=AT)
        await hooked.keep_attempt(1)
        await hooked.remove_webhook(1)
        await hooked.settle(first, attempt=attempt(1))
        assert await kept(hooked) == []
        with pytest.raises(WebhookNotFound):
            await hooked.keep_attempt(1)

    @pytest.mark.parametrize("outcome", [DEAD, Undelivered("busy", AT + DAY)], ids=["dead", "waiting"])
    async def test_a_retry_makes_a_delivery_due(self, hooked: AccountDriver, outcome: Undelivered) -> None:
        """Dead or waiting; a dead one has all its attempts again."""
        first = (await hooked.take(at=AT))[0]
        await hooked.settle(first, outcome, at=AT)
        delivery = first.delivery
        await hooked.retry(1, delivery.item, delivery.phone, at=AT + 1)
        again = next(each for each in await hooked.take(at=AT + 1) if each.delivery.item == delivery.item)
        assert again.delivery.attempts == (1 if outcome is DEAD else 2)

    async def test_a_delivery_that_is_under_way_is_not_made_twice(self, hooked: AccountDriver) -> None:
        """A retry leaves it as it is."""
        first, _ = await hooked.take(at=AT)
        await hooked.retry(1, first.delivery.item, first.delivery.phone, at=AT + 1)
        assert items(await hooked.take(at=AT + 1)) == []

    async def test_what_has_arrived_is_not_retried(self, hooked: AccountDriver) -> None:
        """The error says so."""
        first, _ = await hooked.take(at=AT)
        await hooked.settle(first)
        with pytest.raises(InvalidInput, match="nothing to retry"):
            await hooked.retry(1, first.delivery.item, first.delivery.phone)

    async def test_a_disabled_webhook_is_enabled_before_a_retry(self, hooked: AccountDriver) -> None:
        """And a missing one is not found."""
        first, _ = await hooked.take(at=AT)
        await hooked.settle(first, Gone("answered 410"))
        with pytest.raises(InvalidInput, match="enable it first"):
            await hooked.retry(1, first.delivery.item, first.delivery.phone)
        with pytest.raises(WebhookNotFound):
            await hooked.retry(9, 1, phone(1))

    async def test_deliveries_are_counted_up_to_a_limit(self, hooked: AccountDriver, theirs: AccountDriver) -> None:
        """Waiting, dead and held ones of one target."""
        await theirs.add_webhook()
        await theirs.create(phone(1))
        assert await counts(hooked) == (5, 0, 0)
        await hooked.settle((await hooked.take(at=AT))[0], DEAD)
        assert await counts(hooked) == (4, 1, 0)
        assert sum(await counts(hooked, most=3)) == 3
        await hooked.settle((await hooked.take(1, at=AT + DAY))[0], Gone("answered 410"))
        assert await counts(hooked) == (0, 1, 4)
        assert await counts(hooked, 0) == (0, 0, 0)
