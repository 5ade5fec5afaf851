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
from numberkeep.store.search_queries import CountUnindexed

R = TypeVar("R")

_REST: Final = 20
"""How many times its own duration a count is cached: counting takes at most a twentieth of the time."""

_QUICK_SECONDS: Final = 0.01
"""Counts faster than this are not cached."""

_PATIENCE_SECONDS: Final = 1.0
"""How long a caller waits for a count: a part of the database that hangs must not delay what only reports it."""


class Cached(Generic[R]):
    """The result of a count, which is cached if counting is slow.

    Args:
        count: counts.
        now: seconds of a monotonic clock.
        rest: returns how many times its own duration a result is cached.
    """

    def __init__(
        self, count: Callable[[], Awaitable[R]], now: Callable[[], float], rest: Callable[[R], int] = lambda _: _REST
    ) -> None:
        self._count = count
        self._now = now
        self._rest = rest
        self._counting: asyncio.Task[None] | None = None
        self._holds_until = -math.inf
        self._result: R | None = None

    async def get(self) -> R | None:
        """Return the result; within a second, so it may be an earlier one, or None if there is none yet.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        if self._counting is None and self._now() >= self._holds_until:
            self._counting = asyncio.create_task(self._measure())
            self._counting.add_done_callback(self._end)
        if self._counting is not None:
            done, _ = await asyncio.wait({self._counting}, timeout=_PATIENCE_SECONDS)
            for count in done:
                count.result()
        return self._result

    async def _measure(self) -> None:
        begun = self._now()
        self._result = await self._count()
        ended = self._now()
        took = ended - begun
        self._holds_until = ended + (self._rest(self._result) * took if took > _QUICK_SECONDS else 0)

    def _end(self, counting: asyncio.Task[None]) -> None:
        self._counting = None
        if not counting.cancelled():
            counting.exception()  # the callers that still wait get it; without any, nobody needs it


class CachedBacklog:
    """Counts the deliveries, the unclear replies and the unindexed changes of all accounts; slow counts are cached.

    Args:
        context: the service's context.
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, context: Context, now: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        # With a node that does not answer it took long because of it, and that may be back soon.
        self._backlog = Cached(
            lambda: context.store.read(GetBacklog()), now, lambda backlog: 1 if backlog.unreachable else _REST
        )
        self._reviews = Cached(lambda: reviews.counts(context), now)
        self._unindexed = Cached(lambda: context.store.read(CountUnindexed()), now)

    async def backlog(self) -> Backlog | None:
        """Return the state of the outbox; within a second, so it may be an earlier one, or None if there is none yet.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self._backlog.get()

    async def reviews(self) -> tuple[int, int] | None:
        """Return how many unclear replies wait for a decision, and how many for too long; as for `backlog`.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self._reviews.get()

    async def unindexed(self) -> int | None:
        """Return how many changes the search index lacks; as for `backlog`.

        Raises:
            StoreUnavailable: the store cannot be read.
        """
        return await self._unindexed.get()

    def age_seconds(self, backlog: Backlog | None) -> float:
        """Return for how many seconds the oldest delivery has been pending; 0 if there is none."""
        if backlog is None or backlog.oldest_at is None:
            return 0.0
        return max(self._context.clock.now() - backlog.oldest_at, 0) / SECOND
