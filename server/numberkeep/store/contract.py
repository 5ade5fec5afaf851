"""What every store promises, whatever the engine. tests/contract holds each of them to it.

Terms:
    durable     on disk, so that a power cut after the answer loses nothing (`sqlite://:memory:` keeps no such promise)
    applied     a command's transaction is committed and durable
    account     every read and every command on contacts names one, and touches no other
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from numberkeep.domain.commands import Command
from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.contact import Contact
from numberkeep.domain.delivery import Agenda, Backlog, Delivery, Webhook
from numberkeep.domain.event import Event
from numberkeep.domain.identity import Account, ApiKey
from numberkeep.domain.listing import ListQuery, Page
from numberkeep.domain.message import Message
from numberkeep.domain.snapshot import Tallies
from numberkeep.store.migrations import Upgrade

R = TypeVar("R")


class Store(Protocol):
    """A store of accounts, keys, contacts and all that is said between them.

    A read sees everything that was applied before it began. Every method may raise StoreUnavailable.
    """

    async def open(self, *, migrate: bool = True) -> None:
        """Connect, and bring the schema up to date under a lock.

        Args:
            migrate: False leaves the schema as it is, for commands beside a service of another version, and opens no
                store that lacks steps or is not there yet.

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

    async def tallies(self, account_id: int) -> Tallies:
        """What is counted of the account, and the end of its ledger; all 0 where there is no such account."""

    async def events(self, account_id: int, after: int, limit: int) -> Sequence[Event]:
        """The account's first `limit` events with numbers over `after`.

        Events become visible in the order of their numbers: where one is seen, all before it are or are forgotten.
        """

    async def consent(self, account_id: int, after: int, limit: int) -> Sequence[ConsentEntry]:
        """The account's first `limit` ledger entries with numbers over `after`."""

    async def consent_of(self, account_id: int, phone: str) -> Sequence[ConsentEntry]:
        """The account's ledger entries on a number, oldest first."""

    async def opt_outs(self, account_id: int) -> Mapping[str, int]:
        """The numbers that are opted out, each with its ledger entry; 0 for one from before there was a ledger."""

    async def webhooks(self, account_id: int) -> Sequence[Webhook]:
        """The account's webhooks, oldest first."""

    async def dead(self, account_id: int, limit: int) -> Sequence[Delivery]:
        """The account's dead deliveries, by target and item."""

    async def agenda(self, at: int, among: Collection[int] | None = None) -> Agenda:
        """What there is to do at a time, for these accounts or for all (None); for the relay alone."""

    async def aged(self, before: int) -> Sequence[int]:
        """The accounts whose oldest event is from `before` (microseconds since 1970) or earlier; for the relay."""

    async def backlog(self) -> Backlog:
        """How the outbox stands, over all accounts."""

    async def account(self, name: str) -> Account | None:
        """The account of this name."""

    async def account_of(self, account_id: int) -> Account | None:
        """The account of this id."""

    async def accounts(self) -> Sequence[Account]:
        """Every account, oldest first."""

    async def account_signing(self, signing_hash: bytes) -> Account | None:
        """The account that has the signing secret of this SHA-256."""

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
