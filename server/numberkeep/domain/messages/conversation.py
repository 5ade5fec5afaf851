"""Conversations: the messages to and from one number."""

from dataclasses import dataclass

from numberkeep.domain.consent.review import Decision
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.message import Message


@dataclass(slots=True, frozen=True)
class Conversation:
    """The messages to and from one number, by the last of them.

    Attributes:
        message: the last message.
        name: the contact's name, or else its company; `""` if there is neither.
        verified: whether the contact is verified.
        opted_out: whether the number is opted out.
        unclear: whether a reply waits for a decision.
    """

    message: Message
    name: str
    verified: bool
    opted_out: bool
    unclear: bool


@dataclass(slots=True, frozen=True)
class Exchanged:
    """A message of a conversation.

    Attributes:
        message: the message.
        conclusion: what was concluded from it; None for a message of the account, and for one that was received before
            this was recorded.
        decision: what became of the review that it opened; None if it opened none.
    """

    message: Message
    conclusion: Conclusion | None
    decision: Decision | None
