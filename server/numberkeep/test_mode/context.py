"""The context of test mode: times can repeat in it, and ids of contacts must not."""

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
"""How often to try the next id. After that the ids depend on how often that happened before."""

_MOST: Final = _NEXT + 4


@dataclass(slots=True, frozen=True)
class TestContext(Context):
    """A context that gives contacts other ids if theirs are taken.

    An id is made from the time, see `contact_id_at`, and the clock of test mode may be set to the same time twice. As
    long as an account does not have the same ids, the same calls at the same frozen time create the same ids.

    Attributes:
        collisions: counts the ids for which there were too many attempts.
    """

    __test__ = False  # not a test case

    collisions: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of(cls, context: Context, clock: Clock) -> "TestContext":
        """Return a context with another clock and the node 0, so that ids repeat, and otherwise as this one."""
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
    """Change the ids that a command gives to new contacts; return whether it creates any."""
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
