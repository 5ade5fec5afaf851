"""Applies faults to deliveries to webhooks: lost, doubled and reordered."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from numberkeep.domain.errors import AccountNotFound
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import CALLBACKS, Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.service import webhooks
from numberkeep.service.context import Context
from numberkeep.service.inbound import account_named
from numberkeep.service.outlets import Notifier
from numberkeep.store.queries import ListEvents
from numberkeep.test_mode.faults import WEBHOOKS, Faults

HOLD_SECONDS: Final = 2.0
"""The longest time that a reordered event waits for the next one of its webhook."""


class _Target(NamedTuple):
    """The target of events: a webhook, or a status callback."""

    account: str
    webhook_id: int
    url: str


class TestNotifier:
    """Sends events to webhooks, with the faults of their account.

    Args:
        notifier: sends them.
        context: the context of the use cases.
        faults: the faults of each account that has some.
        hold_seconds: see HOLD_SECONDS; tests pass their own.
    """

    __test__ = False  # not a test case

    def __init__(
        self,
        notifier: Notifier,
        context: Context,
        faults: Mapping[int, Faults],
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        self._notifier = notifier
        self._context = context
        self._faults = faults
        self._hold_seconds = hold_seconds
        self._held: dict[_Target, tuple[Webhook, Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def notify(self, account: str, webhook: Webhook, event: Event, seen: Exchange | None = None) -> Delivered:
        """Send an event as its fault says, or once without a fault; raises what the notifier raises."""
        match await self._fault(account, event):
            case "lost":
                return Delivered()
            case "doubled":
                await self._send_quietly(account, webhook, event)
            case "reordered" if (target := _Target(account, webhook.webhook_id, webhook.url)) not in self._held:
                self._hold(target, webhook, event)
                return Delivered()
        try:
            return await self._notifier.notify(account, webhook, event, seen)
        finally:
            await self._release(_Target(account, webhook.webhook_id, webhook.url))

    async def check(self, account: str, url: str) -> None:
        """Check whether a webhook may have this URL; raises what the notifier raises."""
        await self._notifier.check(account, url)

    async def close(self) -> None:
        """Drop held events, and close connections."""
        for task in self._tasks:
            task.cancel()
        await self._notifier.close()

    async def _fault(self, name: str, event: Event) -> str | None:
        if not self._faults or (account := await self._account(name)) is None:
            return None
        faults = self._faults.get(account.account_id)
        fault = None if faults is None else faults.next(WEBHOOKS, event.phone or None)
        return None if fault is None else fault.given.kind

    def _hold(self, target: _Target, webhook: Webhook, event: Event) -> None:
        self._held[target] = webhook, event

        async def release() -> None:
            await asyncio.sleep(self._hold_seconds)
            if self._held.get(target) == (webhook, event):
                await self._release(target)

        task = asyncio.create_task(release())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _release(self, target: _Target) -> None:
        """Send the event that is held for a target, if its account has not been emptied meanwhile."""
        webhook, event = self._held.pop(target, (None, None))
        if webhook is None or event is None or (account := await self._account(target.account)) is None:
            return
        if await self._is_current(account, webhook, event):
            await self._send_quietly(target.account, webhook, event)

    async def _is_current(self, account: Account, webhook: Webhook, event: Event) -> bool:
        if webhook.webhook_id != CALLBACKS and webhook not in await webhooks.list_all(self._context, account):
            return False
        return event in await self._context.store.read(ListEvents(account.account_id, event.event_id - 1, 1))

    async def _send_quietly(self, account: str, webhook: Webhook, event: Event) -> None:
        with contextlib.suppress(DeliveryFailed):  # only the real delivery is retried
            await self._notifier.notify(account, webhook, event)

    async def _account(self, name: str) -> Account | None:
        try:
            return await account_named(self._context, name)
        except AccountNotFound:
            return None
