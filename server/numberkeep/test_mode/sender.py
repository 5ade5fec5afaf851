"""The sender of test mode: no message leaves the process, and messages to magic numbers fail."""

from typing import Final

from numberkeep.domain.messages.message import Message, MessageStatus
from numberkeep.domain.outbox.delivery import Delivered
from numberkeep.domain.outbox.errors import DeliveryFailed

FAILING: Final = "+15005550001"
SILENT: Final = "+15005550002"
OPTED_OUT: Final = "+15005550003"
UNKNOWN: Final = "+15005550004"

FAILURES: Final = {
    FAILING: lambda: DeliveryFailed("the carrier rejected the message", permanent=True),
    SILENT: lambda: DeliveryFailed("the carrier did not answer"),
    OPTED_OUT: lambda: DeliveryFailed("the recipient has opted out", permanent=True, opted_out=True),
    UNKNOWN: lambda: DeliveryFailed("the carrier does not know the number", permanent=True),
}
"""How a message to each magic number fails. Nobody has these numbers, because their range is fictitious."""


class TestSender:
    """Reports every message as delivered, and sends none."""

    __test__ = False  # not a test case

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Accept the message.

        Raises:
            DeliveryFailed: it is to a magic number.
        """
        failure = FAILURES.get(message.phone)
        if failure is not None:
            raise failure()
        return Delivered(MessageStatus.DELIVERED, handle=f"test-{message.message_id}")

    async def close(self) -> None:
        """Do nothing: there are no connections."""
