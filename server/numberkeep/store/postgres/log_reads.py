"""What is read of the change log, the ledger and the outbox."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg

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

_EVENTS: Final = (
    f"SELECT {EVENT_COLUMNS} FROM numberkeep.events "  # noqa: S608
    "WHERE account_id = $1 AND event_id > $2 ORDER BY event_id LIMIT $3"
)
_ENTRIES: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM numberkeep.consent "  # noqa: S608
    "WHERE account_id = $1 AND entry_id > $2 ORDER BY entry_id LIMIT $3"
)
_ENTRIES_OF: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM numberkeep.consent WHERE account_id = $1 AND phone = $2 ORDER BY entry_id"  # noqa: S608
)
_WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM numberkeep.webhooks WHERE account_id = $1 ORDER BY webhook_id"  # noqa: S608
_DEAD: Final = (
    f"SELECT {DELIVERY_COLUMNS} FROM numberkeep.outbox "  # noqa: S608
    "WHERE account_id = $1 AND dead ORDER BY target, item LIMIT $2"
)
# A lookup for each account: grouped, the statement would read all that is owed. Both tables lie with their account, so
# on Citus each node answers for its own.
_AGENDA: Final = (
    "SELECT account_id, (SELECT min(due_at) FROM numberkeep.outbox AS o WHERE o.account_id = w.account_id AND head), "
    "(SELECT min(expires_at) FROM numberkeep.verifications AS v WHERE v.account_id = w.account_id AND pending) "
    "FROM numberkeep.writers AS w"
)
_AMONG: Final = " WHERE account_id = ANY($1::bigint[])"
_AGED: Final = (
    "SELECT account_id FROM numberkeep.writers AS w WHERE "
    "(SELECT at FROM numberkeep.events AS e WHERE e.account_id = w.account_id ORDER BY event_id LIMIT 1) <= $1"
)
_BACKLOG: Final = (
    "SELECT count(*) FILTER (WHERE NOT dead), min(created_at) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead) "
    "FROM numberkeep.outbox"
)


async def tallies(connection: asyncpg.Connection, account_id: int) -> Tallies:
    """What is counted of the account."""
    row = await connection.fetchrow(
        f"SELECT {TALLY_COLUMNS} FROM numberkeep.writers WHERE account_id = $1",  # noqa: S608
        account_id,
    )
    return Tallies() if row is None else Tallies(*row)


async def events(connection: asyncpg.Connection, account_id: int, after: int, limit: int) -> Sequence[Event]:
    """The account's first events behind a number."""
    return [event_of(row) for row in await connection.fetch(_EVENTS, account_id, after, limit)]


async def consent(connection: asyncpg.Connection, account_id: int, after: int, limit: int) -> Sequence[ConsentEntry]:
    """The account's first ledger entries behind a number."""
    return [entry_of(row) for row in await connection.fetch(_ENTRIES, account_id, after, limit)]


async def consent_of(connection: asyncpg.Connection, account_id: int, phone: str) -> Sequence[ConsentEntry]:
    """The account's ledger entries on a number."""
    return [entry_of(row) for row in await connection.fetch(_ENTRIES_OF, account_id, phone)]


async def opt_outs(connection: asyncpg.Connection, account_id: int) -> dict[str, int]:
    """The numbers that are opted out, each with its ledger entry."""
    rows = await connection.fetch("SELECT phone, entry_id FROM numberkeep.opt_outs WHERE account_id = $1", account_id)
    return _pairs(rows)


async def webhooks(connection: asyncpg.Connection, account_id: int) -> Sequence[Webhook]:
    """The account's webhooks."""
    return [webhook_of(row) for row in await connection.fetch(_WEBHOOKS, account_id)]


async def dead(connection: asyncpg.Connection, account_id: int, limit: int) -> Sequence[Delivery]:
    """The account's dead deliveries."""
    return [delivery_of(row) for row in await connection.fetch(_DEAD, account_id, limit)]


async def agenda(connection: asyncpg.Connection, at: int, among: Collection[int] | None) -> Agenda:
    """What there is to do; by two lookups an account."""
    only, given = ("", []) if among is None else (_AMONG, [list(among)])
    return agenda_of(map(tuple, await connection.fetch(_AGENDA + only, *given)), at)


async def aged(connection: asyncpg.Connection, before: int) -> Sequence[int]:
    """The accounts whose oldest event is from then or earlier; by a lookup an account."""
    return [account_id for (account_id,) in await connection.fetch(_AGED, before)]


async def backlog(connection: asyncpg.Connection) -> Backlog:
    """How the outbox stands."""
    [row] = await connection.fetch(_BACKLOG)
    return Backlog(*row)


def _pairs(rows: Sequence[asyncpg.Record]) -> dict[Any, int]:
    return {key: value for key, value in rows}  # noqa: C416 - to dict() a record is no pair
