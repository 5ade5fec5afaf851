"""How the outbox stands, for operators, who may ask as often as they like."""

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
"""How much longer a count holds than it took: so counting takes a twentieth of the time at most, whoever asks."""

_QUICK_SECONDS: Final = 0.01
"""A count that takes no longer holds for nobody else: then there is so little that all answers are of the moment."""


class CachedBacklog:
    """Counts what is owed over all accounts, again only after a while where there is so much that counting takes long.

    Args:
        context: what to work with.
        now: seconds of a monotonic clock; a test gives its own.
    """

    def __init__(self, context: Context, now: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._now = now
        self._counting = asyncio.Lock()
        self._holds_until = -math.inf
        self._backlog = Backlog(0, None, 0)

    async def backlog(self) -> Backlog:
        """How the outbox stands, or stood a moment ago.

        Raises:
            StoreUnavailable: the store cannot tell.
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
        """For how long the oldest delivery has been owed; 0 where none is."""
        return 0.0 if backlog.oldest_at is None else max(self._context.clock.take() - backlog.oldest_at, 0) / SECOND
