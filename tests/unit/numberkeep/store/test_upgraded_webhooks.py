"""The webhooks and deliveries of a store from an earlier numberkeep; see test_upgrades.py."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from numberkeep.domain.outbox.delivery import Delivery, DeliveryState, PendingEvent
from numberkeep.domain.webhooks.commands import EnableWebhook
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.store.contract import Store
from numberkeep.store.queries import GetAccountBySigningHash, ListDeadDeliveries, ListWebhooks
from support.databases import NewDatabase, opened
from support.old_stores import CHANGE_LOG, DISABLED_WEBHOOKS, NAMELESS, VERSIONS, keys_of, make
from support.store import DAY, SECOND, START, AccountDriver


@pytest.fixture(params=VERSIONS, ids=lambda version: f"{version[0]}-{version[1]}")
def version(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Return an engine and one of its schema versions."""
    version: tuple[str, int] = request.param
    return version


@pytest.fixture
async def store(new_database: NewDatabase, version: tuple[str, int]) -> AsyncIterator[Store]:
    """Return a database of that version, opened by the current store."""
    url = new_database(version[0])
    await make(url, *version)
    async with opened(url) as store:
        yield store


async def test_webhooks_and_dead_deliveries_are_kept(store: Store, version: tuple[str, int]) -> None:
    """If the version has them: they are read unchanged, a replay revives the dead ones, and numbering continues."""
    ours = AccountDriver(store, 1)
    if version[1] < CHANGE_LOG[version[0]]:
        assert (await store.read(ListWebhooks(1)), await store.read(ListDeadDeliveries(1, 10))) == ([], [])
        assert (await ours.add_webhook()).webhook_id == 1
        return
    hook = Webhook(2, "https://example.com/", "secret", ("contact.updated",), START + 2 * SECOND)
    assert list(await store.read(ListWebhooks(1))) == [hook]
    dead = Delivery(2, 2, NAMELESS.phone, START + 3 * SECOND, 7, START + 9 * SECOND, DeliveryState.DEAD, "status 500")
    assert list(await store.read(ListDeadDeliveries(1, 10))) == [dead]
    assert await ours.replay(2, at=START + 20 * SECOND) == 1
    [pending] = [pending for pending in await ours.take(at=START + 21 * SECOND) if isinstance(pending, PendingEvent)]
    assert (pending.webhook, pending.event.subject) == (hook, NAMELESS)
    assert (await ours.add_webhook()).webhook_id == 3
    assert (await store.read(GetAccountBySigningHash(b"\4" * 32))) == keys_of(*version)[0].account


async def test_a_disabled_webhook_stays_disabled(store: Store, version: tuple[str, int]) -> None:
    """Its pending deliveries wait until it is enabled."""
    if version[1] < DISABLED_WEBHOOKS[version[0]]:
        assert [webhook.disabled for webhook in await store.read(ListWebhooks(1))] in ([], [False])
        return
    theirs = AccountDriver(store, 2)
    [hook] = await store.read(ListWebhooks(2))
    assert (hook.webhook_id, hook.disabled_at) == (1, START + 5 * SECOND)
    assert await theirs.take(at=START + DAY, busy=(0,)) == []
    assert await store.apply(EnableWebhook(2, 1)) == replace(hook, disabled_at=None)
    [pending] = await theirs.take(at=START + DAY, busy=(0,))
    assert (pending.delivery.target, pending.delivery.item, pending.delivery.attempts) == (1, 1, 1)
