"""The faults of an account: which calls and deliveries fail, and how."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from numberkeep.wire.field_types import Number

WEBHOOKS: Final = "webhooks"
"""The operation that stands for deliveries to webhooks."""

ANY: Final = "*"
"""The operation that stands for every call of the API."""

CallKind = Literal["status", "latency", "cut", "malformed", "late", "cut_after"]
WebhookKind = Literal["lost", "doubled", "reordered"]

MAX_SECONDS: Final = 300
"""The longest wait of a fault."""
MAX_FAULTS: Final = 1000
"""The most faults of one account."""

Seconds = Annotated[float, Meta(gt=0, le=MAX_SECONDS)]
Positive = Annotated[int, Meta(ge=1)]


class FaultBody(msgspec.Struct, kw_only=True):
    """A fault to add.

    `operation` is the name of an operation, `*` for every call, or `webhooks` for deliveries to webhooks; `number`
    limits the fault to calls and deliveries about this number. `nth` is the first matching call that fails, `times` how
    many calls fail, and `probability` the share of the matching calls that fails, which the same `seed` repeats.
    """

    operation: str
    kind: CallKind | WebhookKind
    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    retry_after: Annotated[float, Meta(ge=0, le=86_400)] | None = None
    message: Annotated[str, Meta(max_length=1000)] | None = None
    seconds: Seconds | None = None
    nth: Positive = 1
    times: Positive | None = None
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0
    seed: int | None = None
    number: Number | UnsetType | None = UNSET


class FaultOut(FaultBody, kw_only=True, omit_defaults=True):
    """A fault, and how many calls it has applied to."""

    fault_id: int
    applied: int = msgspec.field(default_factory=int)


@dataclass(slots=True)
class Fault:
    """A fault with its counters.

    Attributes:
        fault_id: its id within the process, from 1.
        given: what it does, and to which calls; its `number` is in E.164.
        matching: how many calls matched its operation and number.
        applied: to how many of them it applied.
    """

    fault_id: int
    given: FaultBody
    matching: int = 0
    applied: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Seed the random numbers."""
        self._random = random.Random(self.given.seed)  # noqa: S311 - to be repeatable, not secret

    @property
    def spent(self) -> bool:
        """Whether it has applied to as many calls as it should."""
        return self.given.times is not None and self.applied >= self.given.times

    def concerns(self, operation: str) -> bool:
        """Return whether it may apply to calls of an operation."""
        wanted = self.given.operation
        return wanted == operation or (wanted == ANY and operation != WEBHOOKS)

    def matches(self, operation: str, phone: str | None) -> bool:
        """Count a call if it matches, and return whether the fault applies to it."""
        if not self.concerns(operation) or self.given.number not in {UNSET, phone}:
            return False
        self.matching += 1
        if self.matching < self.given.nth or self.spent:
            return False
        return self.given.probability >= 1 or self._random.random() < self.given.probability


class Faults:
    """The faults of one account, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}

    def add(self, given: FaultBody) -> Fault:
        """Add a fault and return it."""
        fault = Fault(next(_ids), given)
        self._faults[fault.fault_id] = fault
        return fault

    def remove(self, fault_id: int) -> bool:
        """Remove a fault; return False if there is none with this id."""
        return self._faults.pop(fault_id, None) is not None

    def all(self) -> Sequence[Fault]:
        """Return all faults, in the order in which they were added."""
        return tuple(self._faults.values())

    def needs_number(self, operation: str) -> bool:
        """Return whether the number of a call decides which fault applies to it."""
        return any(
            fault.given.number is not UNSET and not fault.spent and fault.concerns(operation)
            for fault in self._faults.values()
        )

    def next(self, operation: str, phone: str | None) -> Fault | None:
        """Count a call for every fault, and return the first that applies to it; None if none does.

        Args:
            operation: the operation's name, or WEBHOOKS.
            phone: the number that the call is about, in E.164; None if there is none.
        """
        matching = [fault for fault in self._faults.values() if fault.matches(operation, phone)]
        if not matching:
            return None
        matching[0].applied += 1
        return matching[0]


_ids: Final = count(1)
