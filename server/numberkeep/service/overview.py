"""The numbers of an account at a glance: how much there is, and what happened on each day."""

from collections.abc import Sequence

from numberkeep.domain.event import EventType
from numberkeep.domain.identity import Account
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER
from numberkeep.domain.overview import MOST_COUNTED, Backlog, Day, Overview
from numberkeep.domain.work.changes import DAY
from numberkeep.service.context import Context
from numberkeep.store.inbox_queries import CountDeliveries, ListDays
from numberkeep.store.queries import GetTallies, ListWebhooks


async def overview(context: Context, account: Account, days: int) -> Overview:
    """Return the numbers of an account, and of its last `days` days. No read takes longer with more contacts."""
    account_id, read = account.account_id, context.store.read
    tallies = await read(GetTallies(account_id))
    today = context.clock.now() // DAY
    counts: dict[int, dict[str, int]] = {}
    for day, type_, count in await read(ListDays(account_id, today - days + 1)):
        counts.setdefault(day, {})[type_] = count
    return Overview(
        tallies.contacts,
        tallies.open_reviews,
        _days(counts, tallies.contacts, today, days),
        await backlogs(context, account),
    )


async def backlogs(context: Context, account: Account) -> Sequence[Backlog]:
    """Return the deliveries of an account to each target."""
    account_id, read = account.account_id, context.store.read
    webhooks = [webhook.webhook_id for webhook in await read(ListWebhooks(account_id))]
    return [
        Backlog(target, *await read(CountDeliveries(account_id, target, MOST_COUNTED)))
        for target in (SENDER, CALLBACKS, *webhooks)
    ]


def _days(counts: dict[int, dict[str, int]], contacts: int, today: int, days: int) -> list[Day]:
    """Return the days; how many contacts there were follows from how many there are, backwards."""
    found: list[Day] = []
    later = sorted((day for day in counts if day > today), reverse=True)  # the clock was set back since
    for day in (*later, *range(today, today - days, -1)):
        each = Day(day, max(contacts, 0), counts.get(day, {}))
        contacts -= each.count(EventType.CONTACT_CREATED) - each.count(EventType.CONTACT_DELETED)
        if day <= today:
            found.append(each)
    return found[::-1]
