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
        disabled_at: when its receiver ended the subscription, likewise; None if it is enabled.
    """

    webhook_id: int
    url: str
    secret: str = field(repr=False)
    types: Sequence[str]
    created_at: int
    disabled_at: int | None = None

    @property
    def disabled(self) -> bool:
        """Whether it gets no events, and its pending deliveries are held."""
        return self.disabled_at is not None

    def wants(self, event: Event) -> bool:
        """Return whether the event is to be sent to it: it is enabled, and has a name for the event's type."""
        return not self.disabled and wants(self.types, event.type)
