"""The relay as a ratio to a minimal alternative: a loop that sends the same POSTs and records nothing."""

import asyncio
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from bench import people
from bench.engines import engines, opened
from bench.load import median, server
from numberkeep.carriers.log_sender import LogSender
from numberkeep.carriers.webhook.notifier import WebhookNotifier
from numberkeep.domain.contacts.commands import UpsertContacts
from numberkeep.domain.event import Event
from numberkeep.domain.webhooks.commands import CreateWebhook
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Targets
from numberkeep.service.relay import Relay
from numberkeep.store.queries import GetBacklog, ListEvents

_EVENTS: Final = 1000
_AT_A_TIME: Final = 8
_SECRET: Final = "bench-secret"  # noqa: S105
_RECEIVER: Final = [sys.executable, str(Path(__file__).with_name("receiver.py"))]


def measure(rounds: int) -> Iterator[str]:
    """Yield the rows of the table."""
    with engines() as available, server(_RECEIVER) as url:
        for engine in available:
            times = [asyncio.run(_measure(engine.new_database(), url)) for _ in range(rounds)]
            ours, least = median([each[0] for each in times]), median([each[1] for each in times])
            ratio = median([mine / theirs for mine, theirs in times])
            yield f"| {engine.name}: events to a webhook | {ours:,.0f} | {least:,.0f} | {ratio:.2f} |"


async def _measure(database: str, url: str) -> tuple[float, float]:
    """Return deliveries per second by the relay and by a loop."""
    context, account = await opened(database)
    notifier = WebhookNotifier(Poster(), Targets([ip_network("127.0.0.0/8")]), context.clock.seconds)
    await context.apply(CreateWebhook(account.account_id, url, _SECRET, (), context.stamp()))
    rows = list(people.rows(0, _EVENTS))
    for row in rows:
        row.at = context.clock.take()  # otherwise they would be older than the retention
    await context.apply(UpsertContacts(account.account_id, rows, context.stamp()))
    events = await context.store.read(ListEvents(account.account_id, 0, _EVENTS))

    relay = Relay(context, LogSender(), notifier)
    begin = time.perf_counter()
    relay.start()
    while (await context.store.read(GetBacklog())).waiting:  # noqa: ASYNC110 - a store has no event for this
        await asyncio.sleep(0.02)
    ours = _EVENTS / (time.perf_counter() - begin)

    begin = time.perf_counter()
    await _post_all(notifier, Webhook(1, url, _SECRET, (), 0), list(events))
    least = _EVENTS / (time.perf_counter() - begin)
    await relay.close()
    await context.store.close()
    return ours, least


async def _post_all(notifier: WebhookNotifier, webhook: Webhook, events: list[Event]) -> None:
    async def post() -> None:
        while events:
            await notifier.notify("default", webhook, events.pop())

    await asyncio.gather(*(post() for _ in range(_AT_A_TIME)))
