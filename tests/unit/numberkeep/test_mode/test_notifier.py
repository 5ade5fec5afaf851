"""Faults of deliveries to webhooks, over a notifier that records them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, new_key_pair
from numberkeep.domain.outbox.delivery import CALLBACKS
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import contacts, keys, webhooks
from numberkeep.service.context import Context
from numberkeep.store.queries import ListEvents
from numberkeep.store.sqlite import SqliteStore
from numberkeep.store.whole_account import EmptyAccount
from numberkeep.test_mode.faults import FaultBody, Faults
from numberkeep.test_mode.notifier import TestNotifier
from support.outlets import TAKE, Script, ScriptedNotifier, failing

HOLD = 0.5


@dataclass(slots=True)
class Scene:
    """An account with a webhook and three events, and what its receiver got."""

    context: Context
    faults: dict[int, Faults]
    account: Account
    webhook: Webhook
    events: list[Event]
    receiver: ScriptedNotifier
    notifier: TestNotifier

    def fault(self, kind: str, **given: Any) -> None:
        """Add a fault."""
        fault = FaultBody(operation="webhooks", kind=kind, **given)  # type: ignore[arg-type]
        self.faults.setdefault(self.account.account_id, Faults()).add(fault)

    async def deliver(self, *places: int) -> None:
        """Deliver events by their places."""
        for place in places:
            await self.notifier.notify(self.account.name, self.webhook, self.events[place])

    async def nothing_is_held(self) -> None:
        """Wait until the notifier has sent or dropped what it held."""
        await asyncio.gather(*self.notifier._tasks)

    def got(self) -> list[int]:
        """Return the places of the events that the receiver got."""
        return [event_id - self.events[0].event_id for _, _, event_id in self.receiver.got]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Return an account with a webhook and three new contacts."""
    context = Context(SqliteStore(None))
    await context.store.open()
    receiver = ScriptedNotifier()
    account = (await keys.create(context, "shop", new_key_pair())).account
    webhook = await webhooks.create(context, receiver, account, "https://example.com/hook", types=(), secret=None)
    for number in range(3):
        await contacts.create(context, account, f"+1415555267{number}", ContactPatch(), update_if_exists=False)
    events = list(await context.store.read(ListEvents(account.account_id, 0, 10)))
    faults: dict[int, Faults] = {}
    notifier = TestNotifier(receiver, context, faults, HOLD)
    yield Scene(context, faults, account, webhook, events, receiver, notifier)
    await notifier.close()
    await context.store.close()


async def test_without_a_fault_events_arrive_in_order(scene: Scene) -> None:
    """Every event once."""
    await scene.deliver(0, 1, 2)
    assert scene.got() == [0, 1, 2]


async def test_a_lost_event_counts_as_delivered(scene: Scene) -> None:
    """It is not retried."""
    scene.fault("lost", nth=2, times=1)
    await scene.deliver(0, 1, 2)
    assert scene.got() == [0, 2]


async def test_a_doubled_event_arrives_twice(scene: Scene) -> None:
    """Only that for the number of the fault."""
    scene.fault("doubled", number="+14155552671")
    await scene.deliver(0, 1, 2)
    assert scene.got() == [0, 1, 1, 2]


async def test_a_reordered_event_arrives_after_the_next(scene: Scene) -> None:
    """If every event is reordered, they change places in pairs."""
    scene.fault("reordered")
    await scene.deliver(0, 1, 2)
    assert scene.got() == [1, 0]
    await scene.nothing_is_held()
    assert scene.got() == [1, 0, 2], "the last one has nothing to wait for"


async def test_a_held_event_is_dropped_with_its_webhook(scene: Scene) -> None:
    """A test that has ended sends nothing into the next one."""
    scene.fault("reordered")
    await scene.deliver(0)
    await webhooks.delete(scene.context, scene.account, scene.webhook.webhook_id)
    await scene.nothing_is_held()
    assert scene.got() == []


@pytest.mark.parametrize("emptied", [False, True])
async def test_a_held_status_callback_is_dropped_with_its_account(scene: Scene, *, emptied: bool) -> None:
    """It goes to the URL of a message, and not to a webhook of the account."""
    scene.webhook = Webhook(CALLBACKS, "https://example.com/status", "", ("status_callback",), 0)
    scene.fault("reordered")
    await scene.deliver(0)
    if emptied:
        await scene.notifier._context.apply(EmptyAccount(scene.account.account_id))
    await scene.nothing_is_held()
    assert scene.got() == ([] if emptied else [0])


async def test_a_failing_copy_does_not_retry_the_delivery(scene: Scene) -> None:
    """Only the real delivery decides, which is the second one."""
    scene.receiver._scripts["hook"] = Script(failing(DeliveryFailed("answered 500")), TAKE)
    scene.fault("doubled")
    await scene.deliver(0)
    assert scene.got() == [0, 0]


async def test_faults_belong_to_one_account(scene: Scene) -> None:
    """They do not apply to deliveries of another account."""
    scene.fault("lost")
    await scene.notifier.notify("nobody", scene.webhook, scene.events[0])
    assert scene.got() == [0]


async def test_a_status_callback_is_reordered_too(scene: Scene) -> None:
    """Though it is no webhook that the account has registered."""
    scene.webhook = replace(scene.webhook, webhook_id=CALLBACKS)
    scene.fault("reordered", times=1)
    await scene.deliver(0, 1)
    assert scene.got() == [1, 0]
