"""The real application over a real store, called without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import httpx2

from numberkeep.carriers.inbound import inbound_carriers
from numberkeep.carriers.log_sender import LogSender
from numberkeep.carriers.settings import Carriers
from numberkeep.carriers.webhook.notifier import WebhookNotifier
from numberkeep.console.building import make_console
from numberkeep.domain.identity import KeyPair, new_key_pair
from numberkeep.http.application import Application, build_application
from numberkeep.http.stream_limits import StreamLimits
from numberkeep.operations import actions
from numberkeep.outbound.posting import Poster
from numberkeep.outbound.targets import Targets
from numberkeep.service import keys
from numberkeep.service.actions.record import KIND as ACTION
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context
from numberkeep.service.imports.record import KIND as IMPORT
from numberkeep.service.imports.worker import ImportWorker
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.store.sqlite import SqliteStore
from numberkeep.stores import make_staging

CONTACTS = "/api/v2/contacts"
FIRST = KeyPair("first-key", "first-secret")


URL = "http://numberkeep.test"
"""The service's, which the console knows as its public one."""

NO_CARRIERS = Carriers()


class SetClock:
    """A clock that only moves when a test moves it.

    Attributes:
        now_ns: nanoseconds since 1970.
    """

    def __init__(self) -> None:
        self.now_ns = 1_790_000_000_000_000_000

    def __call__(self) -> int:
        """Return the time."""
        return self.now_ns

    def pass_seconds(self, seconds: float) -> None:
        """Move the clock forward."""
        self.now_ns += int(seconds * 1_000_000_000)


class HandRelay(Relay):
    """A relay that a test runs turn by turn, instead of in the background."""

    def start(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Service:
    """A running service with its parts, for a test to inspect.

    Attributes:
        application: the ASGI application.
        context: what its use cases work with.
        clock: its time.
        notifier: what knows where a webhook may be.
        relay: what delivers; `await relay.turn()` has it do so.
    """

    application: Application
    context: Context
    clock: SetClock
    notifier: WebhookNotifier
    relay: Relay

    def wire(self, pair: KeyPair | None = FIRST) -> httpx2.AsyncClient:
        """Return a plain HTTP client with the headers of a key pair, or with none."""
        headers = {"sb-api-key-id": pair.key_id, "sb-api-secret-key": pair.secret} if pair else {}
        transport = httpx2.ASGITransport(app=self.application)
        return httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers)

    async def new_account(self, name: str, *, read_only: bool = False) -> KeyPair:
        """Return a new key pair of an account, which is created if there is none."""
        pair = new_key_pair()
        await keys.create(self.context, name, pair, read_only=read_only)
        return pair


@asynccontextmanager
async def running_service(
    *, ignore_unknown: bool = False, store: Any = None, carriers: Carriers = NO_CARRIERS, allowed: str = "127.0.0.0/8"
) -> AsyncIterator[Service]:
    """Run the application with its lifespan, by default over a store in memory.

    Webhooks may reach the network `allowed`. Deliveries are made when a test runs the relay.
    """
    clock = SetClock()
    context = Context(store or SqliteStore(None), Clock(clock, clock))
    notifier = WebhookNotifier(Poster(limit=0.5), Targets([ip_network(allowed)]), context.clock.seconds)
    relay = HandRelay(context, LogSender(), notifier)
    application = build_application(
        context,
        relay,
        JobRunner(context, {IMPORT: ImportWorker(make_staging), ACTION: actions.WORKER}),
        notifier,
        carriers=inbound_carriers(carriers),
        ignore_unknown=ignore_unknown,
        first_key=FIRST,
        mounts={"console": lambda api: make_console(api, "127.0.0.1", URL, StreamLimits())},
    )
    async with application.router.lifespan_context(application):
        yield Service(application, context, clock, notifier, relay)
