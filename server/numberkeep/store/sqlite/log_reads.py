"""What is read of the change log, the ledger and the outbox."""

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.delivery import Agenda, Backlog, Delivery, Webhook, agenda_of
from numberkeep.domain.event import Event
from numberkeep.domain.snapshot import Tallies
from numberkeep.store.rows import (
    DELIVERY_COLUMNS,
    ENTRY_COLUMNS,
    EVENT_COLUMNS,
    TALLY_COLUMNS,
    WEBHOOK_COLUMNS,
    delivery_of,
    entry_of,
    event_of,
    webhook_of,
)

_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM events WHERE account_id = ? AND event_id > ? ORDER BY event_id LIMIT ?"  # noqa: S608
_ENTRIES: Final = f"SELECT {ENTRY_COLUMNS} FROM consent WHERE account_id = ? AND entry_id > ? ORDER BY entry_id LIMIT ?"  # noqa: S608
_ENTRIES_OF: Final = f"SELECT {ENTRY_COLUMNS} FROM consent WHERE account_id = ? AND phone = ? ORDER BY entry_id"  # noqa: S608
_WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE account_id = ? ORDER BY webhook_id"  # noqa: S608
_DEAD: Final = (
    f"SELECT {DELIVERY_COLUMNS} FROM outbox WHERE account_id = ? AND dead = 1 "  # noqa: S608
    "ORDER BY target, item LIMIT ?"
)
_AGENDA: Final = (
    "SELECT account_id, (SELECT min(due_at) FROM outbox AS o WHERE o.account_id = a.account_id AND head = 1), "
    "(SELECT min(expires_at) FROM verifications AS v WHERE v.account_id = a.account_id AND pending = 1) "
    "FROM accounts AS a"
)
_AMONG: Final = " WHERE account_id IN (SELECT value FROM json_each(?))"
_AGED: Final = (
    "SELECT account_id FROM accounts AS a "
    "WHERE (SELECT at FROM events AS e WHERE e.account_id = a.account_id ORDER BY event_id LIMIT 1) <= ?"
)
_BACKLOG: Final = (
    "SELECT (SELECT count(*) FROM outbox WHERE dead = 0), (SELECT min(created_at) FROM outbox WHERE dead = 0), "
    "(SELECT count(*) FROM outbox WHERE dead = 1)"
)


def tallies(connection: apsw.Connection, account_id: int) -> Tallies:
    """What is counted of the account."""
    row = connection.execute(f"SELECT {TALLY_COLUMNS} FROM accounts WHERE account_id = ?", (account_id,)).fetchone()  # noqa: S608
    return Tallies() if row is None else Tallies(*row)


def events(connection: apsw.Connection, account_id: int, after: int, limit: int) -> Sequence[Event]:
    """The account's first events behind a number."""
    return [event_of(row) for row in connection.execute(_EVENTS, (account_id, after, limit))]


def consent(connection: apsw.Connection, account_id: int, after: int, limit: int) -> Sequence[ConsentEntry]:
    """The account's first ledger entries behind a number."""
    return [entry_of(row) for row in connection.execute(_ENTRIES, (account_id, after, limit))]


def consent_of(connection: apsw.Connection, account_id: int, phone: str) -> Sequence[ConsentEntry]:
    """The account's ledger entries on a number."""
    return [entry_of(row) for row in connection.execute(_ENTRIES_OF, (account_id, phone))]


def opt_outs(connection: apsw.Connection, account_id: int) -> dict[str, int]:
    """The numbers that are opted out, each with its ledger entry."""
    return dict(connection.execute("SELECT phone, entry_id FROM opt_outs WHERE account_id = ?", (account_id,)))


def webhooks(connection: apsw.Connection, account_id: int) -> Sequence[Webhook]:
    """The account's webhooks."""
    return [webhook_of(row) for row in connection.execute(_WEBHOOKS, (account_id,))]


def dead(connection: apsw.Connection, account_id: int, limit: int) -> Sequence[Delivery]:
    """The account's dead deliveries."""
    return [delivery_of(row) for row in connection.execute(_DEAD, (account_id, limit))]


def agenda(connection: apsw.Connection, at: int, among: Collection[int] | None) -> Agenda:
    """What there is to do; by two lookups an account."""
    if among is None:
        rows: list[Any] = connection.execute(_AGENDA).fetchall()
    else:
        rows = connection.execute(_AGENDA + _AMONG, (json.dumps(list(among)),)).fetchall()
    return agenda_of(rows, at)


def aged(connection: apsw.Connection, before: int) -> Sequence[int]:
    """The accounts whose oldest event is from then or earlier; by a lookup an account."""
    return [account_id for (account_id,) in connection.execute(_AGED, (before,))]


def backlog(connection: apsw.Connection) -> Backlog:
    """How the outbox stands."""
    return Backlog(*connection.execute(_BACKLOG).get)
