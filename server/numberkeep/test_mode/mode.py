"""What a process in test mode keeps in memory, and what its control API works with."""

import asyncio
from dataclasses import dataclass, field

from numberkeep.http.endpoint import Api
from numberkeep.service.context import Context
from numberkeep.test_mode.service_time import ServiceTime


@dataclass(slots=True, frozen=True)
class TestMode:
    """The state of test mode, which ends with the process.

    Attributes:
        api: what endpoints work with. Its decoder refuses unknown fields, whatever the settings say.
        time: the clock, and the work that waits for it.
        creating: held while an account is created.
    """

    __test__ = False  # not a test case

    api: Api
    time: ServiceTime
    creating: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def context(self) -> Context:
        """The context of the use cases."""
        return self.api.context

    def forget(self, account_id: int) -> None:
        """Remove what is kept of an account that is reset or deleted: its faults and its journal."""
