"""Makes single deliveries: takes them from the outbox, passes them on, and records the outcomes.

A delivery is made at least once: if the process dies before it records the outcome, the delivery is taken again after
its lease. A living process never shares a delivery with another: it gives up well before the lease ends, and does not
begin a delivery whose lease has ended.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.contact import micros
from numberkeep.domain.errors import NumberkeepError, StoreBusy, StoreUnavailable
from numberkeep.domain.outbox.commands import SettleDelivery, TakeDeliveries
from numberkeep.domain.outbox.delivery import (
    CALLBACKS,
    SENDER,
    Delivered,
    Delivery,
    Gone,
    Outcome,
    Pending,
    PendingEvent,
    PendingMessage,
    PendingNothing,
    Taken,
    Undelivered,
)
from numberkeep.domain.outbox.errors import DeliveryFailed, ReceiverGone
from numberkeep.service.attempts import AttemptRate, Watch
from numberkeep.service.context import Context
from numberkeep.service.delivery_log import DeliveryLog
from numberkeep.service.outlets import Notifier, Sender
from numberkeep.store.queries import GetAccountById

_log = logging.getLogger("numberkeep.relay")

LEASE_SECONDS: Final = 30
ATTEMPTS: Final = 15
"""The number of attempts before a delivery is dead, which takes about five hours."""

_BACKOFF_SECONDS: Final = 5.0
_MAX_BACKOFF_SECONDS: Final = 3600.0
_MAX_DOUBLINGS: Final = 10  # then the maximum is reached
_SPREAD_SECONDS: Final = 2.0

_CHANNELS: Final = {SENDER: ("sender", "the sender"), CALLBACKS: ("callback", "a status callback")}
"""The channel of each target that is no webhook, for metrics, and its name, for the log."""

_RECORD_PAUSE_SECONDS: Final = 0.1
_MAX_RECORD_PAUSE_SECONDS: Final = 2.0


class Deliverer:
    """Takes what is due from the outbox, and delivers it.

    Args:
        context: the service's context.
        sender: sends messages.
        notifier: sends events to webhooks.
        lease_seconds: how long a delivery that was taken is reserved; it is given up after two thirds of that.

    Attributes:
        delivered: the number of deliveries that ended in this process, by channel (`sender`, `webhook`, `callback`) and
            outcome.
    """

    def __init__(self, context: Context, sender: Sender, notifier: Notifier, lease_seconds: int) -> None:
        self._context = context
        self._sender = sender
        self._notifier = notifier
        self._lease_seconds = lease_seconds
        self._names: dict[int, str] = {}
        self._failures = DeliveryLog()
        self._rate = AttemptRate()
        self.delivered: Counter[tuple[str, str]] = Counter()

    async def close(self) -> None:
        """Close connections."""
        self._failures.close()
        await self._sender.close()
        await self._notifier.close()

    async def take(self, account_id: int, limit: int, busy: tuple[int, ...] = ()) -> Taken:
        """Take up to `limit` of the account's deliveries that are due, except to targets that are busy.

        Raises:
            NumberkeepError: the store failed.
        """
        command = TakeDeliveries(account_id, limit, self._lease_seconds * SECOND, self._context.stamp(0), busy)
        taken = await self._context.store.apply(command)
        if taken.canceled:
            self._context.signals.notify(account_id)
        return taken

    async def deliver(self, account_id: int, pending: Pending, sent: Callable[[], None]) -> None:
        """Make a delivery, call `sent` when it has ended, and record the outcome; failures are logged."""
        delivery = pending.delivery
        outcome, watch = None, Watch(self._context.clock, pending)
        seconds = (delivery.due_at - self._context.clock.now()) / SECOND - self._lease_seconds / 3
        if seconds > 0:  # else taking it was so slow that another process may soon take it
            outcome = await self._outcome(account_id, pending, seconds, watch)
        sent()
        if outcome is None:
            text = f"delivery {delivery.item} was taken too late to begin it"
            self._failures.add(logging.WARNING, account_id, "taken too late", text)
            return
        self._report(account_id, delivery, outcome)
        attempt = watch.attempt(outcome)
        if attempt is not None and not self._rate.admits(account_id, attempt.webhook_id):
            attempt = None
        try:
            await self._record(SettleDelivery(account_id, delivery, outcome, self._context.stamp(0), attempt))
        except NumberkeepError as error:
            text = f"cannot record the outcome of delivery {delivery.item}: {error}"
            self._failures.add(logging.WARNING, account_id, "not recorded", text)
        except Exception as error:  # noqa: BLE001 - its text may contain a number or a name
            text = f"the relay failed with {type(error).__name__}"
            self._failures.add(logging.ERROR, account_id, "not recorded", text)

    async def _record(self, command: SettleDelivery) -> None:
        """Apply the command; if the store fails, retry until the lease is nearly over. Else it is delivered again."""
        now = asyncio.get_running_loop().time
        give_up = now() + self._lease_seconds / 3
        pause = _RECORD_PAUSE_SECONDS
        while True:
            try:
                await self._context.apply(command)
            except (StoreUnavailable, StoreBusy):
                if now() + pause > give_up:
                    raise
            else:
                return
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - to spread retries
            pause = min(2 * pause, _MAX_RECORD_PAUSE_SECONDS)

    def _report(self, account_id: int, delivery: Delivery, outcome: Outcome) -> None:
        """Count and log the outcome."""
        webhook = ("webhook", f"webhook {delivery.target}")
        channel, target = _CHANNELS.get(delivery.target, webhook)
        if isinstance(outcome, Delivered):
            self.delivered[channel, "delivered"] += 1
            _log.debug("account %d: delivery %d to %s arrived", account_id, delivery.item, target)
            return
        if isinstance(outcome, Gone):
            became, level, text = "failed", logging.ERROR, "failed and disabled it"
        elif outcome.retry_at is None:
            became, level, text = "dead", logging.ERROR, "failed permanently"
        else:
            became, level, text = "failed", logging.WARNING, "failed"
        self.delivered[channel, became] += 1
        self._failures.add(level, account_id, text, f"delivery {delivery.item} to {target} {text}: {outcome.error}")

    async def _outcome(self, account_id: int, pending: Pending, seconds: float, watch: Watch) -> Outcome:
        try:
            async with self._context.clock.timeout(seconds):
                account = await self._name(account_id)
                match pending:
                    case PendingMessage():
                        return await self._sender.send(account, pending.message)
                    case PendingEvent():
                        return await self._notifier.notify(account, pending.webhook, pending.event, watch.seen)
                    case PendingNothing():
                        return Undelivered("the message, event or webhook no longer exists", None)
        except DeliveryFailed as failed:
            return self._failed(pending, failed)
        except TimeoutError:
            return self._undelivered(pending.delivery, DeliveryFailed("it took too long"))
        except Exception as error:  # noqa: BLE001 - one failing delivery must not stop the others
            failure = DeliveryFailed(f"numberkeep failed with {type(error).__name__}")
            return self._undelivered(pending.delivery, failure)

    def _failed(self, pending: Pending, failed: DeliveryFailed) -> Outcome:
        if isinstance(failed, ReceiverGone) and isinstance(pending, PendingEvent) and pending.webhook.webhook_id > 0:
            return Gone(str(failed))
        return self._undelivered(pending.delivery, failed)

    def _undelivered(self, delivery: Delivery, failed: DeliveryFailed) -> Undelivered:
        now = self._context.clock.now()
        too_old = delivery.created_at + self._context.webhook_retry_days * 24 * 3600 * SECOND <= now
        if failed.permanent or too_old or delivery.attempts >= ATTEMPTS:
            return Undelivered(str(failed), None, failed.opted_out, failed.code, failed.key)
        asked = failed.retry_after or 0
        if isinstance(asked, datetime):
            asked = (micros(asked) - now) / SECOND
        spread = self._context.clock.spread(_SPREAD_SECONDS)
        seconds = max(backoff_seconds(delivery.attempts, spread), min(asked, _MAX_BACKOFF_SECONDS))
        return Undelivered(str(failed), now + int(seconds * SECOND))

    async def _name(self, account_id: int) -> str:
        name = self._names.get(account_id)
        if name is None:
            account = await self._context.store.read(GetAccountById(account_id))
            name = self._names[account_id] = "" if account is None else account.name
        return name


def backoff_seconds(attempts: int, spread: float) -> float:
    """Return the seconds to wait after this many attempts: from 5 on, twice as many each time, up to an hour.

    `spread` is added, so that retries that failed together are not made together.
    """
    doublings = min(attempts - 1, _MAX_DOUBLINGS)
    return min(_BACKOFF_SECONDS * 2.0**doublings + spread, _MAX_BACKOFF_SECONDS)
