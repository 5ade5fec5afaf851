"""Checks a database: SQLite's own checks, then the rules of store/invariants.py."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

import apsw

from numberkeep.domain.errors import StoreUnusable
from numberkeep.store.checking import COUNTS, EVERY_ACCOUNT, REPORTED, TAGGED, Checked, Fault, Faults, faults_of_contact
from numberkeep.store.invariants import RULES, Dialect
from numberkeep.store.migrations import refuse_older, refuse_unfinished
from numberkeep.store.sqlite.checking_search import SEARCH_FAULTS
from numberkeep.store.sqlite.connection import Database, lacking, pending_steps
from numberkeep.store.sqlite.failures import reason

_DIALECT: Final = Dialect(account=":account", tallies="accounts", zeros="zeroblob(32)", array_of="json_group_array")


def check(database: Path) -> Checked:
    """Check the whole database in one read transaction, which may run beside a service and changes nothing.

    If SQLite's own checks find faults, the rules are not checked.

    Raises:
        StoreUnusable: the file cannot be opened, is not a numberkeep database, or is of another version.
    """
    with closing(Database(database).visit()) as connection:
        try:
            connection.execute("BEGIN")
            refuse_older(lacking(connection))  # the rules apply to this schema alone
            refuse_unfinished(pending_steps(connection))
            structure = [*_structure(connection)]
            if structure:
                return Checked(structure)
            faults = Faults()
            for (account_id,) in connection.execute(EVERY_ACCOUNT).fetchall():
                _check_account(connection, int(str(account_id)), faults)
            for rule, broken in SEARCH_FAULTS:
                for account_id, contact_id in broken(connection):
                    faults.add(rule, account_id, contact_id)
            return Checked([*faults], *connection.execute(COUNTS).get)
        except apsw.CorruptError as error:
            return Checked([Fault("integrity", reason(error))])
        except apsw.Error as error:
            raise StoreUnusable(f"cannot check the database {database}: {reason(error)}") from error


def _structure(connection: apsw.Connection) -> Iterator[Fault]:
    for (text,) in connection.execute(f"PRAGMA integrity_check({REPORTED})"):
        if text != "ok":
            yield Fault("integrity", " ".join(text.split()))
    for table, _, parent, _ in islice(connection.execute("PRAGMA foreign_key_check"), REPORTED):
        yield Fault("foreign_key", f"a row of {table} refers to a row of {parent} that does not exist")


def _check_account(connection: apsw.Connection, account_id: int, faults: Faults) -> None:
    of_account = {"account": account_id}
    for rule in RULES:
        if rule.sql:
            for row in connection.execute(_DIALECT.of(rule.sql), of_account):
                faults.add(rule, account_id, *row)
    for contact_id, *stored in connection.execute(_DIALECT.of(TAGGED), of_account):
        for rule in faults_of_contact(*stored):
            faults.add(rule, account_id, contact_id)
