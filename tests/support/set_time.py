"""A service without HTTP whose time a test sets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from numberkeep.domain.command import SECOND
from numberkeep.domain.contacts.contact import ContactPatch
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, KeyPair
from numberkeep.service import contacts, keys, verification, webhooks
from numberkeep.service.context import Context
from numberkeep.service.job_runner import JobRunner, JobWorker
from numberkeep.service.settable_clock import SettableClock
from numberkeep.store.contract import Store
from numberkeep.store.queries import ListEvents
from numberkeep.test_mode.context import TestContext
from numberkeep.test_mode.service_time import ServiceTime
from support.outlets import Act, Script, ScriptedNotifier, ScriptedSender
from support.relaying import at_work

NEW_YEAR: Final = 1_767_225_600 * SECOND
"""2026-01-01T00:00:00Z, at which the clock is frozen at first."""

PHONE: Final = "+14155552671"


@dataclass(slots=True, frozen=True)
class TimedService:
    """A service at work in the background, with an account.

    Attributes:
        context: the context of the use cases.
        account: the account.
        clock: the clock, frozen at NEW_YEAR.
        time: sets it.
        attempts: when messages and events were handed to the sender and the notifier, seconds since NEW_YEAR.
    """

    context: Context
    account: Account
    clock: SettableClock
    time: ServiceTime
    attempts: list[float] = field(default_factory=list)

    async def seconds(self, seconds: float) -> bool:
        """Advance the clock, and return whether everything that fell due was done."""
        return await self.time.advance(round(seconds * SECOND))

    async def create(self, phone: str = PHONE) -> None:
        """Create a contact."""
        await contacts.create(self.context, self.account, phone, ContactPatch(), update_if_exists=False)

    async def ask(self, phone: str = PHONE) -> None:
        """Request a verification."""
        await verification.request(self.context, self.account, phone)

    async def hook(self, *types: str) -> None:
        """Create a webhook for these types, whose script is `hook`."""
        url = "https://example.com/hook"
        await webhooks.create(self.context, ScriptedNotifier(), self.account, url, types=types, secret=None)

    async def events(self) -> Mapping[str, tuple[Event, float]]:
        """Return the last event of each type, and when it happened, seconds since NEW_YEAR."""
        events = await self.context.store.read(ListEvents(self.account.account_id, 0, 1000))
        return {event.type: (event, (event.at - NEW_YEAR) / SECOND) for event in events}


@asynccontextmanager
async def timed_service(
    store: Store, *, sender: Script | None = None, hook: Script | None = None, worker: JobWorker | None = None
) -> AsyncIterator[TimedService]:
    """Run a service on a store that is open.

    Args:
        store: the store.
        sender: what the sender does with messages.
        hook: what the webhook does with events.
        worker: what works on jobs of the kind `known`.
    """
    clock = SettableClock()
    clock.freeze(NEW_YEAR)
    context = TestContext.of(Context(store), clock)
    account = (await keys.create(context, "default", KeyPair("key", "secret"))).account
    attempts: list[float] = []

    def noting(script: Script | None) -> Act:
        played = script or Script()

        async def act() -> None:
            attempts.append((clock.at - NEW_YEAR) / SECOND)
            await played.play()

        return act

    messages, events = ScriptedSender(noting(sender)), ScriptedNotifier(hook=Script(noting(hook)))
    runner = JobRunner(context, {"known": worker} if worker else {})
    async with at_work(context, events, messages) as relay:
        runner.start()
        try:
            yield TimedService(context, account, clock, ServiceTime(clock, relay, runner), attempts)
        finally:
            await runner.close()
