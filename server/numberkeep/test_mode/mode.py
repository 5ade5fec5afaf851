"""The state of a process in test mode, which its control API reads and changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from numberkeep.domain.errors import StoreUnavailable
from numberkeep.http.endpoint import Api
from numberkeep.service.context import Context
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.test_mode.faults import Faults
from numberkeep.test_mode.journal import Entry, Journal
from numberkeep.test_mode.service_time import ServiceTime

ORDER_SECONDS: Final = 1.0
"""The longest time that a request waits for deliveries which earlier requests have caused."""


@dataclass(slots=True, frozen=True)
class TestMode:
    """The state of test mode, which ends with the process.

    Attributes:
        api: what endpoints work with. Its decoder refuses unknown fields, whatever the settings say.
        relay: makes the deliveries of all accounts.
        runner: runs the jobs of all accounts.
        time: sets the clock, and waits for the work that is due then.
        creating: held while an account is created.
        faults: the faults of each account that has some.
        journals: the calls of each account that has made some.
        in_order: the accounts whose requests wait for deliveries which earlier requests have caused.
    """

    __test__ = False  # not a test case

    api: Api
    relay: Relay
    runner: JobRunner
    time: ServiceTime
    creating: asyncio.Lock = field(default_factory=asyncio.Lock)
    faults: dict[int, Faults] = field(default_factory=dict)
    journals: dict[int, Journal] = field(default_factory=dict)
    in_order: set[int] = field(default_factory=set)

    @property
    def context(self) -> Context:
        """The context of the use cases."""
        return self.api.context

    def faults_of(self, account_id: int) -> Faults:
        """Return the faults of an account, creating the list if there is none."""
        return self.faults.setdefault(account_id, Faults())

    def record(self, account_id: int, entry: Entry) -> None:
        """Add a call to the journal of an account."""
        self.journals.setdefault(account_id, Journal()).add(entry)

    @asynccontextmanager
    async def stopped(self, account_id: int) -> AsyncIterator[None]:
        """Stop background work for an account while the block runs."""
        async with self.relay.stopped(account_id), self.runner.stopped(account_id):
            yield

    async def wait_for_order(self, account_id: int) -> None:
        """Wait until the deliveries that an account's requests have caused are made, if it is one of `in_order`.

        So events have the same numbers on every run. The wait is limited, because the receiver of an event may make
        this request before it answers.
        """
        if account_id in self.in_order:
            with suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(ORDER_SECONDS):
                    await self.relay.finish(account_id)

    def forget(self, account_id: int) -> None:
        """Remove the faults, the journal and the order of an account that is reset or deleted."""
        self.faults.pop(account_id, None)
        self.journals.pop(account_id, None)
        self.in_order.discard(account_id)
