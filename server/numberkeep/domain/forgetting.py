"""What the change log and the outbox hold no longer than so long."""

from dataclasses import dataclass
from typing import Final

from numberkeep.domain.commands import SECOND, AccountCommand
from numberkeep.domain.loading import Wanted
from numberkeep.domain.work import Work

EVENTS_KEPT: Final = 30 * 24 * 3600 * SECOND
"""How long the change log remembers an event, microseconds, and how long one is owed to a webhook at the most."""


@dataclass(slots=True)
class ForgetEvents(AccountCommand[bool]):
    """Forget up to `limit` of the oldest events, those of EVENTS_KEPT and more before `at`, and what is owed of them.

    Messages that could not be delivered are forgotten likewise: they can be replayed no longer.
    """

    account_id: int
    limit: int
    at: int

    @property
    def weight(self) -> int:
        """The most there may be."""
        return self.limit

    def want(self, wanted: Wanted) -> None:
        """The oldest events."""
        wanted.want_old(self.limit, self.at - EVENTS_KEPT)

    def apply(self, work: Work) -> bool:
        """Gives whether there may be more."""
        return work.forget()
