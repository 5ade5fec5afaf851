"""Webhooks: the events that are enqueued for them, and what is deleted with them."""

import asyncio
from dataclasses import replace

import pytest

from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.outbox.delivery import Delivery, DeliveryState, PendingEvent, Undelivered
from numberkeep.domain.webhooks.hosted import HostedWebhook, RemoveHosted
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.store.queries import GetBacklog, GetTallies, ListDeadDeliveries, ListWebhooks
from support.store import PHONE, START, AccountDriver, phone

URL = "https://example.com/"
CREATED = HostedWebhook("contact_created", URL, "a")


async def taken_items(account: AccountDriver) -> list[tuple[int, int]]:
    """Take all that is due, and return target and item of each."""
    return sorted((pending.delivery.target, pending.delivery.item) for pending in await account.take())


class WebhookContract:
    """CreateWebhook, DeleteWebhook, `Store.webhooks`, and the deliveries of events."""

    async def test_a_webhook_is_stored_as_registered(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """With its number from 1, oldest first, in this account only."""
        first = await ours.add_webhook("contact.created", "x.y", url="https://a.example/\u00e5", secret="s\U0001f600")
        second = await ours.add_webhook()
        assert first == Webhook(
            1, "https://a.example/\u00e5", "s\U0001f600", ("contact.created", "x.y"), first.created_at
        )
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == [first, second]
        assert second.webhook_id == 2
        assert await ours.store.read(ListWebhooks(theirs.account_id)) == []
        assert (await theirs.add_webhook()).webhook_id == 1
        tallies = await ours.store.read(GetTallies(ours.account_id))
        assert (tallies.webhooks, tallies.last_webhook) == (2, 2)

    async def test_a_number_is_never_reused(self, ours: AccountDriver) -> None:
        """The number of a removed webhook is never another's, whichever was removed."""
        for _ in range(3):
            await ours.add_webhook()
        await ours.remove_webhook(2)
        await ours.remove_webhook(3)
        assert (await ours.add_webhook()).webhook_id == 4
        assert [hook.webhook_id for hook in await ours.store.read(ListWebhooks(ours.account_id))] == [1, 4]
        assert (await ours.store.read(GetTallies(ours.account_id))).webhooks == 2

    async def test_the_number_of_webhooks_is_limited(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """One more than MAX_WEBHOOKS is refused, also concurrently; each account has its own limit."""
        outcomes = await asyncio.gather(*[ours.add_webhook() for _ in range(MAX_WEBHOOKS + 5)], return_exceptions=True)
        assert [type(each) for each in outcomes] == [Webhook] * MAX_WEBHOOKS + [InvalidInput] * 5
        await theirs.add_webhook()
        await ours.remove_webhook(1)
        assert (await ours.add_webhook()).webhook_id == MAX_WEBHOOKS + 1

    @pytest.mark.parametrize("webhook_id", [0, 2, -1])
    async def test_an_unknown_webhook_cannot_be_removed(
        self, ours: AccountDriver, theirs: AccountDriver, webhook_id: int
    ) -> None:
        """Neither the sender, nor another account's, nor a removed one; nothing changes."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.add_webhook()
        for _ in range(2):
            await theirs.add_webhook()
        with pytest.raises(WebhookNotFound):
            await ours.remove_webhook(webhook_id)
        assert len(await ours.store.read(ListWebhooks(ours.account_id))) == 1
        assert await taken_items(ours) == [(0, 1)]
        await ours.remove_webhook(1)
        with pytest.raises(WebhookNotFound):
            await ours.remove_webhook(1)

    async def test_a_webhook_gets_the_events_of_its_types(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Of its types, or all, from its registration on; with the event and the webhook to send it to."""
        await ours.create(phone(1))
        everything = await ours.add_webhook()
        some = await ours.add_webhook("contact.deleted", "consent.opted_out")
        await theirs.create(phone(1))
        await ours.create(phone(2))
        await ours.opt_out(phone(3))
        await ours.delete(phone(1))
        taken = await ours.take()
        events = {event.event_id: event for event in await ours.events()}
        assert sorted((pending.delivery.target, pending.delivery.item) for pending in taken) == [
            *((everything.webhook_id, item) for item in (2, 3, 4)),
            *((some.webhook_id, item) for item in (3, 4)),
        ]
        for pending in taken:
            event = events[pending.delivery.item]
            assert isinstance(pending, PendingEvent)
            assert pending.event == event
            assert pending.webhook == (everything if pending.delivery.target == 1 else some)
            at = pending.delivery.due_at
            assert pending.delivery == Delivery(
                pending.delivery.target, event.event_id, event.phone, event.at, 1, at, DeliveryState.TAKEN
            )
        assert await theirs.take() == []

    async def test_all_events_of_a_command_are_enqueued(self, ours: AccountDriver) -> None:
        """A bulk request enqueues one for each contact, to each webhook."""
        for _ in range(2):
            await ours.add_webhook("contact.created")
        await ours.upsert(*[ours.row(phone(n)) for n in range(300)])
        assert (await ours.store.read(GetBacklog())).waiting == 600
        assert len(await ours.take(1000)) == 600

    async def test_deliveries_are_deleted_with_the_webhook(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Waiting, taken or dead, and none of another webhook; one in flight can no longer be settled."""
        for account in (ours, theirs):
            for _ in range(2):
                await account.add_webhook()
            for n in range(3):
                await account.create(phone(n))
        taken = [pending for pending in await ours.take() if pending.delivery.target == 1]
        await ours.settle(taken[0], Undelivered("no", None))
        await ours.create(phone(4))
        await ours.remove_webhook(1)
        assert not await ours.settle(taken[1])
        assert not await ours.settle(taken[2], Undelivered("no", ours.now))
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []
        assert await taken_items(ours) == [(2, 4)]
        backlog = await ours.store.read(GetBacklog())
        assert (backlog.waiting, backlog.dead) == (4 + 6, 0)
        assert len(await theirs.take()) == 6

    async def test_a_webhook_may_be_removed_in_the_group_of_its_events(self, ours: AccountDriver) -> None:
        """Events recorded before the removal within one commit are not enqueued after it."""
        await ours.add_webhook()
        await asyncio.gather(ours.create(phone(1)), ours.remove_webhook(1), ours.create(phone(2)))
        assert await ours.take() == []
        assert (await ours.store.read(GetBacklog())).waiting == 0

    async def test_a_webhook_may_be_created_and_removed_in_a_group(self, ours: AccountDriver) -> None:
        """It does not exist afterwards, and its number is used up."""
        await ours.create(PHONE)
        await asyncio.gather(ours.add_webhook(), ours.create(phone(1)), ours.remove_webhook(1), ours.create(phone(2)))
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == []
        assert await ours.take() == []
        assert (await ours.add_webhook()).webhook_id == 2
        tallies = await ours.store.read(GetTallies(ours.account_id))
        assert (tallies.webhooks, tallies.last_webhook) == (1, 2)

    async def test_a_dead_delivery_of_a_removed_webhook_is_not_replayed(self, ours: AccountDriver) -> None:
        """Replayed and removed concurrently, in either order, nothing is left."""
        await ours.add_webhook()
        await ours.create(PHONE)
        [pending] = await ours.take()
        await ours.settle(pending, Undelivered("no", None))
        replayed, _, again = await asyncio.gather(ours.replay(), ours.remove_webhook(1), ours.replay())
        assert (replayed, again) == (1, 0)
        assert await ours.take(at=START + 10**12) == []

    async def test_a_changed_hosted_webhook_is_still_the_same(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Number, age and pending deliveries stay; later deliveries are signed with the new secret."""
        [[first], [other]] = [await account.add_hosted(CREATED) for account in (ours, theirs)]
        await ours.create(PHONE)
        [changed] = await ours.replace_hosted(replace(CREATED, secret="b"))
        assert changed == replace(first, secret="b")
        assert await ours.add_hosted(replace(CREATED, secret=None)) == [changed]
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == [changed]
        assert [pending.webhook for pending in await ours.take() if isinstance(pending, PendingEvent)] == [changed]
        assert list(await theirs.store.read(ListWebhooks(theirs.account_id))) == [other]

    async def test_a_hosted_webhook_may_be_changed_in_the_group_that_creates_it(self, ours: AccountDriver) -> None:
        """Created and changed within one commit, it exists once, as changed."""
        await asyncio.gather(
            ours.add_hosted(CREATED), ours.add_hosted(replace(CREATED, secret="b")), ours.create(PHONE)
        )
        [webhook] = await ours.store.read(ListWebhooks(ours.account_id))
        assert (webhook.webhook_id, webhook.secret, len(await ours.take())) == (1, "b", 1)

    async def test_a_webhook_that_loses_a_type_gets_no_more_of_it(self, ours: AccountDriver) -> None:
        """It keeps its other types; with none left it is removed, because it would get everything."""
        await ours.add_webhook("receive", "contact_created")
        gone = [RemoveHosted(ours.account_id, {URL}, {name}) for name in ("contact_created", "receive")]
        await ours.store.apply(gone[0])
        await ours.create(PHONE)
        await ours.receive(PHONE)
        assert [pending.event.type.value for pending in await ours.take() if isinstance(pending, PendingEvent)] == [
            "message.received"
        ]
        await ours.store.apply(gone[1])
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == []
        assert (await ours.store.read(GetBacklog())).waiting == 0

    async def test_too_many_hosted_webhooks_change_nothing(self, ours: AccountDriver) -> None:
        """A request over the limit leaves everything as it was, including what it would have removed."""
        await ours.add_webhook("contact.deleted")
        [_, first] = await ours.add_hosted(CREATED)
        many = [HostedWebhook("receive", f"{URL}{number}") for number in range(MAX_WEBHOOKS)]
        for change in (ours.add_hosted, ours.replace_hosted):
            with pytest.raises(InvalidInput):
                await change(*many)
            [_, there] = await ours.store.read(ListWebhooks(ours.account_id))
            assert there == first
        assert len(await ours.replace_hosted(*many[1:])) == MAX_WEBHOOKS
