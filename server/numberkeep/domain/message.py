"""A message that the service owes to a phone, kept in the outbox."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageStatus(StrEnum):
    """Where a message stands on its way out."""

    QUEUED = "queued"


@dataclass(slots=True, frozen=True)
class Message:
    """One message of the outbox.

    Attributes:
        to: the recipient's number, E.164.
        content: the text.
        status: where it stands.
        created_at: when it was committed, UTC.
    """

    to: str
    content: str
    status: MessageStatus
    created_at: datetime


@dataclass(slots=True, frozen=True)
class NewMessage:
    """A message that a command owes.

    Attributes:
        to: the recipient's number, E.164.
        content: the text.
        at: when, microseconds since 1970.
    """

    to: str
    content: str
    at: int
