"""The context of every use case, which the composition root builds once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from numberkeep.domain.command import AccountCommand, Command, Once
from numberkeep.domain.identity import NODE_BITS
from numberkeep.domain.stamp import SYSTEM, Actor, Cause, Stamp
from numberkeep.service.clock import Clock
from numberkeep.service.deployment import Deployment
from numberkeep.service.signals import ChangeSignals
from numberkeep.service.slices import Slices
from numberkeep.store.contract import Store

R = TypeVar("R")


@dataclass(slots=True, frozen=True)
class Idempotency:
    """What makes a request's command run once, however often the request is sent.

    Attributes:
        key: the idempotency key of the request.
        fingerprint: distinguishes the request from others.
        encode: returns the answer to keep for the command's result.
    """

    key: str
    fingerprint: bytes
    encode: Callable[[Any], bytes]


@dataclass(slots=True, frozen=True)
class Context:
    """The store, the clock, the settings of the deployment, and who acts.

    Attributes:
        store: where contacts are kept.
        clock: the time.
        resend_seconds: how long after a verification message the next one is refused.
        verification_seconds: how long a verification waits for its answer.
        history_days: how long the change log is retained, days; 0 for indefinitely.
        webhook_retry_days: how long a delivery is retried, and a dead one can be replayed, days.
        node: this process's number in the contact ids that it creates; see `contact_id_at`.
        signals: notified after every change to an account.
        job_signals: notified when a job of an account waits for a worker.
        deployment: what is reported of the deployment.
        slices: runs long computations without keeping other requests waiting.
        actor: who makes the changes.
        cause: what the changes are part of; None if the service makes them by itself.
    """

    store: Store
    clock: Clock = field(default_factory=Clock)
    resend_seconds: int = 60
    verification_seconds: int = 24 * 3600
    history_days: int = 30
    webhook_retry_days: int = 30
    node: int = field(default_factory=lambda: secrets.randbits(NODE_BITS))
    signals: ChangeSignals = field(default_factory=ChangeSignals)
    job_signals: ChangeSignals = field(default_factory=ChangeSignals)
    deployment: Deployment = field(default_factory=Deployment)
    slices: Slices = field(default_factory=Slices)
    actor: Actor = SYSTEM
    cause: Cause | None = None

    def acting(self, actor: Actor, cause: Cause | None) -> "Context":
        """Return this context with another actor and cause."""
        return replace(self, actor=actor, cause=cause)

    def stamp(self, count: int = 1) -> Stamp:
        """Return a stamp of now; `count` reserves the microseconds from its `at` on for the rows of one command.

        Background work reserves none, see clock.py.
        """
        return Stamp(self.clock.take(count), self.actor, self.cause)

    async def apply(self, command: Command[R], once: Idempotency | None = None) -> R:
        """Apply a command to the store and return its result.

        Args:
            command: the change.
            once: runs the command only if its idempotency key was not used before.

        Raises:
            NumberkeepError: as for `Store.apply`; with `once` also as for the command `Once`.
        """
        if once is not None and isinstance(command, AccountCommand):
            command = Once(command, once.key, once.fingerprint, once.encode, self.clock.now())
        result = await self.store.apply(command)
        if isinstance(command, AccountCommand):
            self.signals.notify(command.account_id)
        return result
