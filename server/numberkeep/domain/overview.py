"""The numbers of an account at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from numberkeep.domain.event import EventType

MOST_COUNTED: Final = 10_000
"""How many deliveries to one target are counted; a longer backlog is reported as this number or more."""


@dataclass(slots=True, frozen=True)
class Day:
    """What happened on one day, in UTC.

    Attributes:
        day: the day, counted from 1970-01-01.
        contacts: how many contacts there were at its end.
        events: how many events of each type there were.
    """

    day: int
    contacts: int
    events: dict[str, int]

    def count(self, *types: EventType) -> int:
        """Return how many events of these types there were."""
        return sum(self.events.get(type_.value, 0) for type_ in types)


@dataclass(slots=True, frozen=True)
class Backlog:
    """The deliveries to one target, counted up to `MOST_COUNTED`.

    Attributes:
        target: the webhook, SENDER or CALLBACKS.
        waiting: how many are pending.
        dead: how many exhausted their retries.
        held: how many wait for their webhook to be enabled.
    """

    target: int
    waiting: int
    dead: int
    held: int

    @property
    def is_more(self) -> bool:
        """Whether there may be more."""
        return self.waiting + self.dead + self.held >= MOST_COUNTED


@dataclass(slots=True, frozen=True)
class Overview:
    """The numbers of an account.

    Attributes:
        contacts: how many contacts there are.
        open_reviews: how many unclear replies wait for a decision.
        days: the last days, oldest first, without gaps.
        backlogs: the deliveries to each target.
    """

    contacts: int
    open_reviews: int
    days: Sequence[Day]
    backlogs: Sequence[Backlog]
