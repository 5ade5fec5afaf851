"""Where deliveries leave the service. The package `outbound` has what implements these."""

from typing import Protocol

from numberkeep.domain.delivery import Delivered, Webhook
from numberkeep.domain.event import Event
from numberkeep.domain.message import Message


class Sender(Protocol):
    """Takes messages to phones."""

    async def send(self, account: str, message: Message) -> Delivered:
        """Send a message; at least once, so a second time it must be recognisable by its account and number.

        Args:
            account: the account's name.
            message: an outbound one.

        Raises:
            DeliveryFailed: it was not taken, as far as is known.
        """

    async def close(self) -> None:
        """Let go of connections."""


class Notifier(Protocol):
    """Takes events to webhooks."""

    async def notify(self, account: str, webhook: Webhook, event: Event) -> Delivered:
        """Send an event to a webhook, likewise.

        Raises:
            DeliveryFailed: it was not taken, as far as is known.
        """

    async def check(self, url: str) -> None:
        """Look whether a webhook may have this URL: its form, and where its host is now.

        Raises:
            TargetRefused: it may not.
        """

    async def close(self) -> None:
        """Let go of connections."""
