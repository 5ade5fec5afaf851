"""The contract of every store, whatever the engine; tests/contract checks each store against it.

Terms:
    durable     on disk, so that a power cut after the answer loses nothing (not with `sqlite://:memory:`)
    applied     a command's transaction is committed and durable
    account     every read and every command on contacts names one, and touches no other
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from numberkeep.domain.command import AccountCommand, Command
from numberkeep.domain.contacts.listing import LongPage
from numberkeep.domain.work.changes import Changes
from numberkeep.store.migrations import Upgrade
from numberkeep.store.queries import ListContacts, Query

R = TypeVar("R")


@dataclass(slots=True, frozen=True)
class Preview:
    """The outcome of a group of commands if it were applied.

    Attributes:
        outcomes: the result of each command, or the NumberkeepError that refuses it.
        changes: what would be written.
    """

    outcomes: Sequence[Any]
    changes: Changes


class PageTooLarge(Exception):
    """A page has more text than is read at once: read it by `Store.page_in_slices`."""


class Store(Protocol):
    """A store of accounts, keys, contacts and messages.

    A read sees everything that was applied before it began. Every method may raise StoreUnavailable.
    """

    @property
    def is_for_tests(self) -> bool:
        """Whether test mode made the database; known when the store is open."""

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, and bring the schema up to date under a lock.

        Args:
            migrate: False leaves the schema as it is, for commands that run beside a service of another version; the
                store must then exist and have a current schema.

        Raises:
            StoreUnusable: the store cannot be opened, is not numberkeep's, has accounts that test mode did not create
                and is opened for it, or (StoreTooNew) is of a newer version.
        """

    async def upgrade(self) -> Upgrade:
        """Bring the schema of a store that is not open up to date, without opening it, and return what was done.

        Raises:
            StoreUnusable: as for `open`.
        """

    async def close(self) -> None:
        """Apply the waiting commands, then release all resources. Closing twice is harmless."""

    async def ready(self) -> None:
        """Check without writing that reads and writes can be expected to work now.

        Raises:
            StoreUnavailable: they cannot.
        """

    async def read(self, query: Query[R]) -> R:
        """Return the answer to a query.

        Raises:
            PageTooLarge: for ListContacts.
        """

    def page_in_slices(self, query: ListContacts) -> AbstractAsyncContextManager[LongPage]:
        """Read a page of any size while the block runs, which holds a connection and a read transaction."""

    async def apply(self, command: Command[R]) -> R:
        """Apply one command in a transaction of its own, all of it or nothing, and return its result.

        Returns when the command is applied. Cancelling the call does not cancel the command.

        Raises:
            NumberkeepError: what the command's class names; the command was not applied.
            StoreBusy: too many commands are waiting.
        """

    async def preview(self, commands: Sequence[AccountCommand[Any]]) -> Preview:
        """Return what commands of one account would do if applied together now, without writing or locking.

        Raises:
            NumberkeepError: a command would be refused after it had changed something, so none would be applied.
        """
