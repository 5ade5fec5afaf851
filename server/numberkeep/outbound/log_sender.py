"""The sender that sends nothing: messages stay where they can be read, with the status `logged`."""

from numberkeep.domain.delivery import Delivered
from numberkeep.domain.message import Message, MessageStatus


class LogSender:
    """Takes every message and sends none. It is what a deployment has that chose no sender."""

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Say that the message is kept. Nothing of it goes to a log: it would be a number and what was written."""
        return Delivered(MessageStatus.LOGGED)

    async def close(self) -> None:
        """Nothing is held."""
