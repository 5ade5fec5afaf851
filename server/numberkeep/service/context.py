"""What every use case works with, put together once by the composition root."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from numberkeep.domain.commands import AccountCommand, Command, Once
from numberkeep.domain.identity import NODE_BITS
from numberkeep.service.signals import ChangeSignals
from numberkeep.store.contract import Store

R = TypeVar("R")


class Clock:
    """Microseconds since 1970 that never repeat within a process and go on, whatever the system's clock does.

    Where that is set back, time goes on at half its pace until the clock has caught up: what is due in a minute is so
    in two, and not when the hour is over by which the clock was set back.

    Args:
        now_ns: nanoseconds since 1970; a test gives its own.
        steady_ns: nanoseconds of a clock that nobody sets, likewise.
    """

    def __init__(
        self, now_ns: Callable[[], int] = time.time_ns, steady_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._now_ns = now_ns
        self._steady_ns = steady_ns
        self._last = 0
        self._steady = 0

    def take(self, count: int = 1) -> int:
        """The first of `count` microseconds in a row that are given out once."""
        now, steady = self._now_ns() // 1000, self._steady_ns() // 1000
        slow = self._last + max((steady - self._steady) // 2, 1)
        first = now if now > self._last else slow
        self._last, self._steady = first + count - 1, steady
        return first


@dataclass(slots=True, frozen=True)
class Idempotency:
    """That what a request asks for is done once, however often it comes.

    Attributes:
        key: the idempotency key that the request has.
        fingerprint: tells the request from others.
        encode: makes the answer, to be kept for the next time, out of the use case's result.
    """

    key: str
    fingerprint: bytes
    encode: Callable[[Any], bytes]


@dataclass(slots=True, frozen=True)
class Context:
    """The store, the clock and the rules that a deployment sets.

    Attributes:
        store: where contacts are kept.
        clock: what time it is.
        resend_seconds: how long after a verification message the next one is refused.
        verification_seconds: how long a verification waits for its answer.
        node: this process's number in the contact ids it makes; see `contact_id_at`.
        idempotency: of the request that is served, where it has a key.
        signals: rung after every change to an account.
    """

    store: Store
    clock: Clock = field(default_factory=Clock)
    resend_seconds: int = 60
    verification_seconds: int = 24 * 3600
    node: int = field(default_factory=lambda: secrets.randbits(NODE_BITS))
    idempotency: Idempotency | None = None
    signals: ChangeSignals = field(default_factory=ChangeSignals)

    def once(self, idempotency: Idempotency) -> "Context":
        """This context, for a request with an idempotency key. Its use case must give the command's own result."""
        return replace(self, idempotency=idempotency)

    async def apply(self, command: Command[R]) -> R:
        """Have the store apply a command.

        Raises:
            NumberkeepError: as for `Store.apply`; with an idempotency key also as for `Once`.
        """
        given = self.idempotency
        if given is not None and isinstance(command, AccountCommand):
            command = Once(command, given.key, given.fingerprint, given.encode, self.clock.take())
        result = await self.store.apply(command)
        if isinstance(command, AccountCommand):
            self.signals.notify(command.account_id)
        return result
