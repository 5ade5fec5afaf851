"""Limits how often somebody may try to sign in."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Network
from typing import Final

from numberkeep.domain.errors import InvalidCredentials
from numberkeep.http.request_errors import HttpError

PER_KEY: Final = 10
"""Failures for one key id before the next one has to wait."""

PER_ADDRESS: Final = 30
"""Those from one address, or from one network of IPv6, whatever the key ids."""

PERIOD: Final = 300.0
"""Seconds in which as many failures are forgotten as were permitted."""

_MOST: Final = 4096
"""Names that are remembered; beyond it, the one that failed least recently is forgotten."""


class TooManyAttempts(HttpError):
    """Too many sign-ins have failed."""

    def __init__(self, seconds: float) -> None:
        minutes = max(math.ceil(seconds / 60), 1)
        text = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(
            429,
            f"Too many sign-ins have failed: try again in {text}.",
            ((b"retry-after", b"%d" % max(math.ceil(seconds), 1)),),
        )


class Attempts:
    """Counts failed sign-ins per address and per key id, in this process.

    Args:
        now: seconds of a monotonic clock; tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._keys = _Failures(PER_KEY)
        self._addresses = _Failures(PER_ADDRESS)

    @contextmanager
    def one(self, address: str, key_id: str) -> Iterator[None]:
        """Count an attempt as a failure while the block runs, and afterwards if it raises InvalidCredentials.

        Attempts at the same time count, so waiting for the store lets no more of them through.

        Raises:
            TooManyAttempts: another attempt is not permitted.
        """
        now, network = self._now(), network_of(address)
        wait = max(self._keys.wait(key_id, now), self._addresses.wait(network, now))
        if wait > 0:
            raise TooManyAttempts(wait)
        self._add(network, key_id, 1)
        failed = False
        try:
            yield
        except InvalidCredentials:
            failed = True
            raise
        finally:
            if not failed:
                self._add(network, key_id, -1)

    def _add(self, network: str, key_id: str, count: int) -> None:
        now = self._now()
        self._keys.add(key_id, now, count)
        self._addresses.add(network, now, count)


def network_of(address: str) -> str:
    """Return an IPv4 address, or the network of an IPv6 address: one subscriber has all addresses of a /64."""
    try:
        return str(IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


class _Failures:
    """How many failures each name has; they are forgotten at a steady rate."""

    def __init__(self, permitted: int) -> None:
        self._permitted = permitted
        self._of: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """Return the seconds until the next attempt is permitted."""
        over = self._count(name, now) - (self._permitted - 1)
        return over * PERIOD / self._permitted

    def add(self, name: str, now: float, count: int) -> None:
        """Count a failure, or with -1 take one back."""
        self._of[hash(name)] = (max(self._count(name, now) + count, 0.0), now)
        self._of.move_to_end(hash(name))
        if len(self._of) > _MOST:
            self._of.popitem(last=False)

    def _count(self, name: str, now: float) -> float:
        count, at = self._of.get(hash(name), (0.0, now))
        return max(count - (now - at) * self._permitted / PERIOD, 0.0)
