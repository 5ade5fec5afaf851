"""The shapes of the hosted service's answers on messages, and of its status callbacks.

Source: api-reference.md, "Plain messages of the hosted service".
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.messages.handles import handle_of
from numberkeep.domain.messages.listing import MessagePage, MessageQuery
from numberkeep.domain.messages.message import OPTED_OUT, Direction, Message, MessageStatus
from numberkeep.domain.messages.reply import Verdict, verdict_of
from numberkeep.wire.field_types import Time

STATUSES: Final[Mapping[MessageStatus, str]] = {
    MessageStatus.QUEUED: "QUEUED",
    MessageStatus.SENT: "SENT",
    MessageStatus.LOGGED: "SENT",
    MessageStatus.DELIVERED: "DELIVERED",
    MessageStatus.CANCELED: "ERROR",
    MessageStatus.FAILED: "ERROR",
    MessageStatus.RECEIVED: "RECEIVED",
}
"""The hosted service's name of each status."""


class ReplyToOut(msgspec.Struct):
    """The message that a message answers."""

    message_handle: str
    part_index: int | None


class MessageResponse(msgspec.Struct, kw_only=True):
    """A message, as the answer to its request, its status and status callbacks show it; absent texts are null."""

    account_email: str
    content: str | None
    date_created: Time
    date_updated: Time
    error_code: int | None
    error_key: str | None
    error_message: str | None
    from_number: str | None
    is_outbound: bool
    media_url: str | None
    message_handle: str
    message_type: Literal["message"] = "message"
    number: str
    reply_to: ReplyToOut | None
    seat_id: str | None
    send_style: str | None
    status: str


class MessageRow(msgspec.Struct, kw_only=True, rename={"account_email": "accountEmail"}):
    """A message in a listing. `number` is the other side's; `date_sent` is null while it is not sent."""

    account_email: str
    content: str | None
    date_sent: Time | None
    date_updated: Time
    error_code: int | None
    error_key: str | None
    error_message: str | None
    from_number: str | None
    is_outbound: bool
    media_url: str | None
    message_handle: str
    message_type: Literal["message"] = "message"
    number: str
    opted_out: bool
    reply_to: ReplyToOut | None
    seat_id: str | None
    send_style: str | None
    sendblue_number: str | None
    service: str | None
    status: str
    to_number: str | None


class Pagination(msgspec.Struct, rename={"has_more": "hasMore"}):
    """Where a page is in its listing."""

    has_more: bool
    limit: int
    offset: int
    total: int


class MessagesAnswer(msgspec.Struct):
    """A page of messages."""

    data: Sequence[MessageRow]
    pagination: Pagination
    status: Literal["OK"] = "OK"


class MessageAnswer(msgspec.Struct):
    """One message."""

    data: MessageRow
    status: Literal["OK"] = "OK"


def message_response(account: str, message: Message) -> MessageResponse:
    """Return a message as the answer to its request shows it."""
    return MessageResponse(
        account_email=account,
        content=message.content or None,
        date_created=moment(message.at),
        date_updated=moment(message.updated_at),
        error_code=message.error_code or None,
        error_key=message.error_key or None,
        error_message=message.error or None,
        from_number=_ends(message)[0],
        is_outbound=message.direction is Direction.OUTBOUND,
        media_url=message.media_url or None,
        message_handle=handle_of(message),
        number=message.phone,
        reply_to=_reply_out(message),
        seat_id=message.seat_id or None,
        send_style=message.send_style or None,
        status=STATUSES[message.status],
    )


def messages_answer(account: str, query: MessageQuery, page: MessagePage) -> MessagesAnswer:
    """Return a page of messages as the listing shows it."""
    more = query.offset + len(page.messages) < page.total
    rows = [message_row(account, message) for message in page.messages]
    return MessagesAnswer(rows, Pagination(more, query.limit, query.offset, page.total))


def message_row(account: str, message: Message) -> MessageRow:
    """Return a message as a listing shows it."""
    outbound = message.direction is Direction.OUTBOUND
    sender, recipient = _ends(message)
    opted_out = message.error_key == OPTED_OUT if outbound else verdict_of(message.content) is Verdict.OPT_OUT
    return MessageRow(
        account_email=account,
        content=message.content or None,
        date_sent=moment(message.sent_at) if message.sent_at else None,
        date_updated=moment(message.updated_at),
        error_code=message.error_code or None,
        error_key=message.error_key or None,
        error_message=message.error or None,
        from_number=sender,
        is_outbound=outbound,
        media_url=message.media_url or None,
        message_handle=handle_of(message),
        number=message.phone,
        opted_out=opted_out,
        reply_to=_reply_out(message),
        seat_id=message.seat_id or None,
        send_style=message.send_style or None,
        sendblue_number=message.line or None,
        service=message.service or None,
        status=STATUSES[message.status],
        to_number=recipient,
    )


def _ends(message: Message) -> tuple[str | None, str | None]:
    """Return who wrote a message and whom it is for."""
    line = message.line or None
    return (line, message.phone) if message.direction is Direction.OUTBOUND else (message.phone, line)


def _reply_out(message: Message) -> ReplyToOut | None:
    reply = message.reply_to
    return None if reply is None else ReplyToOut(reply.handle, reply.part)
