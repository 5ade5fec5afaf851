"""A message between an account and a phone, sent or received."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Who wrote a message."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"


class MessageStatus(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    """In the outbox: it will be handed to the sender."""
    SENT = "sent"
    """The sender has taken it."""
    LOGGED = "logged"
    """The sender `log` has taken it, which sends nothing."""
    CANCELED = "canceled"
    """It was not sent, because there was no reason for it any more."""
    FAILED = "failed"
    """It was not sent, because the sender did not take it."""
    RECEIVED = "received"
    """The person wrote it."""


@dataclass(slots=True)
class Message:
    """One message.

    Attributes:
        message_id: its number within the account, from 1 in the order of the commits.
        phone: the recipient's number, or that of the person who wrote it; E.164. A received message may have a sender
            id instead, see domain.messages.sender.
        line: the account's own number that talks to the phone; `""` leaves it to the sender, or is not known.
        direction: who wrote it.
        content: the text.
        status: where it stands.
        at: when it was committed, microseconds since 1970.
        handle: what the carrier calls it; `""` where it has not said.
        error: why it was not sent, without a number or a name; `""` for all others.
        verification_id: the verification that it asks for; 0 for any other message.
        entry_id: the ledger entry of the opt-out that it confirms; 0 for any other message.
    """

    message_id: int
    phone: str
    line: str
    direction: Direction
    content: str
    status: MessageStatus
    at: int
    handle: str = ""
    error: str = ""
    verification_id: int = 0
    entry_id: int = 0

    @property
    def confirms_opt_out(self) -> bool:
        """Whether it confirms an opt-out: it is sent at most once, and soon, or not at all."""
        return self.entry_id > 0
