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
from numberkeep.store.sqlite.connection import Database, lacking, reason

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


@dataclass(slots=True, frozen=True)
class Rule:
    """What holds of the tables after every command.

    Attributes:
        name: what a fault is called by.
        message: what is wrong with a row that the query finds; `{0}` and so on are its columns from the third.
        sql: finds account_id and contact_id (or NULL) of every fault.
    """

    name: str
    message: str
    sql: str


_TAGS: Final = "json_each(CASE WHEN json_valid(c.tags) THEN c.tags ELSE '[]' END)"

RULES: Final = [
    Rule(
        "contact_count",
        "the account's count is {0} and it has {1} contacts",
        "SELECT a.account_id, NULL, a.contact_count, coalesce(c.there, 0) FROM accounts AS a LEFT JOIN "
        "(SELECT account_id, count(*) AS there FROM contacts GROUP BY account_id) AS c USING (account_id) "
        "WHERE a.contact_count <> coalesce(c.there, 0)",
    ),
    Rule(
        "account",
        "the contact is of an account that is not there",
        "SELECT account_id, contact_id FROM contacts WHERE account_id NOT IN (SELECT account_id FROM accounts)",
    ),
    Rule(
        "json",
        "the contact's tags are no JSON array or its custom variables no JSON object",
        "SELECT account_id, contact_id FROM contacts WHERE "
        "CASE WHEN json_valid(tags) THEN json_type(tags) ELSE '' END <> 'array' OR "
        "CASE WHEN json_valid(custom_variables) THEN json_type(custom_variables) ELSE '' END <> 'object'",
    ),
    Rule(
        "contact_tags",
        "the contact has a tag by which no listing finds it",
        f"SELECT c.account_id, c.contact_id FROM contacts AS c, {_TAGS} AS has WHERE NOT EXISTS "  # noqa: S608
        "(SELECT 1 FROM contact_tags AS t WHERE t.account_id = c.account_id AND t.tag = has.value "
        "AND t.created_at = c.created_at AND t.contact_id = c.contact_id)",
    ),
    Rule(
        "contact_tags",
        "listings find the contact by a tag that it does not have",
        "SELECT t.account_id, t.contact_id FROM contact_tags AS t LEFT JOIN contacts AS c "  # noqa: S608
        "ON c.contact_id = t.contact_id AND c.account_id = t.account_id AND c.created_at = t.created_at "
        f"WHERE c.contact_id IS NULL OR t.tag NOT IN (SELECT value FROM {_TAGS})",
    ),
    Rule(
        "opt_outs",
        "the contact is opted out and its number is not",
        "SELECT account_id, contact_id FROM contacts AS c WHERE opt_out = 1 AND NOT EXISTS "
        "(SELECT 1 FROM opt_outs AS o WHERE o.account_id = c.account_id AND o.phone = c.phone)",
    ),
    Rule(
        "opt_outs",
        "the contact's number is opted out and the contact is not",
        "SELECT c.account_id, c.contact_id FROM opt_outs AS o JOIN contacts AS c USING (account_id, phone) "
        "WHERE c.opt_out <> 1",
    ),
]
"""Held by the handlers in writes.py; a command that keeps another pair of tables in step adds its rule here."""


def check(database: Path) -> Checked:
    """Look at the whole database in one read transaction, beside a service or not; nothing is changed.

    Where SQLite's own checks find faults, the rules of the tables are not looked at.

    Raises:
        StoreUnusable: the file cannot be opened, is no numberkeep database, or is of a newer version.
    """
    with closing(Database(database).visit()) as connection:
        try:
            connection.execute("BEGIN")
            lacking(connection)  # raises for a newer schema, whose rules are not known here
            faults = [*_structure(connection)]
            if faults:
                return Checked(faults)
            faults = [fault for rule in RULES for fault in _broken(connection, rule)]
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
        yield Fault("foreign_key", f"a row of {table} refers to a row of {parent} that is not there")


def _broken(connection: apsw.Connection, rule: Rule) -> Iterator[Fault]:
    rows = connection.execute(rule.sql)
    yield from (_fault(rule, row) for row in islice(rows, _TOLD))
    more = sum(1 for _ in rows)
    if more:
        yield Fault(rule.name, f"and {more} more: {rule.message}")


def _fault(rule: Rule, row: tuple[Any, ...]) -> Fault:
    account_id, contact_id, *values = row
    text = None if contact_id is None else contact_id_text(contact_id)
    return Fault(rule.name, rule.message.format(*values), account_id, text)
