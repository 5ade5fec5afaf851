"""Which attempts to deliver events are kept, for people who look for an error (domain/outbox/attempt.py)."""

import time
from collections.abc import Callable
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.event import SAMPLE
from numberkeep.domain.outbox.attempt import Attempt, Exchange
from numberkeep.domain.outbox.delivery import Delivered, Outcome, Pending, PendingEvent
from numberkeep.service.clock import Clock

PER_SECOND: Final = 10
"""How many attempts of a webhook a process keeps each second, so that keeping them does not slow a busy relay."""

_MOST_WEBHOOKS: Final = 10_000


class AttemptRate:
    """Limits how many attempts are kept.

    Args:
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[tuple[int, int], tuple[int, int]] = {}

    def admits(self, account_id: int, webhook_id: int) -> bool:
        """Return whether one more attempt of a webhook may be kept now."""
        second, key = int(self._now()), (account_id, webhook_id)
        last, count = self._kept.get(key, (second, 0))
        if last != second:
            count = 0
        if count >= PER_SECOND:
            return False
        if len(self._kept) >= _MOST_WEBHOOKS:
            self._kept.clear()
        self._kept[key] = second, count + 1
        return True


class Watch:
    """Observes one attempt.

    Args:
        clock: the time.
        pending: the delivery.

    Attributes:
        seen: takes the request and the answer.
    """

    def __init__(self, clock: Clock, pending: Pending) -> None:
        self.seen = Exchange()
        self._pending = pending
        self._at = clock.now()
        self._begun = time.perf_counter()

    def attempt(self, outcome: Outcome) -> Attempt | None:
        """Return the attempt; None if it was not one to a webhook."""
        pending = self._pending
        if not isinstance(pending, PendingEvent) or pending.webhook.webhook_id <= 0:
            return None
        return Attempt(
            0,
            pending.webhook.webhook_id,
            pending.event.event_id,
            pending.event.phone,
            pending.event.type.value,
            self._at,
            int((time.perf_counter() - self._begun) * SECOND),
            pending.delivery.attempts,
            "" if isinstance(outcome, Delivered) else outcome.error,
            pending.webhook.url,
            self.seen,
            sample=pending.event.event_id == SAMPLE,
        )
