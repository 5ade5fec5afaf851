"""Counts over all accounts, cached so that frequent requests stay cheap."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from numberkeep.domain.command import SECOND
from numberkeep.domain.outbox.delivery import Backlog
from numberkeep.service import reviews
from numberkeep.service.context import Context
from numberkeep.store.queries import GetBacklog

R = TypeVar("R")

_REST: Final = 20
"""How many times its own duration a count is cached: counting takes at most a twentieth of the time."""

_QUICK_SECONDS: Final = 0.01
"""Counts faster than this are not cached."""


class Cached(Generic[R]):
    """The result of a count, which is cached if counting is slow.

    Args:
        count: counts.
        now: seconds of a monotonic clock.
    """

    def __init__(self, count: Callable[[], Awaitable[R]], now: Callable[[], float]) -> None:
        self._count = count
        self._now = now
        self._counting = asyncio.Lock()
        self._holds_until = -math.inf
        self._result: R | None = None

    async def get(self) -> R:
        """Return the result, which may be cached."""
        async with self._counting:
            begun = self._now()
            if self._result is None or begun >= self._holds_until:
                self._result = await self._count()
                ended = self._now()
                took = ended - begun
                self._holds_until = ended + (_REST * took if took > _QUICK_SECONDS else 0)
            return self._result


class CachedBacklog:
    """Counts the deliveries and the unclear replies of all accounts; slow counts are cached.

    Args:
        context: the service's context.
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, context: Context, now: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._backlog = Cached(lambda: context.store.read(GetBacklog()), now)
        self._reviews = Cached(lambda: reviews.counts(context), now)

    async def backlog(self) -> Backlog:
        """Return the state of the outbox, which may be cached.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self._backlog.get()

    async def reviews(self) -> tuple[int, int]:
        """Return how many unclear replies wait for a decision, and how many for too long; may be cached.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self._reviews.get()

    def age_seconds(self, backlog: Backlog) -> float:
        """Return for how many seconds the oldest delivery has been pending; 0 if there is none."""
        return 0.0 if backlog.oldest_at is None else max(self._context.clock.take() - backlog.oldest_at, 0) / SECOND
