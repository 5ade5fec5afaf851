"""The shape of the numbers of an account at a glance."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from numberkeep.domain.event import EventType
from numberkeep.domain.outbox.delivery import CALLBACKS, SENDER
from numberkeep.domain.overview import Backlog, Day, Overview

DEFAULT_DAYS: Final = 30
MAX_DAYS: Final = 366
_EPOCH: Final = date(1970, 1, 1)


class OverviewParams(msgspec.Struct, kw_only=True):
    """How many days to report, the present one included."""

    days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] | None = None


class DayOut(msgspec.Struct):
    """What happened on a day, in UTC; `contacts` is how many there were at its end.

    `asked` counts verification questions, `expired` those that nobody answered in time, and `canceled` those that an
    opt-out or a deletion ended.
    """

    day: str
    contacts: int
    created: int
    deleted: int
    asked: int
    verified: int
    expired: int
    canceled: int
    opted_out: int
    opted_in: int
    sent: int
    received: int


class BacklogOut(msgspec.Struct):
    """The deliveries to one target, counted up to 10,000: `sender`, `callbacks`, or the id of a webhook."""

    target: str
    waiting: int
    failed: int
    held: int
    more: bool


class OverviewOut(msgspec.Struct):
    """The numbers of an account."""

    contacts: int
    open_reviews: int
    days: Sequence[DayOut]
    deliveries: Sequence[BacklogOut]


def overview_out(overview: Overview) -> OverviewOut:
    """Return the numbers as answers show them."""
    return OverviewOut(
        overview.contacts,
        overview.open_reviews,
        [_day(day) for day in overview.days],
        [_backlog(backlog) for backlog in overview.backlogs],
    )


def _day(day: Day) -> DayOut:
    return DayOut(
        str(_EPOCH + timedelta(days=day.day)),
        day.contacts,
        day.count(EventType.CONTACT_CREATED),
        day.count(EventType.CONTACT_DELETED),
        day.count(EventType.VERIFICATION_REQUESTED),
        day.count(EventType.VERIFICATION_APPROVED),
        day.count(EventType.VERIFICATION_EXPIRED),
        day.count(EventType.VERIFICATION_CANCELED),
        day.count(EventType.CONSENT_OPTED_OUT),
        day.count(EventType.CONSENT_OPTED_IN),
        day.count(EventType.MESSAGE_CREATED),
        day.count(EventType.MESSAGE_RECEIVED),
    )


def _backlog(backlog: Backlog) -> BacklogOut:
    names = {SENDER: "sender", CALLBACKS: "callbacks"}
    target = names.get(backlog.target, str(backlog.target))
    return BacklogOut(target, backlog.waiting, backlog.dead, backlog.held, backlog.is_more)
