"""A webhook: a URL that an account wants its events sent to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from numberkeep.domain.event import Event
from numberkeep.domain.webhooks.types import wants


@dataclass(slots=True, frozen=True)
class Webhook:
    """Where an account wants its events sent.

    Attributes:
        webhook_id: its number within the account, from 1.
        url: where to.
        secret: what requests to it are signed with; `""` signs nothing.
        types: the names of the events that it gets, as they were asked for, hosted names too; empty for all.
        created_at: when it was registered, microseconds since 1970.
    """

    webhook_id: int
    url: str
    secret: str = field(repr=False)
    types: Sequence[str]
    created_at: int

    def wants(self, event: Event) -> bool:
        """Return whether it gets the event, by any name for its type; see webhook_types.py."""
        return wants(self.types, event.type)
