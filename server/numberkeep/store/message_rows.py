"""The columns of messages and how they are read and written; the same for every engine."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from numberkeep.domain.messages.message import Direction, Message, MessageStatus, ReplyTo
from numberkeep.store.stored_form import encode

MESSAGE_COLUMNS: Final = (
    "message_id, phone, line, direction, content, status, created_at, handle, error, verification_id, entry_id, plain, "
    "media_url, send_style, seat_id, reply_to, status_callback, service, error_code, error_key, updated_at, sent_at"
)
"""The order in which `message_of` reads a row and `values_of_message` writes one."""
STATUS_COLUMNS: Final = "status, handle, error, service, error_code, error_key, updated_at, sent_at"
"""The columns that a new status changes; `values_of_status` writes them after the message's number."""


class ReplyToV1(msgspec.Struct, array_like=True, tag=1):
    """The message that a message answers."""

    handle: str
    part: int | None


_decode_reply = msgspec.json.Decoder(ReplyToV1).decode


def message_of(row: Iterable[Any]) -> Message:
    """Return the message whose `MESSAGE_COLUMNS` these are."""
    message_id, phone, line, direction, content, status, at, handle, error, *others = row
    verification_id, entry_id, plain, media_url, send_style, seat_id, reply_to, *rest = others
    return Message(
        message_id,
        phone,
        line,
        Direction(direction),
        content,
        MessageStatus(status),
        at,
        handle,
        error,
        verification_id,
        entry_id,
        plain == 1,
        media_url,
        send_style,
        seat_id,
        reply_of(reply_to),
        *rest,
    )


def values_of_message(message: Message) -> tuple[Any, ...]:
    """Return the `MESSAGE_COLUMNS` of a message."""
    return (
        message.message_id,
        message.phone,
        message.line,
        message.direction.value,
        message.content,
        message.status.value,
        message.at,
        message.handle,
        message.error,
        message.verification_id,
        message.entry_id,
        message.plain,
        message.media_url,
        message.send_style,
        message.seat_id,
        reply_text(message.reply_to),
        message.status_callback,
        message.service,
        message.error_code,
        message.error_key,
        message.updated_at,
        message.sent_at,
    )


def values_of_status(message: Message) -> tuple[Any, ...]:
    """Return the number and the `STATUS_COLUMNS` of a message."""
    return (
        message.message_id,
        message.status.value,
        message.handle,
        message.error,
        message.service,
        message.error_code,
        message.error_key,
        message.updated_at,
        message.sent_at,
    )


def reply_text(reply_to: ReplyTo | None) -> str:
    """Return the stored form of the message that a message answers; `""` for none."""
    return "" if reply_to is None else encode(ReplyToV1(reply_to.handle, reply_to.part)).decode()


def reply_of(text: str) -> ReplyTo | None:
    """Return the message that a message answers, from its stored form."""
    if not text:
        return None
    stored = _decode_reply(text)
    return ReplyTo(stored.handle, stored.part)
