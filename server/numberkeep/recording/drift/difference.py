"""What a comparison finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """How two answers differ in one place."""

    STATUS = "status"
    VALUE = "value"
    TYPE = "type"
    MISSING = "missing"
    """The recorded answer has it, and numberkeep's does not."""
    EXTRA = "extra"
    """numberkeep's answer has it, and the recorded one does not."""
    ORDER = "order"
    IDENTITY = "identity"
    """An id stands for something that had another id before."""


@dataclass(slots=True, frozen=True)
class Difference:
    """A difference in one place.

    Attributes:
        what: how it differs.
        where: the place, for example `body.contact.first_name`.
        recorded: what the recorded answer has there; None if nothing.
        numberkeep: what numberkeep's answer has there; None if nothing.
        phone: the number of the contact that it concerns; `""` if it concerns none.
    """

    what: What
    where: str
    recorded: Any = None
    numberkeep: Any = None
    phone: str = ""

    @property
    def field(self) -> str:
        """The name of the last field of the place."""
        return self.where.rpartition(".")[2].partition("[")[0]


@dataclass(slots=True, frozen=True)
class Answer:
    """What numberkeep answered.

    Attributes:
        status: the HTTP status.
        headers: by name in lower case.
        body: the JSON value; None if it is empty or no JSON.
    """

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Outcome:
    """What came of one exchange.

    Attributes:
        line: its line in the file.
        request: method and target.
        differences: those that count.
        documented: those that docs/fidelity.md lists, each with the row there.
        unsettled: those that cannot be judged, each with the reason.
        skipped: why it was not compared at all; `""` if it was.
    """

    line: int
    request: str
    differences: list[Difference] = field(default_factory=list)
    documented: list[tuple[str, Difference]] = field(default_factory=list)
    unsettled: list[tuple[str, Difference]] = field(default_factory=list)
    skipped: str = ""


Outcomes = Sequence[Outcome]
