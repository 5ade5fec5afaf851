"""The commands that delete old events and dead deliveries."""

from dataclasses import dataclass

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.work.needs import Needs
from numberkeep.domain.work.unit import Work


@dataclass(slots=True)
class DeleteOldEvents(AccountCommand[bool]):
    """Delete up to `limit` of the oldest events, if they are from `before` or earlier, and their deliveries.

    Return whether there may be more.
    """

    account_id: int
    limit: int
    before: int

    @property
    def weight(self) -> int:
        """The limit."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need the oldest events."""
        needs.add_old_events(self.limit, self.before)

    def apply(self, work: Work) -> bool:
        """Return whether there may be more."""
        return work.delete_old_events()


@dataclass(slots=True)
class DeleteOldDeliveries(AccountCommand[bool]):
    """Delete up to `limit` dead deliveries that were enqueued at `before` or earlier; they can no longer be replayed.

    Return whether there may be more.
    """

    account_id: int
    limit: int
    before: int

    @property
    def weight(self) -> int:
        """The limit."""
        return self.limit

    def want(self, needs: Needs) -> None:
        """Need the oldest dead deliveries."""
        needs.add_old_deliveries(self.limit, self.before)

    def apply(self, work: Work) -> bool:
        """Return whether there may be more."""
        return work.outbox.delete_old() >= self.limit
