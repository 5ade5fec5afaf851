"""The state of the outbox, cached so that frequent requests stay cheap."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.service.context import Context
from numberkeep.store.queries import GetBacklog

_REST: Final = 20
"""How many times its own duration a count is cached: counting takes at most a twentieth of the time."""

_QUICK_SECONDS: Final = 0.01
"""Counts faster than this are not cached."""


class CachedBacklog:
    """Counts the deliveries of all accounts; slow counts are cached.

    Args:
        context: the service's context.
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, context: Context, now: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._now = now
        self._counting = asyncio.Lock()
        self._holds_until = -math.inf
        self._backlog = Backlog(0, None, 0)

    async def backlog(self) -> Backlog:
        """Return the state of the outbox, which may be cached.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        async with self._counting:
            begun = self._now()
            if begun >= self._holds_until:
                self._backlog = await self._context.store.read(GetBacklog())
                ended = self._now()
                took = ended - begun
                self._holds_until = ended + (_REST * took if took > _QUICK_SECONDS else 0)
            return self._backlog

    def age_seconds(self, backlog: Backlog) -> float:
        """Return for how many seconds the oldest delivery has been pending; 0 if there is none."""
        return 0.0 if backlog.oldest_at is None else max(self._context.clock.take() - backlog.oldest_at, 0) / SECOND
