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
    """The status of a message."""

    QUEUED = "queued"
    """It is in the outbox, and will be handed to the sender."""
    SENT = "sent"
    """The sender has accepted it."""
    DELIVERED = "delivered"
    """The carrier reports that it has reached the phone."""
    LOGGED = "logged"
    """The sender `log` has accepted it, which sends nothing."""
    CANCELED = "canceled"
    """It was not sent, because the reason to send it is gone."""
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
    """A message to send.

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
        status: its status.
        at: when it was committed, microseconds since 1970.
        handle: the carrier's id of it; `""` if none is known.
        error: why it was not sent or did not arrive, without a number or a name; `""` for no error.
        verification_id: the verification that it asks for; 0 for any other message.
        entry_id: the ledger entry of the opt-out that it confirms; 0 for any other message.
        plain: whether a program has written it, see `Draft`; false for received messages.
        media_url: the file that it carries; `""` for none.
        send_style: see `Draft`.
        seat_id: see `Draft`.
        reply_to: see `Draft`.
        status_callback: see `Draft`.
        service: the service that carries it, as the carrier reports: one of SERVICES; `""` if unknown.
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
        """Set `updated_at` of a new message to the time of its commit."""
        self.updated_at = self.updated_at or self.at

    @property
    def confirms_opt_out(self) -> bool:
        """Whether it confirms an opt-out. Such a message is sent soon, at most once, or not at all."""
        return self.entry_id > 0
