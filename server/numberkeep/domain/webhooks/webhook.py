"""A webhook: a URL to which an account's events are sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from numberkeep.domain.event import Event
from numberkeep.domain.webhooks.types import wants


@dataclass(slots=True, frozen=True)
class Webhook:
    """A URL to which an account's events are sent.

    Attributes:
        webhook_id: its number within the account, from 1.
        url: the URL.
        secret: signs requests to it; `""` signs nothing.
        types: the names of the events that are sent, as they were registered, hosted names too; empty for all.
        created_at: when it was registered, microseconds since 1970.
    """

    webhook_id: int
    url: str
    secret: str = field(repr=False)
    types: Sequence[str]
    created_at: int

    def wants(self, event: Event) -> bool:
        """Return whether the event is to be sent to it."""
        return wants(self.types, event.type)
