"""The sender of test mode: no message leaves the process."""

from numberkeep.domain.messages.message import Message
from numberkeep.domain.outbox.delivery import Delivered


class TestSender:
    """Delivers every message at once, to nobody: the store has it."""

    __test__ = False  # not a test case

    async def send(self, account: str, message: Message) -> Delivered:  # noqa: ARG002 - as outlets.Sender has it
        """Accept the message."""
        return Delivered(handle=f"test-{message.message_id}")

    async def close(self) -> None:
        """Do nothing: there are no connections."""
