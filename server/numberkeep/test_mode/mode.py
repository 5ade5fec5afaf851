"""What a process in test mode keeps in memory, and what its control API works with."""

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
"""How long a request waits for what those before it have caused."""


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
        in_order: the accounts whose requests wait for what those before them have caused.
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
        """Return the faults of an account, to add some."""
        return self.faults.setdefault(account_id, Faults())

    def record(self, account_id: int, entry: Entry) -> None:
        """Add a call to the journal of an account."""
        self.journals.setdefault(account_id, Journal()).add(entry)

    @asynccontextmanager
    async def stopped(self, account_id: int) -> AsyncIterator[None]:
        """Do nothing for an account in the background while the block runs."""
        async with self.relay.stopped(account_id), self.runner.stopped(account_id):
            yield

    async def wait_for_order(self, account_id: int) -> None:
        """Wait until what an account's requests have caused is done, if the account is one of `in_order`.

        So events have the same numbers on every run. What takes longer is not waited for: a receiver of an event may
        be making this request before it answers.
        """
        if account_id in self.in_order:
            with suppress(TimeoutError, StoreUnavailable):
                async with asyncio.timeout(ORDER_SECONDS):
                    await self.relay.finish(account_id)

    def forget(self, account_id: int) -> None:
        """Remove what is kept of an account that is reset or deleted: its faults, its journal and its order."""
        self.faults.pop(account_id, None)
        self.journals.pop(account_id, None)
        self.in_order.discard(account_id)
