"""Webhooks: which events are owed to them, and what goes when they do."""

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


async def owed_to(account: AccountDriver) -> list[tuple[int, int]]:
    """Target and item of all that can be taken now."""
    return sorted((owed.delivery.target, owed.delivery.item) for owed in await account.take())


class WebhookContract:
    """CreateWebhook, DeleteWebhook, `Store.webhooks`, and the deliveries of events."""

    async def test_a_webhook_is_kept_as_it_was_registered(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """With its number from 1, oldest first, in this account alone."""
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

    async def test_a_number_is_given_once(self, ours: AccountDriver) -> None:
        """The number of a webhook that went is never another's, whichever went."""
        for _ in range(3):
            await ours.add_webhook()
        await ours.remove_webhook(2)
        await ours.remove_webhook(3)
        assert (await ours.add_webhook()).webhook_id == 4
        assert [hook.webhook_id for hook in await ours.store.read(ListWebhooks(ours.account_id))] == [1, 4]
        assert (await ours.store.read(GetTallies(ours.account_id))).webhooks == 2

    async def test_an_account_has_so_many(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """One more than MAX_WEBHOOKS is refused, also where many come at once; another account has its own."""
        outcomes = await asyncio.gather(*[ours.add_webhook() for _ in range(MAX_WEBHOOKS + 5)], return_exceptions=True)
        assert [type(each) for each in outcomes] == [Webhook] * MAX_WEBHOOKS + [InvalidInput] * 5
        await theirs.add_webhook()
        await ours.remove_webhook(1)
        assert (await ours.add_webhook()).webhook_id == MAX_WEBHOOKS + 1

    @pytest.mark.parametrize("webhook_id", [0, 2, -1])
    async def test_an_unknown_one_cannot_be_removed(
        self, ours: AccountDriver, theirs: AccountDriver, webhook_id: int
    ) -> None:
        """Neither the sender, nor another account's, nor one that went already; nothing changes."""
        await ours.create(PHONE)
        await ours.request_verification(PHONE)
        await ours.add_webhook()
        for _ in range(2):
            await theirs.add_webhook()
        with pytest.raises(WebhookNotFound):
            await ours.remove_webhook(webhook_id)
        assert len(await ours.store.read(ListWebhooks(ours.account_id))) == 1
        assert await owed_to(ours) == [(0, 1)]
        await ours.remove_webhook(1)
        with pytest.raises(WebhookNotFound):
            await ours.remove_webhook(1)

    async def test_a_webhook_is_owed_the_events_that_it_wants(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Those of its types, or all, from when it is there; with the event, and the webhook to send it to."""
        await ours.create(phone(1))
        everything = await ours.add_webhook()
        some = await ours.add_webhook("contact.deleted", "consent.opted_out")
        await theirs.create(phone(1))
        await ours.create(phone(2))
        await ours.opt_out(phone(3))
        await ours.delete(phone(1))
        taken = await ours.take()
        events = {event.event_id: event for event in await ours.events()}
        assert sorted((owed.delivery.target, owed.delivery.item) for owed in taken) == [
            *((everything.webhook_id, item) for item in (2, 3, 4)),
            *((some.webhook_id, item) for item in (3, 4)),
        ]
        for owed in taken:
            event = events[owed.delivery.item]
            assert isinstance(owed, PendingEvent)
            assert owed.event == event
            assert owed.webhook == (everything if owed.delivery.target == 1 else some)
            at = owed.delivery.due_at
            assert owed.delivery == Delivery(
                owed.delivery.target, event.event_id, event.phone, event.at, 1, at, DeliveryState.TAKEN
            )
        assert await theirs.take() == []

    async def test_many_events_of_a_command_are_all_owed(self, ours: AccountDriver) -> None:
        """A bulk request owes one for each contact, to each webhook."""
        for _ in range(2):
            await ours.add_webhook("contact.created")
        await ours.upsert(*[ours.row(phone(n)) for n in range(300)])
        assert (await ours.store.read(GetBacklog())).waiting == 600
        assert len(await ours.take(1000)) == 600

    async def test_what_is_owed_goes_with_the_webhook(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Waiting, taken or dead, and nothing of the others; who has it in hand cannot settle it any more."""
        for account in (ours, theirs):
            for _ in range(2):
                await account.add_webhook()
            for n in range(3):
                await account.create(phone(n))
        taken = [owed for owed in await ours.take() if owed.delivery.target == 1]
        await ours.settle(taken[0], Undelivered("no", None))
        await ours.create(phone(4))
        await ours.remove_webhook(1)
        assert not await ours.settle(taken[1])
        assert not await ours.settle(taken[2], Undelivered("no", ours.now))
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []
        assert await owed_to(ours) == [(2, 4)]
        backlog = await ours.store.read(GetBacklog())
        assert (backlog.waiting, backlog.dead) == (4 + 6, 0)
        assert len(await theirs.take()) == 6

    async def test_a_webhook_may_go_in_the_group_in_which_it_was_told(self, ours: AccountDriver) -> None:
        """What is told and owed before the removal within one commit is not owed after it."""
        await ours.add_webhook()
        await asyncio.gather(ours.create(phone(1)), ours.remove_webhook(1), ours.create(phone(2)))
        assert await ours.take() == []
        assert (await ours.store.read(GetBacklog())).waiting == 0

    async def test_a_webhook_may_come_and_go_in_a_group(self, ours: AccountDriver) -> None:
        """Registered and removed within one commit it is not there, and its number is given away."""
        await ours.create(PHONE)
        await asyncio.gather(ours.add_webhook(), ours.create(phone(1)), ours.remove_webhook(1), ours.create(phone(2)))
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == []
        assert await ours.take() == []
        assert (await ours.add_webhook()).webhook_id == 2
        tallies = await ours.store.read(GetTallies(ours.account_id))
        assert (tallies.webhooks, tallies.last_webhook) == (1, 2)

    async def test_a_dead_delivery_of_a_removed_webhook_is_not_replayed(self, ours: AccountDriver) -> None:
        """Replayed and removed at once, in either order, nothing is left."""
        await ours.add_webhook()
        await ours.create(PHONE)
        [owed] = await ours.take()
        await ours.settle(owed, Undelivered("no", None))
        replayed, _, again = await asyncio.gather(ours.replay(), ours.remove_webhook(1), ours.replay())
        assert (replayed, again) == (1, 0)
        assert await ours.take(at=START + 10**12) == []

    async def test_a_hosted_one_that_is_changed_is_still_the_same(
        self, ours: AccountDriver, theirs: AccountDriver
    ) -> None:
        """Its number, its age and what is owed to it stay; what goes from then on is signed with the new secret."""
        [[first], [other]] = [await account.add_hosted(CREATED) for account in (ours, theirs)]
        await ours.create(PHONE)
        [changed] = await ours.replace_hosted(replace(CREATED, secret="b"))
        assert changed == replace(first, secret="b")
        assert await ours.add_hosted(replace(CREATED, secret=None)) == [changed]
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == [changed]
        assert [owed.webhook for owed in await ours.take() if isinstance(owed, PendingEvent)] == [changed]
        assert list(await theirs.store.read(ListWebhooks(theirs.account_id))) == [other]

    async def test_a_hosted_one_may_be_changed_in_the_group_in_which_it_came(self, ours: AccountDriver) -> None:
        """Registered and changed within one commit, it is as it was changed, once."""
        await asyncio.gather(
            ours.add_hosted(CREATED), ours.add_hosted(replace(CREATED, secret="b")), ours.create(PHONE)
        )
        [webhook] = await ours.store.read(ListWebhooks(ours.account_id))
        assert (webhook.webhook_id, webhook.secret, len(await ours.take())) == (1, "b", 1)

    async def test_one_that_loses_a_name_gets_no_more_of_it(self, ours: AccountDriver) -> None:
        """It keeps its other types; without any it would get everything, so then it goes."""
        await ours.add_webhook("receive", "contact_created")
        gone = [RemoveHosted(ours.account_id, {URL}, {name}) for name in ("contact_created", "receive")]
        await ours.store.apply(gone[0])
        await ours.create(PHONE)
        await ours.receive(PHONE)
        assert [owed.event.type.value for owed in await ours.take() if isinstance(owed, PendingEvent)] == [
            "message.received"
        ]
        await ours.store.apply(gone[1])
        assert list(await ours.store.read(ListWebhooks(ours.account_id))) == []
        assert (await ours.store.read(GetBacklog())).waiting == 0

    async def test_too_many_hosted_ones_change_nothing(self, ours: AccountDriver) -> None:
        """A request that would add one too many leaves everything as it was, also what it would have removed."""
        await ours.add_webhook("contact.deleted")
        [_, first] = await ours.add_hosted(CREATED)
        many = [HostedWebhook("receive", f"{URL}{number}") for number in range(MAX_WEBHOOKS)]
        for change in (ours.add_hosted, ours.replace_hosted):
            with pytest.raises(InvalidInput):
                await change(*many)
            [_, there] = await ours.store.read(ListWebhooks(ours.account_id))
            assert there == first
        assert len(await ours.replace_hosted(*many[1:])) == MAX_WEBHOOKS
