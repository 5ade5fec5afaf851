"""Faults: which calls of an account fail, and how."""

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
MAX_FAULTS: Final = 1000
"""Faults of one account."""

Seconds = Annotated[float, Meta(gt=0, le=MAX_SECONDS)]
Positive = Annotated[int, Meta(ge=1)]


class FaultBody(msgspec.Struct, kw_only=True):
    """A fault to add.

    `operation` is the name of an operation, `*` for every call, or `webhooks` for deliveries to webhooks; `number`
    limits it to calls and deliveries that concern this number. `nth` is the first fitting call that fails, `times` how
    many fail, `probability` the share of them; with the same `seed` the same ones fail.
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
        fault_id: its number within the process, from 1.
        given: what it does, and to which calls; its `number` is in E.164 form.
        fitting: how many calls fitted its operation and number.
        applied: how many of them it applied to.
    """

    fault_id: int
    given: FaultBody
    fitting: int = 0
    applied: int = 0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Seed the random numbers."""
        self._random = random.Random(self.given.seed)  # noqa: S311 - to be repeatable, not secret

    @property
    def spent(self) -> bool:
        """Whether it applies to no more calls."""
        return self.given.times is not None and self.applied >= self.given.times

    def concerns(self, operation: str) -> bool:
        """Return whether it may apply to calls of an operation."""
        wanted = self.given.operation
        return wanted == operation or (wanted == ANY and operation != WEBHOOKS)

    def fits(self, operation: str, phone: str | None) -> bool:
        """Count a call, and return whether the fault may apply to it."""
        if not self.concerns(operation) or self.given.number not in {UNSET, phone}:
            return False
        self.fitting += 1
        if self.fitting < self.given.nth or self.spent:
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
        """Remove a fault; return False if there is none with this number."""
        return self._faults.pop(fault_id, None) is not None

    def all(self) -> Sequence[Fault]:
        """Return every fault."""
        return tuple(self._faults.values())

    def ask_for_number(self, operation: str) -> bool:
        """Return whether the number of a call decides which fault applies to it."""
        return any(
            fault.given.number is not UNSET and not fault.spent and fault.concerns(operation)
            for fault in self._faults.values()
        )

    def next(self, operation: str, phone: str | None) -> Fault | None:
        """Count a call for every fault, and return the first that applies to it; None if none does.

        Args:
            operation: the operation's name, or WEBHOOKS.
            phone: the number that the call concerns, E.164; None if it has none.
        """
        fitting = [fault for fault in self._faults.values() if fault.fits(operation, phone)]
        if not fitting:
            return None
        fitting[0].applied += 1
        return fitting[0]


_ids: Final = count(1)
