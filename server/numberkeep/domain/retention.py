"""How long the change log and the outbox retain what they hold."""

from dataclasses import dataclass
from typing import Final

from numberkeep.domain.commands import SECOND, AccountCommand
from numberkeep.domain.snapshot import Wanted
from numberkeep.domain.work import Work

EVENTS_RETAINED: Final = 30 * 24 * 3600 * SECOND
"""How long the change log retains an event, and how long its delivery to a webhook is retried at most, microseconds."""


@dataclass(slots=True)
class DeleteOldEvents(AccountCommand[bool]):
    """Delete up to `limit` of the oldest events, those at least EVENTS_RETAINED older than `at`, and their deliveries.

    Dead deliveries of messages of that age are deleted too: they can no longer be replayed.
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
        wanted.want_old(self.limit, self.at - EVENTS_RETAINED)

    def apply(self, work: Work) -> bool:
        """Gives whether there may be more."""
        return work.forget()
