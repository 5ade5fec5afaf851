"""The stored forms of messages in events; see stored_forms.py."""

from dataclasses import replace
from typing import Final

import msgspec

from numberkeep.domain.messages.message import Direction, Message, MessageStatus
from numberkeep.store.message_rows import reply_of, reply_text
from numberkeep.store.stored_form import Form


class MessageV0(msgspec.Struct):
    """A message from before messages named their verification."""

    message_id: int
    line: str
    direction: str
    content: str
    status: str
    at: int
    handle: str
    error: str
    verification_id: int = 0

    def to_domain(self, phone: str) -> Message:
        """Return the message."""
        return Message(
            self.message_id,
            phone,
            self.line,
            Direction(self.direction),
            self.content,
            MessageStatus(self.status),
            self.at,
            self.handle,
            self.error,
            self.verification_id,
        )


class MessageV1(MessageV0, array_like=True, tag=1):
    """A message from before messages named the opt-out that they confirm."""


class MessageV2(MessageV0, array_like=True, tag=2):
    """A message from before programs could send messages."""

    entry_id: int = 0

    def to_domain(self, phone: str) -> Message:
        """Return the message."""
        return replace(MessageV0.to_domain(self, phone), entry_id=self.entry_id)


class MessageV3(MessageV2, array_like=True, tag=3):
    """A message."""

    plain: bool = False
    media_url: str = ""
    send_style: str = ""
    seat_id: str = ""
    reply_to: str = ""
    status_callback: str = ""
    service: str = ""
    error_code: int = 0
    error_key: str = ""
    updated_at: int = 0
    sent_at: int = 0

    def to_domain(self, phone: str) -> Message:
        """Return the message."""
        return replace(
            MessageV2.to_domain(self, phone),
            plain=self.plain,
            media_url=self.media_url,
            send_style=self.send_style,
            seat_id=self.seat_id,
            reply_to=reply_of(self.reply_to),
            status_callback=self.status_callback,
            service=self.service,
            error_code=self.error_code,
            error_key=self.error_key,
            updated_at=self.updated_at,
            sent_at=self.sent_at,
        )


MESSAGE: Final = Form(
    lambda it: MessageV3(
        it.message_id,
        it.line,
        it.direction,
        it.content,
        it.status,
        it.at,
        it.handle,
        it.error,
        it.verification_id,
        it.entry_id,
        it.plain,
        it.media_url,
        it.send_style,
        it.seat_id,
        reply_text(it.reply_to),
        it.status_callback,
        it.service,
        it.error_code,
        it.error_key,
        it.updated_at,
        it.sent_at,
    ),
    MessageV0,
    MessageV1,
    MessageV2,
    MessageV3,
)
