"""The ports by which deliveries leave the service; the package `carriers` implements them."""

from typing import Protocol

from numberkeep.domain.event import Event
from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.attempt import Exchange
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.webhooks.webhook import Webhook


class Sender(Protocol):
    """Sends messages to phones."""

    async def send(self, account: str, message: Message) -> Delivered:
        """Send a message. It is sent at least once, so a repetition must be recognisable by account and message id.

        Args:
            account: the account's name.
            message: an outbound message.

        Raises:
            DeliveryFailed: it was not accepted, as far as is known.
        """

    async def close(self) -> None:
        """Close connections."""


class TargetChecker(Protocol):
    """Checks where a webhook may lead."""

    async def check(self, account: str, url: str) -> None:
        """Check whether a webhook of the account may have this URL: its form, and its host's addresses at this moment.

        Raises:
            TargetRefused: it may not; (NetworkRefused) only because of an address.
            DeliveryFailed: its host's name does not resolve at this moment.
        """


class Notifier(TargetChecker, Protocol):
    """Sends events to webhooks."""

    async def notify(self, account: str, webhook: Webhook, event: Event, seen: Exchange | None = None) -> Delivered:
        """Send an event to a webhook, at least once; `seen` takes the request and the answer.

        Raises:
            ReceiverGone: the receiver wants no more of them.
            DeliveryFailed: it was not accepted, as far as is known.
        """

    async def close(self) -> None:
        """Close connections."""
