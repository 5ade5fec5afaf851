"""What every store promises, whatever the engine. tests/contract holds each of them to it.

Terms:
    durable     on disk, so that a power cut after the answer loses nothing (`sqlite://:memory:` keeps no such promise)
    applied     a command's transaction is committed and durable
    account     every read and every command on contacts names one, and touches no other
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from numberkeep.domain.commands import Command
from numberkeep.domain.contact import Contact
from numberkeep.domain.identity import ApiKey
from numberkeep.domain.listing import ListQuery, Page
from numberkeep.domain.message import Message
from numberkeep.store.migrations import Upgrade

R = TypeVar("R")


class Store(Protocol):
    """A store of accounts, keys, contacts and the messages owed to them.

    A read sees everything that was applied before it began. Every method may raise StoreUnavailable.
    """

    async def open(self) -> None:
        """Connect, and bring the schema up to date under a lock.

        Raises:
            StoreUnusable: the store cannot be opened, is not numberkeep's, or (StoreTooNew) is of a newer version.
        """

    async def upgrade(self) -> Upgrade:
        """Bring the schema of a store that is not open up to date, and tell what was done, without opening it.

        Raises:
            StoreUnusable: as for `open`.
        """

    async def close(self) -> None:
        """Apply what was already handed in, then let go of everything. Closing twice is harmless."""

    async def ready(self) -> None:
        """Whether reads and writes can be expected to work now, as far as can be told without writing.

        Raises:
            StoreUnavailable: they cannot.
        """

    async def contact(self, account_id: int, phone: str) -> Contact | None:
        """The account's contact with this number, by one lookup."""

    async def contacts(self, account_id: int, query: ListQuery) -> Page:
        """One page of the account's contacts.

        `next` is set exactly when more contacts follow, and leads to them whatever is created or deleted in between:
        nothing that stays is skipped, nothing comes twice.
        """

    async def count(self, account_id: int) -> int:
        """How many contacts the account has; kept, not counted."""

    async def messages(self, account_id: int, limit: int) -> Sequence[Message]:
        """The account's newest messages, newest first."""

    async def api_key(self, key_id: str) -> ApiKey | None:
        """The key of this id, revoked or not."""

    async def api_keys(self) -> Sequence[ApiKey]:
        """Every key of every account, oldest first, revoked ones too."""

    async def apply(self, command: Command[R]) -> R:
        """Apply one command in a transaction of its own: all of it or nothing.

        Returns when the command is applied. Cancelling the wait does not undo a command that was handed in.

        Raises:
            NumberkeepError: what the command's class names; then nothing of it was done.
            StoreBusy: too many commands are waiting.
        """
