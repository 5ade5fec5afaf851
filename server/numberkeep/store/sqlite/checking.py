"""Checks a database: SQLite's own checks, then the invariants of the tables.

No fault contains a number, a name or other personal data: accounts and contacts are identified by their ids.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import apsw

from numberkeep.domain.errors import StoreUnusable
from numberkeep.domain.identity import contact_id_text
from numberkeep.store.migrations import refuse_older, refuse_unfinished
from numberkeep.store.sqlite.checking_search import SEARCH_RULES
from numberkeep.store.sqlite.connection import Database, lacking, pending_steps
from numberkeep.store.sqlite.failures import reason
from numberkeep.store.sqlite.invariants import INVARIANTS, Invariant

_REPORTED: Final = 100
"""Faults of one rule that are reported one by one."""


@dataclass(slots=True, frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        rule: the rule that does not hold.
        message: what is wrong.
        account_id: the account that it concerns, if it concerns one.
        contact_id: the contact that it concerns, if it concerns one; as the API shows its id.
    """

    rule: str
    message: str
    account_id: int | None = None
    contact_id: str | None = None


@dataclass(slots=True, frozen=True)
class Checked:
    """The result of a check.

    Attributes:
        faults: what is wrong; empty for an intact database.
        accounts: how many accounts there are.
        contacts: how many contacts there are.
    """

    faults: Sequence[Fault]
    accounts: int = 0
    contacts: int = 0


def check(database: Path) -> Checked:
    """Check the whole database in one read transaction, which may run beside a service and changes nothing.

    If SQLite's own checks find faults, the invariants are not checked.

    Raises:
        StoreUnusable: the file cannot be opened, is not a numberkeep database, or is of another version.
    """
    with closing(Database(database).visit()) as connection:
        try:
            connection.execute("BEGIN")
            refuse_older(lacking(connection))  # the invariants apply to this schema alone
            refuse_unfinished(pending_steps(connection))
            faults = [*_structure(connection)]
            if faults:
                return Checked(faults)
            faults = [fault for rule in INVARIANTS for fault in _broken(connection, rule)]
            for rule in SEARCH_RULES:
                faults += _reported(rule.name, rule.message, rule.broken(connection))
            accounts, contacts = connection.execute(
                "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM contacts)"
            ).get
        except apsw.CorruptError as error:
            return Checked([Fault("integrity", reason(error))])
        except apsw.Error as error:
            raise StoreUnusable(f"cannot check the database {database}: {reason(error)}") from error
    return Checked(faults, accounts, contacts)


def _structure(connection: apsw.Connection) -> Iterator[Fault]:
    for (text,) in connection.execute(f"PRAGMA integrity_check({_REPORTED})"):
        if text != "ok":
            yield Fault("integrity", " ".join(text.split()))
    for table, _, parent, _ in islice(connection.execute("PRAGMA foreign_key_check"), _REPORTED):
        yield Fault("foreign_key", f"a row of {table} refers to a row of {parent} that does not exist")


def _broken(connection: apsw.Connection, rule: Invariant) -> Iterator[Fault]:
    return _reported(rule.name, rule.message, connection.execute(rule.sql))


def _reported(name: str, message: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[Fault]:
    yield from (_fault(name, message, row) for row in islice(rows, _REPORTED))
    more = sum(1 for _ in rows)
    if more:
        yield Fault(name, f"and {more} more: {message}")


def _fault(name: str, message: str, row: tuple[Any, ...]) -> Fault:
    account_id, contact_id, *values = row
    text = None if contact_id is None else contact_id_text(contact_id)
    return Fault(name, message.format(*values), account_id, text)
