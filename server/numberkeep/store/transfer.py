"""What a copy between databases needs of an engine, and the form of the copied rows.

A copied row is the same on every engine: whole numbers, texts, bytes and None; a flag is 0 or 1. A table is read in the
order of its key, by pages of one account's rows, so that at most a page is in memory and no statement reads rows of two
accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple, Protocol

Row = tuple[Any, ...]
"""A row's values, in the order of `Table.columns`."""

Key = tuple[Any, ...]
"""The position of a row among its account's rows. Keys sort as in the engines: texts by code point."""


@dataclass(slots=True, frozen=True)
class Table:
    """A table as both engines have it.

    Attributes:
        name: its name.
        key: the columns that order and identify its rows, within an account if rows belong to one.
        values: its other columns.
        of_account: whether rows belong to an account, whose id is then the first column.
        flags: columns of 0 or 1.
        unique: other columns that are unique within an account.
        lasting: whether other rows refer to its rows, so that they are updated in place and never removed.
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
        """The columns that identify a row in the table: the first of `columns`."""
        return self.columns[: len(self.columns) - len(self.values)]

    def key_of(self, row: Row) -> Key:
        """Return the key of a row."""
        first = int(self.of_account)
        return row[first : first + len(self.key)]


ACCOUNTS: Final = Table(
    "accounts",
    ("account_id",),
    (
        "name",
        "region",
        "created_at",
        "verification_text",
        "signing_hash",
        "opt_out_words",
        "unclear_opts_out",
        "confirmation",
    ),
    of_account=False,
    flags=frozenset({"unclear_opts_out"}),
    lasting=True,
)

ACCESS: Final = (
    Table("key_uses", ("key_id",), ("used_at",)),
    Table(
        "sessions",
        ("session_id",),
        ("key_id", "token_hash", "previous_hash", "form_token", "created_at", "rotated_at", "used_at"),
    ),
)
"""Who uses an account. Unlike its data they are not part of its state, which tests save and restore."""

TABLES: Final = (
    ACCOUNTS,
    Table(
        "api_keys",
        ("key_id",),
        ("account_id", "secret_hash", "created_at", "revoked_at", "read_only", "key_name"),
        of_account=False,
        flags=frozenset({"read_only"}),
    ),
    Table(
        "contacts",
        # Both engines have an index of this order, which is roughly the order of the rows on disk.
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
            "search_text",
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
    Table("reviews", ("review_id",), ("phone", "at", "deadline", "wording", "decision")),
    Table(
        "messages",
        ("message_id",),
        (
            "phone",
            "line",
            "direction",
            "content",
            "status",
            "created_at",
            "handle",
            "error",
            "verification_id",
            "entry_id",
            "plain",
            "media_url",
            "send_style",
            "seat_id",
            "reply_to",
            "status_callback",
            "service",
            "error_code",
            "error_key",
            "updated_at",
            "sent_at",
        ),
        flags=frozenset({"plain"}),
    ),
    Table(
        "events",
        ("event_id",),
        ("type", "at", "phone", "subject", "actor", "cause", "replaced", "previous_event"),
    ),
    Table("event_days", ("day", "type"), ("count",)),
    Table("conversations", ("phone",), ("last_message",)),
    Table(
        "conclusions",
        ("message_id",),
        ("verdict", "ground", "entry_id", "verification_id", "review_id", "simulated"),
        flags=frozenset({"simulated"}),
    ),
    Table("last_events", ("phone",), ("last_event",)),
    Table("webhooks", ("webhook_id",), ("url", "secret", "types", "created_at", "disabled_at")),
    Table(
        "attempts",
        ("webhook_id", "attempt_id"),
        (
            "event_id",
            "phone",
            "type",
            "at",
            "took",
            "attempts",
            "error",
            "url",
            "headers",
            "request",
            "answered",
            "answer",
            "sample",
        ),
        flags=frozenset({"sample"}),
        page=200,
    ),
    Table(
        "outbox",
        ("target", "phone", "item"),
        ("created_at", "attempts", "due_at", "state", "head", "error"),
        flags=frozenset({"head"}),
    ),
    Table(
        "jobs", ("job_id",), ("kind", "status", "created_at", "updated_at", "worker", "lease_until", "size", "detail")
    ),
    # A part has up to 256 KiB.
    Table("job_parts", ("job_id", "name", "place"), ("data",), page=16),
    *ACCESS,
    # The answer to a bulk request can have hundreds of kilobytes.
    Table("answers", ("key",), ("fingerprint", "answer", "created_at"), page=200),
)
"""Every table; those that others refer to come first. An engine derives its other data from these."""


class LastNumbers(NamedTuple):
    """The last numbers that an account has assigned; they are not reused when their rows are deleted."""

    account_id: int
    event: int
    webhook: int


class Mark(IntEnum):
    """What a database is, if it is no usual one; one with an unfinished copy cannot be opened as a store."""

    NONE = 0
    """It is in use, or new."""
    COPIED = 1
    """It is a finished copy, which was not opened as a store since."""
    UNFINISHED = 2
    """A copy to it has begun and not finished."""
    TEST = 3
    """Test mode made it: its accounts may be emptied and deleted by anybody who reaches the service."""


class Transfer(Protocol):
    """One database, as a copy reads or writes it. Every method but `close` may raise StoreUnavailable."""

    async def open(self, *, writing: bool) -> None:
        """Connect. For writing, bring the schema up to date; for reading, hold the state of this moment.

        Raises:
            StoreUnusable: the database cannot be opened, is not numberkeep's, has an older schema (for reading) or
                (StoreTooNew) a newer one.
        """

    async def close(self) -> None:
        """Release all resources. Closing twice is harmless."""

    async def identity(self) -> str:
        """Return a text that identifies the database, whatever URL leads to it."""

    async def mark(self) -> Mark:
        """Return the database's mark."""

    async def set_mark(self, mark: Mark) -> None:
        """Set the database's mark."""

    async def count(self, table: Table) -> int:
        """Return the number of rows of a table."""

    async def rows(self, table: Table, account_id: int | None, after: Key | None, limit: int) -> Sequence[Row]:
        """Return the first `limit` rows after a key, in its order; of one account if rows belong to accounts."""

    async def replace(self, table: Table, account_id: int | None, gone: Sequence[Row], fresh: Sequence[Row]) -> None:
        """Remove the rows `gone` and insert `fresh` in one transaction, removing conflicting rows too."""

    async def last_numbers(self) -> Sequence[LastNumbers]:
        """Return the last numbers of every account, whose rows may be deleted."""

    async def finish(self, last: Sequence[LastNumbers]) -> None:
        """Derive what is not copied: each account's counters and last numbers, and the next account's id.

        Args:
            last: the last numbers of the source, which are at least those of the rows.
        """
