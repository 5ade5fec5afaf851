"""The commands on everything in an account: read, replace, empty and delete it. They are for test mode.

They work on whole tables and name none of them: a table that is added to `TABLES` is covered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from numberkeep.domain.command import AccountCommand
from numberkeep.domain.consent.ledger import FIRST
from numberkeep.domain.work.loaded import Tallies
from numberkeep.domain.work.unit import Work
from numberkeep.store.account_rows import values_of_tallies
from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.transfer import ACCESS, ACCOUNTS, TABLES, Table

R = TypeVar("R")

OF_ACCOUNTS: Final = tuple(table for table in TABLES if table.of_account and table not in ACCESS)
"""The tables whose rows are the state of accounts."""

SETTINGS: Final = ("region", "verification_text", "opt_out_words", "unclear_opts_out", "confirmation")
"""The columns of an account's settings, in the order of the parameters of the statement `set_account`. Its name, its
keys and its signing secret are its identity."""


def columns_of(table: Table) -> tuple[str, ...]:
    """Return the columns of a table without the account."""
    return (*table.key, *table.values)


@dataclass(slots=True, frozen=True)
class Contents:
    """Everything in an account, apart from its identity.

    Attributes:
        settings: its settings, by column.
        tallies: its counters.
        rows: the rows of each of `OF_ACCOUNTS`, by its name; their values are in the order of `columns_of`.
    """

    settings: Mapping[str, Any]
    tallies: Tallies
    rows: Mapping[str, Sequence[Row]]


class WholeAccount(AccountCommand[R]):
    """A command that works on whole tables, and not on a unit of work. It runs in its transaction and loads no rows."""

    __slots__ = ()

    def apply(self, work: Work) -> R:
        """Raise NotImplementedError, because the store runs `flow` instead."""
        raise NotImplementedError

    def flow(self, tallies: Tallies) -> Flow[R]:
        """Make the change and return the result.

        Args:
            tallies: the account's counters, which are locked.
        """
        raise NotImplementedError


@dataclass(slots=True)
class ReadContents(WholeAccount[Contents]):
    """Read everything in an account, as of one moment."""

    account_id: int

    def flow(self, tallies: Tallies) -> Flow[Contents]:
        """Return the contents."""
        [settings] = yield Fetch("settings", (self.account_id,))
        rows: dict[str, Sequence[Row]] = {}
        for table in OF_ACCOUNTS:
            found = yield Fetch(f"all_{table.name}", (self.account_id,))
            rows[table.name] = _flags_as(int, table, found)
        named = dict(zip(SETTINGS, settings, strict=True))
        named |= {name: int(value) for name, value in named.items() if name in ACCOUNTS.flags}
        return Contents(named, tallies, rows)


@dataclass(slots=True)
class ReplaceContents(WholeAccount[None]):
    """Replace everything in an account, apart from its identity.

    Deliveries and jobs that were under way when the contents were read start again at once.
    """

    account_id: int
    contents: Contents

    def flow(self, tallies: Tallies) -> Flow[None]:  # noqa: ARG002 - the contents have others
        """Delete all rows, then insert the others."""
        yield from _delete_rows(self.account_id)
        contents = self.contents
        for table in OF_ACCOUNTS:
            rows = _flags_as(bool, table, contents.rows[table.name])
            if rows:
                yield Write(f"insert_all_{table.name}", self.account_id, rows)
        yield Write("put_tallies", self.account_id, [values_of_tallies(contents.tallies)])
        settings = [
            bool(contents.settings[name]) if name in ACCOUNTS.flags else contents.settings[name] for name in SETTINGS
        ]
        yield Fetch("set_account", (self.account_id, None, *settings))
        yield Fetch("release_taken", (self.account_id,))
        yield Fetch("end_leases", (self.account_id,))


@dataclass(slots=True)
class EmptyAccount(WholeAccount[None]):
    """Delete everything in an account, apart from its identity and its settings.

    Attributes:
        account_id: the account.
        restart: whether numbers start at 1 again. Otherwise those of events, messages, verifications, webhooks,
            attempts, reviews and jobs continue, so that no number is used twice. The ledger starts again in either
            case.
    """

    account_id: int
    restart: bool = False

    def flow(self, tallies: Tallies) -> Flow[None]:
        """Delete all rows."""
        yield from _delete_rows(self.account_id)
        kept = (
            Tallies()
            if self.restart
            else replace(tallies, contacts=0, entries=0, ledger=FIRST, webhooks=0, open_reviews=0)
        )
        yield Write("put_tallies", self.account_id, [values_of_tallies(kept)])


@dataclass(slots=True)
class DeleteAccount(WholeAccount[None]):
    """Delete an account with its keys and everything in it."""

    account_id: int

    def flow(self, tallies: Tallies) -> Flow[None]:  # noqa: ARG002 - they are deleted
        """Delete all rows, then the account."""
        yield from _delete_rows(self.account_id)
        for statement in (
            *(f"delete_all_{table.name}" for table in ACCESS),
            "delete_writer",
            "delete_keys",
            "delete_account",
        ):
            yield Fetch(statement, (self.account_id,))


def _delete_rows(account_id: int) -> Flow[None]:
    for table in reversed(OF_ACCOUNTS):
        yield Fetch(f"delete_all_{table.name}", (account_id,))


def _flags_as(kind: type, table: Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with their flags as numbers or as booleans: engines differ in what they return and accept."""
    flags = [name in table.flags for name in columns_of(table)]
    if not any(flags):
        return [tuple(row) for row in rows]
    return [tuple(kind(value) if flag else value for value, flag in zip(row, flags, strict=True)) for row in rows]
