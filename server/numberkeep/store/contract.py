"""What every store promises, whatever the engine. tests/contract holds each of them to it.

Terms:
    durable     on disk, so that a power cut after the answer loses nothing (`sqlite://:memory:` keeps no such promise)
    applied     a command's transaction is committed and durable
    account     every read and every command on contacts names one, and touches no other
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.work.changes import Changes
from numberkeep.store.migrations import Upgrade
from numberkeep.store.queries import Query

R = TypeVar("R")


@dataclass(slots=True, frozen=True)
class Preview:
    """What a group of commands would do.

    Attributes:
        outcomes: the result of each command, or the NumberkeepError that refuses it.
        changes: what would be written.
    """

    outcomes: Sequence[Any]
    changes: Changes


class Store(Protocol):
    """A store of accounts, keys, contacts and all that is said between them.

    A read sees everything that was applied before it began. Every method may raise StoreUnavailable.
    """

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, and bring the schema up to date under a lock.

        Args:
            migrate: False leaves the schema as it is, for commands beside a service of another version, and opens no
                store that lacks steps or does not exist yet.

        Raises:
            StoreUnusable: the store cannot be opened, is not numberkeep's, or (StoreTooNew) is of a newer version.
        """

    async def upgrade(self) -> Upgrade:
        """Bring the schema of a store that is not open up to date, without opening it, and return what was done.

        Raises:
            StoreUnusable: as for `open`.
        """

    async def close(self) -> None:
        """Apply what was already handed in, then release everything. Closing twice is harmless."""

    async def ready(self) -> None:
        """Check that reads and writes can be expected to work now, as far as can be told without writing.

        Raises:
            StoreUnavailable: they cannot.
        """

    async def read(self, query: Query[R]) -> R:
        """Return the answer to a query."""

    async def apply(self, command: Command[R]) -> R:
        """Apply one command in a transaction of its own, all of it or nothing, and return its result.

        Returns when the command is applied. Cancelling the wait does not undo a command that was handed in.

        Raises:
            NumberkeepError: what the command's class names; then nothing of it was done.
            StoreBusy: too many commands are waiting.
        """

    async def preview(self, commands: Sequence[AccountCommand[Any]]) -> Preview:
        """Return what commands of one account would do, applied together now; write nothing and lock nothing.

        Raises:
            NumberkeepError: a command would be refused after it had changed something, so none would be applied.
        """
