"""A message between an account and a phone, sent or received."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OPTED_OUT: Final = "OPTED_OUT"
"""The `error_key` of a message that was not sent because the recipient has opted out."""


SERVICES: Final = ("iMessage", "SMS", "RCS")
"""The services by which messages travel."""


def known_service(text: str) -> str:
    """Return a service as a carrier writes it; `""` if it is none of `SERVICES`."""
    return text if text in SERVICES else ""


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
    DELIVERED = "delivered"
    """The carrier says that it has reached the phone."""
    LOGGED = "logged"
    """The sender `log` has taken it, which sends nothing."""
    CANCELED = "canceled"
    """It was not sent, because there was no reason for it any more."""
    FAILED = "failed"
    """It was not sent or did not arrive: refused by numberkeep, by the sender or later by the carrier."""
    RECEIVED = "received"
    """The person wrote it."""


@dataclass(slots=True, frozen=True)
class ReplyTo:
    """The message that a message answers.

    Attributes:
        handle: its handle, as a program knows it.
        part: which part of it, from 0; None if that was not said.
    """

    handle: str
    part: int | None = None


@dataclass(slots=True, frozen=True)
class Draft:
    """What a message is to say, and to whom.

    Attributes:
        phone: the recipient's number, E.164.
        content: the text; `""` for media alone.
        line: the account's own number to send from; `""` leaves it to the sender.
        media_url: a file to send; `""` for none.
        send_style: the effect that iMessage shows it with; `""` for none.
        seat_id: the seat that sends it; `""` if none was named.
        reply_to: the message that it answers, if it is a reply.
        status_callback: the URL that is notified of its status; `""` for none.
        verification_id: the verification that it asks for; 0 for none.
        entry_id: the ledger entry of the opt-out that it confirms; 0 for none.
        plain: whether a program has written it, so that it asks for nothing and confirms nothing.
    """

    phone: str
    content: str
    line: str = ""
    media_url: str = ""
    send_style: str = ""
    seat_id: str = ""
    reply_to: ReplyTo | None = None
    status_callback: str = ""
    verification_id: int = 0
    entry_id: int = 0
    plain: bool = False


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
        plain: whether a program has written it, see `Draft`; false for received messages.
        media_url: the file that it carries; `""` for none.
        send_style: see `Draft`.
        seat_id: see `Draft`.
        reply_to: see `Draft`.
        status_callback: see `Draft`.
        service: by which service it travels (`iMessage`, `SMS`, `RCS`), as the carrier says; `""` if unknown.
        error_code: the carrier's number for the error; 0 for none.
        error_key: the error in one word, such as OPTED_OUT; `""` for none.
        updated_at: when its status was last set, microseconds since 1970; for 0, `at` is taken.
        sent_at: when the sender took it or the person wrote it, microseconds since 1970; 0 if it was not sent.
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
    plain: bool = False
    media_url: str = ""
    send_style: str = ""
    seat_id: str = ""
    reply_to: ReplyTo | None = None
    status_callback: str = ""
    service: str = ""
    error_code: int = 0
    error_key: str = ""
    updated_at: int = 0
    sent_at: int = 0

    def __post_init__(self) -> None:
        """Let a new message have been updated when it was committed."""
        self.updated_at = self.updated_at or self.at

    @property
    def confirms_opt_out(self) -> bool:
        """Whether it confirms an opt-out: it is sent at most once, and soon, or not at all."""
        return self.entry_id > 0
