"""Logs that the store fails, without a line for every failed request, and that it is back."""

import logging
import math
import time
from collections.abc import Callable

from numberkeep.domain.errors import StoreUnavailable

_log = logging.getLogger("numberkeep.http")


class Outage:
    """Logs at most one line a second, because every request fails while the store does.

    Args:
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._quiet_until = -math.inf
        self._unreported = 0
        self._began: float | None = None
        self._last = -math.inf

    def report(self, error: StoreUnavailable, request_id: str) -> None:
        """Log a failed request, or count it for the next line."""
        self._last = self._now()
        if self._began is None:
            self._began = self._last
        if self._now() < self._quiet_until:
            self._unreported += 1
            return
        also = f", and {self._unreported} more since the last line" if self._unreported else ""
        _log.error("request %s failed%s: the store says %s", request_id, also, error)
        self._unreported = 0
        self._quiet_until = self._now() + 1.0

    def ended(self) -> None:
        """Log that the store is back, if it failed and no request has failed for a second."""
        if self._began is None or self._now() - self._last < 1.0:
            return
        _log.warning("the store is back: requests failed for %.0f s", self._last - self._began)
        self._began = None
