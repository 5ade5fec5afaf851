"""The context of test mode, in which times can repeat, although ids of contacts must not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import count
from typing import Final, TypeVar

from numberkeep.domain.command import Command
from numberkeep.domain.contacts.commands import CreateContact, UpsertContacts
from numberkeep.domain.contacts.importing import ImportContacts
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.jobs.commands import Step
from numberkeep.service.clock import Clock
from numberkeep.service.context import Context, Idempotency

R = TypeVar("R")

_TAKEN: Final = frozenset({"ConstraintError", "UniqueViolationError"})
"""The errors of the drivers for an id that exists."""

_NEXT: Final = 32
"""How often the next id is tried. Later attempts skip a number of ids that rises with each collision."""

_MOST: Final = _NEXT + 4


@dataclass(slots=True, frozen=True)
class TestContext(Context):
    """A context that changes the ids of new contacts if they are taken.

    An id is made from the time, see `contact_id_at`, and the clock of test mode may be set to the same time twice. In
    an account that has none of the ids yet, the same calls at the same frozen time create the same ids.

    Attributes:
        collisions: counts the commands for which `_NEXT` attempts were not enough.
    """

    __test__ = False  # not a test case

    collisions: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, context: Context, clock: Clock) -> "TestContext":
        """Return a copy of a context with another clock, and with the node 0, so that ids are repeatable."""
        values = {each.name: getattr(context, each.name) for each in fields(context)}
        return cls(**{**values, "clock": clock, "node": 0})

    async def apply(self, command: Command[R], once: Idempotency | None = None) -> R:
        """Apply a command; see `Context.apply`."""
        for attempt in count():
            try:
                return await Context.apply(self, command, once)  # `super()` does not work with slots
            except StoreUnavailable as error:
                by = 1 if attempt < _NEXT else _NEXT * next(self.collisions)
                if type(error.__cause__).__name__ not in _TAKEN or attempt > _MOST or not _move_ids(command, by):
                    raise
        raise AssertionError


def _move_ids(command: Command[R], by: int) -> bool:
    """Raise the ids of a command's new contacts; return whether it creates any."""
    match command:
        case Step():
            return _move_ids(command.command, by)
        case CreateContact():
            command.contact_id += by
        case UpsertContacts() | ImportContacts():
            for row in command.rows:
                row.contact_id += by
        case _:
            return False
    return True
