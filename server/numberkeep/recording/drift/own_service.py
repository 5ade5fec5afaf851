"""A numberkeep in memory that lives at the times of a recording, sends nothing and calls nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import httpx2

from numberkeep.carriers.log_sender import LogSender
from numberkeep.config.settings import Settings
from numberkeep.domain.event import Event
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.webhooks.webhook import Webhook
from numberkeep.http.application import build_application
from numberkeep.service import accounts, keys
from numberkeep.service.clock import Clock
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.stores import make_context

_SETTINGS: Final = Settings(database="sqlite://:memory:")
_MICRO: Final = 1000


@dataclass(slots=True)
class _Now:
    """The time of the request that is repeated, in nanoseconds since 1970."""

    nanoseconds: int = 0

    def __call__(self) -> int:
        """Return it."""
        return self.nanoseconds


class _Anywhere:
    """Accepts every webhook, and calls none."""

    async def check(self, account: str, url: str) -> None:
        """Accept it."""

    async def notify(
        self,
        account: str,  # noqa: ARG002 - as outlets has it
        webhook: Webhook,  # noqa: ARG002
        event: Event,  # noqa: ARG002
        seen: Exchange | None = None,  # noqa: ARG002
    ) -> Delivered:
        """Do nothing."""
        return Delivered()

    async def close(self) -> None:
        """Do nothing."""


class _StillRelay(Relay):
    """Delivers nothing: deliveries would change the state at moments that no recording has."""

    def start(self) -> None:
        """Do nothing."""


@dataclass(slots=True, frozen=True)
class OwnService:
    """A running service.

    Attributes:
        client: calls it, without a socket.
        pairs: the key pair for each name.
    """

    client: httpx2.AsyncClient
    pairs: Mapping[str, KeyPair]
    _now: _Now

    def live_at(self, moment: datetime) -> None:
        """Set its time."""
        self._now.nanoseconds = int(moment.timestamp() * 1_000_000) * _MICRO


@asynccontextmanager
async def own_service(names: Sequence[str], region: str) -> AsyncIterator[OwnService]:
    """Run a service with an account, and a key pair of it, for each of these names.

    Args:
        names: the names.
        region: the region of the accounts.
    """
    now = _Now()
    context = replace(make_context(_SETTINGS), clock=Clock(now, now))
    notifier = _Anywhere()
    relay = _StillRelay(context, LogSender(), notifier)
    application = build_application(context, relay, JobRunner(context, {}), notifier)
    async with application.router.lifespan_context(application):
        pairs = {name: new_key_pair() for name in names}
        for name, pair in pairs.items():
            await keys.create(context, name, pair)
            await accounts.change(context, name, accounts.Changes(region=region))
        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://numberkeep.invalid") as client:
            yield OwnService(client, pairs, now)
