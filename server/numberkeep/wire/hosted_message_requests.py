"""The shapes of requests on the hosted service's routes on messages.

Source: api-reference.md, "Plain messages of the hosted service".
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.domain.errors import FieldError, MissingFields
from numberkeep.domain.limits import MAX_OFFSET, MAX_TAG
from numberkeep.domain.messages.listing import NO_MESSAGES, MessageFilter, MessageOrder, MessageQuery, Span
from numberkeep.domain.messages.message import Draft, ReplyTo
from numberkeep.wire.answers import invalid, page_size
from numberkeep.wire.field_types import Content, Handle, Limit, Number, Url
from numberkeep.wire.hosted_messages import STATUSES
from numberkeep.wire.listing import parse_time

SendStyle = Literal[
    "celebration",
    "shooting_star",
    "fireworks",
    "lasers",
    "love",
    "confetti",
    "balloons",
    "spotlight",
    "echo",
    "invisible",
    "gentle",
    "loud",
    "slam",
]
HostedStatus = Literal[
    "REGISTERED",
    "PENDING",
    "SENT",
    "DELIVERED",
    "RECEIVED",
    "QUEUED",
    "ERROR",
    "DECLINED",
    "ACCEPTED",
    "SUCCESS",
]
"""The statuses that the hosted service's listing filters by; numberkeep has those of `STATUSES`."""

_ORDERS: Final = {
    "createdAt": MessageOrder.CREATED_AT,
    "updatedAt": MessageOrder.UPDATED_AT,
    "sentAt": MessageOrder.SENT_AT,
}
_IMPOSSIBLE: Final[dict[str, Any]] = {"not": {}}

TimeText = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class ReplyToBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The message that a message answers, and which part of it."""

    message_handle: Handle
    part_index: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None


class SendBody(msgspec.Struct, kw_only=True):
    """A message to send: a text, a file by its URL, or both. App cards are refused."""

    number: Number | UnsetType | None = UNSET
    content: Content | None = None
    media_url: Url | None = None
    from_number: Number | None = None
    send_style: SendStyle | None = None
    status_callback: Url | None = None
    seat_id: Annotated[str, Meta(max_length=MAX_TAG)] | None = None
    reply_to: ReplyToBody | None = None
    app_card: Annotated[dict[str, Any], Meta(extra_json_schema=_IMPOSSIBLE)] | None = None
    pre_reply_override: Annotated[bool, Meta(extra_json_schema=_IMPOSSIBLE)] | None = None


class StatusParams(msgspec.Struct, kw_only=True):
    """The handle of the message whose status is asked for."""

    handle: Handle | None = None


class ByHandle(msgspec.Struct):
    """The handle of a message."""

    message_id: str


class MessageParams(msgspec.Struct, kw_only=True):
    """Which messages to list, and in which order; times are inclusive."""

    account_email: str | None = None
    created_at_gte: TimeText | None = None
    created_at_lte: TimeText | None = None
    from_number: str | None = None
    group_id: str | None = None
    is_outbound: bool | None = None
    limit: Limit | None = None
    message_type: Literal["message", "group"] | None = None
    number: str | None = None
    offset: Annotated[int, Meta(ge=0, le=MAX_OFFSET)] | None = None
    order_by: Literal["createdAt", "updatedAt", "sentAt"] | None = None
    order_direction: Literal["asc", "desc"] | None = None
    sendblue_number: str | None = None
    sent_at_gte: TimeText | None = None
    sent_at_lte: TimeText | None = None
    service: Literal["iMessage", "SMS", "RCS"] | None = None
    status: HostedStatus | None = None
    to_number: str | None = None
    updated_at_gte: TimeText | None = None
    updated_at_lte: TimeText | None = None


def draft_of(body: SendBody) -> Draft:
    """Return the message that a request describes, with its numbers as they are written.

    Raises:
        MissingFields: there is no number, or neither a text nor a file.
        InvalidInput: something is asked for that numberkeep does not send.
    """
    unsupported = {
        "app_card": "is not supported: numberkeep sends texts and files; leave it out",
        "pre_reply_override": "is not supported: numberkeep waits for no reply before it sends; leave it out",
    }
    faults = [FieldError(name, why) for name, why in unsupported.items() if getattr(body, name) is not None]
    if faults:
        raise invalid(*faults)
    number = body.number or ""
    present = {"number": number.strip(), "content": body.content or body.media_url}
    missing = [name for name, value in present.items() if not value]
    if missing:
        raise MissingFields(*missing)
    reply = body.reply_to
    return Draft(
        number,
        body.content or "",
        body.from_number or "",
        media_url=body.media_url or "",
        send_style=body.send_style or "",
        seat_id=body.seat_id or "",
        reply_to=None if reply is None else ReplyTo(reply.message_handle, reply.part_index),
        status_callback=body.status_callback or "",
    )


def message_query(params: MessageParams, account: str) -> MessageQuery:
    """Return the page that the parameters ask for; numbers are left to the caller.

    Args:
        params: the parameters.
        account: the account's name, in the place of the hosted service's e-mail address.

    Raises:
        InvalidInput: a time is not valid.
    """
    where = MessageFilter(
        is_outbound=params.is_outbound,
        statuses=None if params.status is None else [each for each, name in STATUSES.items() if name == params.status],
        service=params.service,
        created=_span("created_at", params.created_at_gte, params.created_at_lte),
        updated=_span("updated_at", params.updated_at_gte, params.updated_at_lte),
        sent=_span("sent_at", params.sent_at_gte, params.sent_at_lte),
    )
    if params.message_type == "group" or params.group_id is not None or params.account_email not in {None, account}:
        where = NO_MESSAGES
    return MessageQuery(
        where,
        _ORDERS[params.order_by or "createdAt"],
        descending=params.order_direction != "asc",
        limit=page_size(params.limit),
        offset=params.offset or 0,
    )


def _span(name: str, first: str | None, last: str | None) -> Span:
    return Span(
        None if first is None else parse_time(f"{name}_gte", first),
        None if last is None else parse_time(f"{name}_lte", last),
    )
