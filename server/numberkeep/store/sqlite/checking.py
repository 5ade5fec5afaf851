"""Whether a database is sound: SQLite's own checks, and what this store promises itself of its tables.

No fault says a number, a name or anything else of a person: accounts and contacts are told by their ids.
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
from numberkeep.store.sqlite.connection import Database, lacking, pending_steps, reason
from numberkeep.store.sqlite.invariants import INVARIANTS, Invariant

_TOLD: Final = 100
"""Faults of one rule that are told one by one."""


@dataclass(slots=True, frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        rule: the rule that does not hold.
        message: what is wrong.
        account_id: in which account, where it is in one.
        contact_id: in which contact, as the API shows its id, where it is in one.
    """

    rule: str
    message: str
    account_id: int | None = None
    contact_id: str | None = None


@dataclass(slots=True, frozen=True)
class Checked:
    """What a check found.

    Attributes:
        faults: what is wrong; empty for a sound database.
        accounts: how many accounts there are.
        contacts: how many contacts there are.
    """

    faults: Sequence[Fault]
    accounts: int = 0
    contacts: int = 0


def check(database: Path) -> Checked:
    """Look at the whole database in one read transaction, beside a service or not; nothing is changed.

    Where SQLite's own checks find faults, the rules of the tables are not looked at.

    Raises:
        StoreUnusable: the file cannot be opened, is no numberkeep database, or is of another version.
    """
    with closing(Database(database).visit()) as connection:
        try:
            connection.execute("BEGIN")
            refuse_older(lacking(connection))  # the rules are those of this schema alone
            refuse_unfinished(pending_steps(connection))
            faults = [*_structure(connection)]
            if faults:
                return Checked(faults)
            faults = [fault for rule in INVARIANTS for fault in _broken(connection, rule)]
            accounts, contacts = connection.execute(
                "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM contacts)"
            ).get
        except apsw.CorruptError as error:
            return Checked([Fault("integrity", reason(error))])
        except apsw.Error as error:
            raise StoreUnusable(f"cannot check the database {database}: {reason(error)}") from error
    return Checked(faults, accounts, contacts)


def _structure(connection: apsw.Connection) -> Iterator[Fault]:
    for (text,) in connection.execute(f"PRAGMA integrity_check({_TOLD})"):
        if text != "ok":
            yield Fault("integrity", " ".join(text.split()))
    for table, _, parent, _ in islice(connection.execute("PRAGMA foreign_key_check"), _TOLD):
        yield Fault("foreign_key", f"a row of {table} refers to a row of {parent} that does not exist")


def _broken(connection: apsw.Connection, rule: Invariant) -> Iterator[Fault]:
    rows = connection.execute(rule.sql)
    yield from (_fault(rule, row) for row in islice(rows, _TOLD))
    more = sum(1 for _ in rows)
    if more:
        yield Fault(rule.name, f"and {more} more: {rule.message}")


def _fault(rule: Invariant, row: tuple[Any, ...]) -> Fault:
    account_id, contact_id, *values = row
    text = None if contact_id is None else contact_id_text(contact_id)
    return Fault(rule.name, rule.message.format(*values), account_id, text)
