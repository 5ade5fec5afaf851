"""Deletes events that are older than the history, and dead deliveries that may no longer be replayed.

A delivery carries its event, so it is deleted with the event even if it could still be retried.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.retention import DeleteOldDeliveries, DeleteOldEvents
from numberkeep.service.context import Context
from numberkeep.store.queries import ListAccountsWithOldDeliveries, ListAccountsWithOldEvents

_DAY: Final = 24 * 3600 * SECOND
_AT_A_TIME: Final = 512


async def accounts_with_old(context: Context) -> Sequence[int]:
    """Return the accounts that have something to delete."""
    found = [await context.store.read(ListAccountsWithOldDeliveries(_before(context, context.webhook_retry_days)))]
    if context.history_days:
        found.append(await context.store.read(ListAccountsWithOldEvents(_before(context, context.history_days))))
    return list(dict.fromkeys(chain.from_iterable(found)))


async def delete_old(context: Context, account_id: int, closing: Callable[[], bool]) -> None:
    """Delete an account's old events and dead deliveries in small steps, until `closing` returns true."""
    more = bool(context.history_days)
    while more and not closing():
        before = _before(context, context.history_days)
        more = await context.store.apply(DeleteOldEvents(account_id, _AT_A_TIME, before))
    more = True
    while more and not closing():
        before = _before(context, context.webhook_retry_days)
        more = await context.store.apply(DeleteOldDeliveries(account_id, _AT_A_TIME, before))


def _before(context: Context, days: int) -> int:
    return context.clock.now() - days * _DAY
