"""What a process in test mode keeps in memory, and what its control API works with."""

import asyncio
from dataclasses import dataclass, field

from numberkeep.http.endpoint import Api
from numberkeep.service.context import Context
from numberkeep.service.job_runner import JobRunner
from numberkeep.service.relay import Relay
from numberkeep.test_mode.faults import Faults
from numberkeep.test_mode.journal import Entry, Journal
from numberkeep.test_mode.service_time import ServiceTime


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
    """

    __test__ = False  # not a test case

    api: Api
    relay: Relay
    runner: JobRunner
    time: ServiceTime
    creating: asyncio.Lock = field(default_factory=asyncio.Lock)
    faults: dict[int, Faults] = field(default_factory=dict)
    journals: dict[int, Journal] = field(default_factory=dict)

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

    def forget(self, account_id: int) -> None:
        """Remove what is kept of an account that is reset or deleted: its faults and its journal."""
        self.faults.pop(account_id, None)
        self.journals.pop(account_id, None)
