"""Webhooks whose receiver ended the subscription: what becomes of their deliveries, until they are enabled again."""

import asyncio
from dataclasses import replace

import pytest

from contract.deliveries import AT, items
from numberkeep.domain.errors import InvalidInput, WebhookNotFound
from numberkeep.domain.event import EventType
from numberkeep.domain.limits import MAX_WEBHOOKS
from numberkeep.domain.outbox.delivery import Gone
from numberkeep.domain.webhooks.disabled import DisabledWebhook
from numberkeep.domain.webhooks.hosted import HostedWebhook
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.store.queries import GetAgenda, GetBacklog, ListDeadDeliveries, ListWebhooks
from support.store import DAY, DEAD, MINUTE, SECOND, AccountDriver, phone

GONE = Gone("answered 410")


async def webhooks_of(account: AccountDriver) -> list[Webhook]:
    """The account's webhooks."""
    return list(await account.store.read(ListWebhooks(account.account_id)))


class DisablingContract:
    """SettleDelivery with Gone, EnableWebhook, and CreateWebhook and AddHosted for a webhook that is disabled."""

    @pytest.fixture
    async def disabled(self, ours: AccountDriver) -> AccountDriver:
        """An account whose webhook 1 answered 410 to the first of five events about five contacts; 2 is enabled."""
        await ours.add_webhook("contact.created", url="https://gone.example/", secret="old")
        await ours.add_webhook("webhook.disabled")
        for n in range(1, 6):
            await ours.create(phone(n))
        first, *_ = await ours.take(2, at=AT, busy=(2,))
        assert await ours.settle(first, GONE, at=AT + SECOND)
        return ours

    async def test_a_receiver_that_is_gone_disables_its_webhook(self, disabled: AccountDriver) -> None:
        """The webhook says since when, an event says why, and nothing is dead, due or counted as waiting."""
        gone, other = await webhooks_of(disabled)
        assert (gone.disabled_at, other.disabled_at) == (AT + SECOND, None)
        [event] = await disabled.events(5)
        assert (event.type, event.phone, event.at) == (EventType.WEBHOOK_DISABLED, "", AT + SECOND)
        assert event.subject == DisabledWebhook(1, "https://gone.example/", "answered 410")
        assert await disabled.store.read(ListDeadDeliveries(disabled.account_id, 10)) == []
        assert items(await disabled.take(at=AT + DAY)) == [(2, 6)]
        await disabled.create(phone(9))
        assert (await disabled.store.read(GetBacklog())).waiting == 1  # the event about it, to the other one
        assert items(await disabled.take(at=AT + 2 * DAY)) == [(2, 6)]

    async def test_a_held_delivery_is_nothing_to_do(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """The relay is not called for what is held, nor for another account's."""
        for account in (ours, theirs):
            await account.add_webhook()
            await account.create(phone(1))
        [pending] = await ours.take(at=AT)
        await ours.settle(pending, GONE, at=AT)
        agenda = await ours.store.read(GetAgenda(AT + DAY))
        assert (list(agenda.due), agenda.next_at is None or agenda.next_at > AT + 1000 * DAY) == (
            [theirs.account_id],
            True,
        )
        assert items(await theirs.take(at=AT)) == [(1, 1)]

    async def test_it_is_disabled_once(self, ours: AccountDriver) -> None:
        """Five events at once, all answered by 410, in one commit or several: one event, and none is dead."""
        await ours.add_webhook("contact.created")
        for n in range(1, 6):
            await ours.create(phone(n))
        taken = await ours.take(at=AT)
        assert len(taken) == 5
        assert await asyncio.gather(*[ours.settle(pending, GONE, at=AT + SECOND) for pending in taken[:3]]) == [
            True,
            False,
            False,
        ]
        assert [await ours.settle(taken[3], GONE), await ours.settle(taken[4], DEAD)] == [False, False]
        assert await ours.types(5) == ["webhook.disabled"]
        assert await ours.store.read(ListDeadDeliveries(ours.account_id, 10)) == []
        await ours.enable_webhook(1)
        assert len(await ours.take(at=AT + MINUTE)) == 5

    async def test_one_that_arrived_all_the_same_is_done(self, ours: AccountDriver) -> None:
        """What was in flight when the webhook was disabled may have arrived."""
        await ours.add_webhook("contact.created")
        for n in range(1, 3):
            await ours.create(phone(n))
        first, second = await ours.take(at=AT)
        await ours.settle(first, GONE, at=AT)
        assert await ours.settle(second) is True
        await ours.enable_webhook(1)
        assert items(await ours.take(at=AT + MINUTE)) == [(1, 1)]

    async def test_enabling_releases_what_was_held(self, disabled: AccountDriver) -> None:
        """At once, in order, with all their attempts; what happened meanwhile is not delivered."""
        await disabled.create(phone(6))
        enabled = await disabled.enable_webhook(1)
        assert (enabled.disabled_at, enabled.secret) == (None, "old")
        assert (await webhooks_of(disabled))[0] == enabled
        taken = [pending for pending in await disabled.take(at=AT + SECOND) if pending.delivery.target == 1]
        assert items(taken) == [(1, n) for n in range(1, 6)]
        assert {pending.delivery.attempts for pending in taken} == {1}
        assert await disabled.enable_webhook(1) == enabled
        assert [await disabled.settle(pending) for pending in taken] == [True] * 5
        await disabled.create(phone(7))
        assert items(await disabled.take(at=AT + MINUTE, busy=(2,))) == [(1, 8)]

    async def test_disabled_and_enabled_in_one_commit(self, ours: AccountDriver) -> None:
        """In either order nothing is lost, and what is left is as the last one says."""
        await ours.add_webhook("contact.created")
        for n in range(1, 5):
            await ours.create(phone(n))
        first, second = await ours.take(2, at=AT)
        await asyncio.gather(ours.settle(first, GONE), ours.enable_webhook(1), ours.create(phone(5)))
        assert [webhook.disabled for webhook in await webhooks_of(ours)] == [False]
        [again, *_] = await ours.take(1, at=AT + MINUTE)
        await asyncio.gather(ours.enable_webhook(1), ours.settle(again, GONE), ours.create(phone(6)))
        assert [webhook.disabled for webhook in await webhooks_of(ours)] == [True]
        assert await ours.take(at=AT + DAY) == []
        await ours.settle(second)
        await ours.enable_webhook(1)
        assert len(await ours.take(at=AT + DAY)) == 4

    async def test_what_was_dead_before_stays_dead_until_it_may_be_replayed(self, ours: AccountDriver) -> None:
        """A replay of all holds it until the webhook is enabled; one of this webhook alone is refused."""
        await ours.add_webhook("contact.created")
        for n in range(1, 3):
            await ours.create(phone(n))
        first, second = await ours.take(at=AT)
        await ours.settle(first, DEAD, at=AT)
        await ours.settle(second, GONE, at=AT)
        with pytest.raises(InvalidInput, match="webhook 1 is disabled: enable it"):
            await ours.replay(1)
        assert len(await ours.store.read(ListDeadDeliveries(ours.account_id, 10))) == 1
        assert await ours.replay() == 1
        assert await ours.take(at=AT + DAY) == []
        await ours.enable_webhook(1)
        assert items(await ours.take(at=AT + DAY)) == [(1, 1), (1, 2)]

    async def test_registering_the_url_again_enables_it(self, disabled: AccountDriver) -> None:
        """With the new secret and types, under its number, also where there is no room for one more."""
        for n in range(MAX_WEBHOOKS - 2):
            await disabled.add_webhook(url=f"https://a.example/{n}")
        again = await disabled.add_webhook("contact.deleted", url="https://gone.example/", secret="new")
        assert (again.webhook_id, again.secret, tuple(again.types), again.disabled) == (
            1,
            "new",
            ("contact.deleted",),
            False,
        )
        assert (await webhooks_of(disabled))[0] == again
        assert [item for target, item in items(await disabled.take(at=AT + DAY)) if target == 1] == [1, 2, 3, 4, 5]
        with pytest.raises(InvalidInput):  # it is enabled, so this would be another one
            await disabled.add_webhook(url="https://gone.example/")

    async def test_of_several_the_one_with_these_types_is_enabled(self, ours: AccountDriver) -> None:
        """An enabled one with the URL stays as it is."""
        for type_ in ("contact.created", "contact.deleted", "contact.updated"):
            await ours.add_webhook(type_)
        await ours.create(phone(1))
        await ours.delete(phone(1))
        for pending in await ours.take(at=AT):
            await ours.settle(pending, GONE, at=AT)
        assert (await ours.add_webhook("contact.deleted")).webhook_id == 2
        assert [webhook.disabled for webhook in await webhooks_of(ours)] == [True, False, False]

    async def test_adding_a_hosted_one_again_enables_it(self, ours: AccountDriver) -> None:
        """As the hosted service's route does it, without a change of the secret that is not asked for."""
        webhook = HostedWebhook("contact_created", "https://gone.example/", "a")
        [made] = await ours.add_hosted(webhook)
        for count, change in enumerate((ours.add_hosted, ours.replace_hosted)):
            await ours.create(phone(count))
            for pending in await ours.take(at=ours.now + DAY):
                await ours.settle(pending, GONE)
            assert (await webhooks_of(ours))[0].disabled
            assert await change(replace(webhook, secret=None)) == [made]
            assert len(await ours.take(at=ours.now + DAY)) >= 1
            ours.now += 3 * DAY

    async def test_an_unknown_one_cannot_be_enabled(self, ours: AccountDriver, theirs: AccountDriver) -> None:
        """Neither the sender nor another account's."""
        await theirs.add_webhook()
        for number in (0, 1, -1):
            with pytest.raises(WebhookNotFound):
                await ours.enable_webhook(number)

    async def test_what_is_held_goes_with_its_webhook_and_its_event(self, disabled: AccountDriver) -> None:
        """The retention of events ends it too."""
        await disabled.delete_old_events(3, before=AT)
        await disabled.enable_webhook(1)
        assert items(await disabled.take(at=AT + DAY, busy=(2,))) == [(1, 4), (1, 5)]
        await disabled.remove_webhook(1)
        assert [target for target, _ in items(await disabled.take(at=AT + 2 * DAY))] == [2]
