"""Reviews: replies that may refuse, each until a person decides what it means.

Sources: api-reference.md, "What a reply means", rule 3; 47 CFR 64.1200(a)(10): a refusal is to be honored within ten
business days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from numberkeep.domain.contacts.contact import micros, moment

_WEEKDAYS: Final = 10
_MONDAY: Final = 0
_SATURDAY: Final = 5
_SUNDAY: Final = 6
_NOON: Final = 12


class Decision(StrEnum):
    """What became of a review."""

    OPEN = "open"
    """Nobody has decided yet."""
    OPT_OUT = "opt_out"
    """The number is opted out: by the decision, or because the recipient opted out some other way."""
    OPT_IN = "opt_in"
    """The recipient opted in afterwards."""
    KEEP = "keep"
    """Nothing was changed."""


@dataclass(slots=True, frozen=True)
class Review:
    """An unclear reply.

    Attributes:
        review_id: its number within the account, from 1.
        phone: the number that it came from, E.164.
        at: when it came, microseconds since 1970.
        deadline: until when it must be decided, microseconds since 1970; see `deadline_of`.
        wording: the text of the reply.
        decision: what became of it.
    """

    review_id: int
    phone: str
    at: int
    deadline: int
    wording: str
    decision: Decision = Decision.OPEN

    @property
    def open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decision is Decision.OPEN


def deadline_of(at: int) -> int:
    """Return the same time of the tenth weekday after a time in UTC, both in microseconds since 1970.

    If that is a Monday before noon, return the end of the Friday before: where it is still Sunday, the reply came on a
    Sunday too, and its tenth business day is that Friday. If the clocks in the US are set forward meanwhile, it is an
    hour earlier. So the deadline is never later than the legal one in any of the fifty states: holidays extend
    only that.
    """
    day = received = moment(at)
    left = _WEEKDAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    if day.weekday() == _MONDAY and day.hour < _NOON:
        saturday = day - timedelta(days=2)
        day = saturday.replace(hour=0, minute=0, second=0, microsecond=0)
    return micros(day - timedelta(hours=_clocks_are_set_forward(received.date(), day.date())))


def _clocks_are_set_forward(start: date, end: date) -> bool:
    """Return whether daylight saving time begins in the US in this time: on the second Sunday in March."""
    eighth = date(end.year, 3, 8)
    return start <= eighth + timedelta(days=_SUNDAY - eighth.weekday()) <= end
