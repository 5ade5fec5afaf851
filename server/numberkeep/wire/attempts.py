"""The shapes of attempts to deliver events to webhooks."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.limits import MAX_INTEGER
from numberkeep.domain.outbox.attempt import Attempt
from numberkeep.domain.outbox.delivery import DeliveryState
from numberkeep.wire.field_types import Limit, Time

_Whole = Annotated[float, Meta(ge=1, multiple_of=1)]
_Id = Annotated[int, Meta(ge=1, le=MAX_INTEGER)]


class AttemptsParams(msgspec.Struct, kw_only=True):
    """Which page of a webhook's attempts."""

    limit: Limit | None = None
    cursor: _Id | None = None


class AttemptsOf(msgspec.Struct):
    """The id of a webhook, and which page of its attempts."""

    webhook_id: int | None
    query: AttemptsParams


class RetryBody(msgspec.Struct, kw_only=True):
    """The id of a webhook and of an attempt of it, whose delivery to retry."""

    webhook: _Whole | None = None
    attempt: _Whole | None = None


class RequestOut(msgspec.Struct):
    """The request of an attempt: its headers without secrets, and the first 4,096 bytes of its body."""

    url: str
    headers: Mapping[str, str]
    body: str


class ResponseOut(msgspec.Struct):
    """The answer to an attempt: its status, and the first 1,024 bytes of its body."""

    status: int
    body: str


class AttemptOut(msgspec.Struct, kw_only=True):
    """One attempt to deliver an event.

    `event` is null for a sample, `response` if there was none, `error` if the event was accepted. `delivery` is the
    present state of the delivery; it is null if that is not pending.
    """

    id: int
    webhook: int
    event: str | None
    type: str
    number: str | None
    sample: bool
    at: Time
    seconds: float
    attempts: int
    request: RequestOut
    response: ResponseOut | None
    error: str | None
    delivery: Literal["waiting", "taken", "dead", "held"] | None


class AttemptAnswer(msgspec.Struct):
    """One attempt."""

    attempt: AttemptOut
    status: Literal["OK"] = "OK"


_STATES: dict[DeliveryState, Literal["waiting", "taken", "dead", "held"]] = {
    DeliveryState.WAITING: "waiting",
    DeliveryState.TAKEN: "taken",
    DeliveryState.DEAD: "dead",
    DeliveryState.HELD: "held",
}


def attempt_out(attempt: Attempt, state: DeliveryState | None) -> AttemptOut:
    """Return an attempt as answers show it."""
    exchange = attempt.exchange
    return AttemptOut(
        id=attempt.attempt_id,
        webhook=attempt.webhook_id,
        event=None if attempt.sample else str(attempt.event_id),
        type=attempt.type,
        number=attempt.phone or None,
        sample=attempt.sample,
        at=moment(attempt.at),
        seconds=attempt.took / 1_000_000,
        attempts=attempt.attempts,
        request=RequestOut(attempt.url, exchange.headers, _text(exchange.request)),
        response=ResponseOut(exchange.status, _text(exchange.answer)) if exchange.status else None,
        error=attempt.error or None,
        delivery=None if state is None else _STATES[state],
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
