"""The sender `log`, which sends nothing: the service lists the messages, with the status `logged`."""

from numberkeep.domain.messages.message import Message, MessageStatus
from numberkeep.domain.outbox.delivery import Delivered


class LogSender:
    """Accepts every message and sends none; the sender of a deployment that has chosen no other."""

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Accept the message. Nothing is logged: the log must contain no number and no text."""
        return Delivered(MessageStatus.LOGGED)

    async def close(self) -> None:
        """Do nothing: there are no connections."""
