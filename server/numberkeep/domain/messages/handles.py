"""The handles by which programs know messages."""

import re
from typing import Final

from numberkeep.domain.messages.message import Direction, Message

_shape: Final = re.compile(r"nk-([1-9][0-9]{0,17})-([0-9a-f]{1,16})").fullmatch


def handle_of(message: Message) -> str:
    """Return a message's handle, which never changes: a received message's own if it has one, else one of ours.

    The carrier's id of an outbound message is not known when the message is enqueued, so its handle is always ours. The
    time in it distinguishes it from a message that had the same number before a backup was restored.
    """
    if message.direction is Direction.INBOUND and message.handle:
        return message.handle
    return f"nk-{message.message_id}-{message.at:x}"


def number_in(handle: str) -> int | None:
    """Return the number of the message whose handle this may be; None if it is not one of ours."""
    found = _shape(handle)
    return None if found is None else int(found[1])
