"""One delivery: taken out of the outbox, handed on, and what became of it recorded.

At least once: what was taken and not recorded, because the process died in between, is taken again when its lease is
over. While a process lives, nobody else takes what it has taken: a delivery is given up well before its lease ends, and
not begun at all where that is over.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_exponential_jitter
from tenacity import wait_random_exponential as wait_random

from numberkeep.domain.commands import SECOND
from numberkeep.domain.delivery import SENDER, Delivered, Delivery, Owed, Taken, Undelivered
from numberkeep.domain.errors import DeliveryFailed, NumberkeepError, StoreBusy, StoreUnavailable
from numberkeep.domain.outbox import SettleDelivery, TakeDeliveries
from numberkeep.service.context import Context
from numberkeep.service.outlets import Notifier, Sender

_log = logging.getLogger("numberkeep.relay")

LEASE_SECONDS: Final = 30
ATTEMPTS: Final = 15
"""How often a delivery is tried before it is dead: over about five hours."""

_backoff = wait_exponential_jitter(multiplier=5, max=3600, jitter=2)


class Deliverer:
    """Takes out of the outbox what is due, and delivers it.

    Args:
        context: what to work with.
        sender: takes messages.
        notifier: takes events to webhooks.
        lease_seconds: how long what was taken is out of the outbox; a delivery is given up after two thirds of it.

    Attributes:
        delivered: how many deliveries ended in this process, by channel (`sender`, `webhook`) and outcome.
    """

    def __init__(self, context: Context, sender: Sender, notifier: Notifier, lease_seconds: int) -> None:
        self._context = context
        self._sender = sender
        self._notifier = notifier
        self._lease_seconds = lease_seconds
        self._names: dict[int, str] = {}
        self.delivered: Counter[tuple[str, str]] = Counter()

    async def close(self) -> None:
        """Let go of connections."""
        await self._sender.close()
        await self._notifier.close()

    async def take(self, account_id: int, limit: int, busy: tuple[int, ...] = ()) -> Taken:
        """Take out up to so many of the account's deliveries that are due, but none to the targets that are busy.

        Raises:
            NumberkeepError: the store failed.
        """
        at = self._context.clock.take()
        command = TakeDeliveries(account_id, limit, self._lease_seconds * SECOND, at, busy)
        taken = await self._context.store.apply(command)
        if taken.canceled:
            self._context.signals.notify(account_id)
        return taken

    async def deliver(self, account_id: int, owed: Owed, sent: Callable[[], None]) -> None:
        """Hand on what was taken, call `sent` when that has ended, and record how; what fails is logged."""
        delivery = owed.delivery
        outcome = None
        seconds = (delivery.due_at - self._context.clock.take()) / SECOND - self._lease_seconds / 3
        if seconds > 0:  # else the store was so slow to give it out that soon somebody else may take it
            outcome = await self._outcome(account_id, owed, seconds)
        sent()
        if outcome is None:
            _log.warning("account %s: delivery %s was given out too late to begin it", account_id, delivery.item)
            return
        self._tell(account_id, delivery, outcome)
        at = self._context.clock.take()
        command = SettleDelivery(account_id, delivery, outcome, at)
        # What cannot be recorded within the lease is delivered again after it.
        retrying = AsyncRetrying(
            retry=retry_if_exception_type((StoreUnavailable, StoreBusy)),
            wait=wait_random(multiplier=0.1, max=2),
            stop=stop_after_delay(self._lease_seconds / 3),
            reraise=True,
        )
        try:
            await retrying(self._context.apply, command)
        except NumberkeepError as error:
            _log.warning("account %s: the end of delivery %s is not recorded: %s", account_id, delivery.item, error)
        except Exception as error:  # noqa: BLE001 - its text may hold a number or a name
            _log.error("the relay failed with %s", type(error).__name__)

    def _tell(self, account_id: int, delivery: Delivery, outcome: Delivered | Undelivered) -> None:
        """Count and log what became of it."""
        of_sender = delivery.target == SENDER
        if isinstance(outcome, Delivered):
            became, level, said = "delivered", logging.DEBUG, "arrived"
        elif outcome.retry_at is None:
            became, level, said = "dead", logging.ERROR, f"failed for good: {outcome.error}"
        else:
            became, level, said = "failed", logging.WARNING, f"failed: {outcome.error}"
        self.delivered["sender" if of_sender else "webhook", became] += 1
        target = "the sender" if of_sender else f"webhook {delivery.target}"
        _log.log(level, "account %s: delivery %s to %s %s", account_id, delivery.item, target, said)

    async def _outcome(self, account_id: int, owed: Owed, seconds: float) -> Delivered | Undelivered:
        try:
            async with asyncio.timeout(seconds):
                account = await self._name(account_id)
                if owed.message is not None:
                    return await self._sender.send(account, owed.message)
                if owed.event is not None and owed.webhook is not None:
                    return await self._notifier.notify(account, owed.webhook, owed.event)
                return Undelivered("what was to be delivered is not there any more", None)
        except DeliveryFailed as failed:
            return self._undelivered(owed, str(failed), failed.retry_after, permanent=failed.permanent)
        except TimeoutError:
            return self._undelivered(owed, "it took too long", None)
        except Exception as error:  # noqa: BLE001 - one that cannot be delivered must not stop the others
            return self._undelivered(owed, f"numberkeep failed with {type(error).__name__}", None)

    def _undelivered(
        self, owed: Owed, error: str, retry_after: float | None, *, permanent: bool = False
    ) -> Undelivered:
        if permanent or owed.delivery.attempts >= ATTEMPTS:
            return Undelivered(error, None)
        seconds = max(backoff_seconds(owed.delivery.attempts), retry_after or 0)
        return Undelivered(error, self._context.clock.take() + int(seconds * SECOND))

    async def _name(self, account_id: int) -> str:
        name = self._names.get(account_id)
        if name is None:
            account = await self._context.store.account_of(account_id)
            name = self._names[account_id] = "" if account is None else account.name
        return name


def backoff_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: from 5 seconds on twice as long each time, at most an hour."""
    state = RetryCallState(retry_object=AsyncRetrying(), fn=None, args=(), kwargs={})
    state.attempt_number = attempts
    return _backoff(state)
