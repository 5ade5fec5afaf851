"""What a copy from one database to another needs of an engine, and the form that rows have on the way.

In this form a row is the same on every engine: whole numbers, texts, bytes and None; a flag is 0 or 1. A table is read
in the order of its key, by pages of one account's rows, so that no more than a page is in memory and no statement
reads two accounts' rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple, Protocol

Row = tuple[Any, ...]
"""A row's values, in the order of `Table.columns`."""

Key = tuple[Any, ...]
"""Where a row stands among its account's; keys compare as the engines order them: numbers by size, texts by code point.
"""


@dataclass(slots=True, frozen=True)
class Table:
    """A table as both engines have it.

    Attributes:
        name: its name.
        key: the columns by which its rows are ordered and told apart; within an account, where rows belong to one.
        values: its other columns.
        of_account: whether rows belong to an account, whose id is then the first column.
        flags: columns of 0 or 1.
        unique: other columns in which no two rows of an account may be alike.
        lasting: others refer to the rows: none is ever removed, and a changed one is changed in place.
        page: how many rows are read or written at once.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    of_account: bool = True
    flags: frozenset[str] = frozenset()
    unique: tuple[str, ...] = ()
    lasting: bool = False
    page: int = 5000

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, in the order of a row's values."""
        return (*(("account_id",) if self.of_account else ()), *self.key, *self.values)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell a row from every other of the table: the first of `columns`."""
        return self.columns[: len(self.columns) - len(self.values)]

    def key_of(self, row: Row) -> Key:
        """Where a row stands."""
        first = int(self.of_account)
        return row[first : first + len(self.key)]


ACCOUNTS: Final = Table(
    "accounts",
    ("account_id",),
    ("name", "region", "created_at", "verification_text", "signing_hash"),
    of_account=False,
    lasting=True,
)

TABLES: Final = (
    ACCOUNTS,
    Table("api_keys", ("key_id",), ("account_id", "secret_hash", "created_at", "revoked_at"), of_account=False),
    Table(
        "contacts",
        # Both engines have an index of this order, and rows lie on the disk about so.
        ("created_at", "contact_id"),
        (
            "phone",
            "first_name",
            "last_name",
            "company_name",
            "assigned_to_email",
            "sendblue_number",
            "tags",
            "custom_variables",
            "verified",
            "opt_out",
            "last_event",
        ),
        flags=frozenset({"verified", "opt_out"}),
        unique=("contact_id", "phone"),
    ),
    Table("contact_tags", ("tag", "created_at", "contact_id"), ()),
    Table("opt_outs", ("phone",), ("opted_out_at", "entry_id")),
    Table(
        "consent",
        ("entry_id",),
        ("phone", "at", "opted_out", "source", "wording", "hash"),
        flags=frozenset({"opted_out"}),
    ),
    Table(
        "verifications",
        ("phone",),
        ("verification_id", "requested_at", "expires_at", "pending"),
        flags=frozenset({"pending"}),
    ),
    Table(
        "messages",
        ("message_id",),
        ("phone", "line", "direction", "content", "status", "created_at", "handle", "error", "verification_id"),
    ),
    Table(
        "events",
        ("event_id",),
        ("type", "at", "phone", "subject", "actor", "cause", "replaced", "previous_event"),
    ),
    Table("last_events", ("phone",), ("last_event",)),
    Table("webhooks", ("webhook_id",), ("url", "secret", "types", "created_at", "disabled_at")),
    Table(
        "outbox",
        ("target", "phone", "item"),
        ("created_at", "attempts", "due_at", "state", "head", "error"),
        flags=frozenset({"head"}),
    ),
    # The answer to a bulk request can have hundreds of kilobytes.
    Table("answers", ("key",), ("fingerprint", "answer", "created_at"), page=200),
)
"""Every table, in an order in which what is referred to comes first. What else an engine keeps, it derives of these."""


class LastNumbers(NamedTuple):
    """The last numbers that an account has given: none is given again when what had it is gone."""

    account_id: int
    event: int
    webhook: int


class Mark(IntEnum):
    """What a database says of itself; a store is not opened on one whose copy is not finished."""

    NONE = 0
    """It is in use, or new."""
    COPIED = 1
    """A copy was made in it, and no store was opened on it since."""
    UNFINISHED = 2
    """A copy into it has begun."""


class Transfer(Protocol):
    """One database, as a copy reads or writes it. Every method but `close` may raise StoreUnavailable."""

    async def open(self, *, writing: bool) -> None:
        """Connect. To write, bring the schema up to date; else read all as of this moment, and change nothing.

        Raises:
            StoreUnusable: the database cannot be opened, is not numberkeep's, or is read and its schema is an older
                one or (StoreTooNew) a newer one.
        """

    async def close(self) -> None:
        """Let go of everything. Closing twice is harmless."""

    async def identity(self) -> str:
        """The same text for the same database, whatever URL leads to it."""

    async def mark(self) -> Mark:
        """What it says of itself."""

    async def set_mark(self, mark: Mark) -> None:
        """Have it say something else."""

    async def count(self, table: Table) -> int:
        """How many rows the table has."""

    async def rows(self, table: Table, account_id: int | None, after: Key | None, limit: int) -> Sequence[Row]:
        """The first `limit` rows behind `after` in the order of the key, of one account where rows belong to one."""

    async def replace(self, table: Table, account_id: int | None, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        """Remove rows and put others in, in one transaction; rows that are in the way of these go too."""

    async def last_numbers(self) -> Sequence[LastNumbers]:
        """The last numbers of every account, which its rows may not have any more."""

    async def finish(self, last: Sequence[LastNumbers]) -> None:
        """Derive what is not copied: what is counted of each account, its last numbers, and the next account's id.

        Args:
            last: the source's; what rows have is beyond them nowhere.
        """
