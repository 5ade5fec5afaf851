"""Conversations: the messages to and from one number."""

from collections.abc import Sequence
from dataclasses import dataclass

from numberkeep.domain.consent.ledger import ConsentEntry
from numberkeep.domain.consent.review import Decision, Review
from numberkeep.domain.contacts.contact import ContactRecord
from numberkeep.domain.messages.conclusion import Conclusion
from numberkeep.domain.messages.message import Message
from numberkeep.domain.verification.verification import Verification


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


@dataclass(slots=True, frozen=True)
class Thread:
    """A conversation, and what is known of the person.

    Attributes:
        phone: the number, E.164, or a sender id.
        messages: the last messages, newest first.
        contact: the contact; None if there is none.
        verification: the last verification; None if there was none. One that is pending has not expired.
        reviews: the open reviews, oldest first.
        consent: the entries of the ledger, oldest first.
    """

    phone: str
    messages: Sequence[Exchanged]
    contact: ContactRecord | None
    verification: Verification | None
    reviews: Sequence[Review]
    consent: Sequence[ConsentEntry]

    @property
    def opted_out(self) -> bool:
        """Whether the number is opted out."""
        if self.contact is not None:
            return bool(self.contact.opt_out)
        return bool(self.consent) and self.consent[-1].opted_out
