"""Telling that the store fails, without a line for every request that fails by it."""

import logging
import math
import time
from collections.abc import Callable

from numberkeep.domain.errors import StoreUnavailable

_log = logging.getLogger("numberkeep.http")


class Outage:
    """Logs that the store fails: one line a second, for while it does every request fails alike.

    Args:
        now: seconds of a monotonic clock; a test gives its own.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._quiet_until = -math.inf
        self._untold = 0

    def tell(self, error: StoreUnavailable, request_id: str) -> None:
        """Log it, or count it for the next line."""
        if self._now() < self._quiet_until:
            self._untold += 1
            return
        also = f", and {self._untold} more since the last line" if self._untold else ""
        _log.error("request %s failed%s: the store says %s", request_id, also, error)
        self._untold = 0
        self._quiet_until = self._now() + 1.0
