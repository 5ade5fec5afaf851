"""What is read of the change log, the ledger and the outbox."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg

from numberkeep.domain.consent import ConsentEntry
from numberkeep.domain.delivery import Agenda, Backlog, Delivery, Webhook, agenda_of
from numberkeep.domain.event import Event
from numberkeep.domain.loading import Tallies
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
# Grouped by what Citus distributes by, so that each node answers for its own accounts; along a partial index.
_DUE: Final = "SELECT account_id, min(due_at) FROM numberkeep.outbox WHERE head{} GROUP BY account_id"
_LATE: Final = "SELECT account_id, min(expires_at) FROM numberkeep.verifications WHERE pending{} GROUP BY account_id"
_AMONG: Final = " AND account_id = ANY($1::bigint[])"
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
    """What there is to do; by a look at all that is owed or waited for."""
    only, given = ("", []) if among is None else (_AMONG, [list(among)])
    due: dict[int, int] = _pairs(await connection.fetch(_DUE.format(only), *given))
    return agenda_of(due, _pairs(await connection.fetch(_LATE.format(only), *given)), at)


async def backlog(connection: asyncpg.Connection) -> Backlog:
    """How the outbox stands."""
    [row] = await connection.fetch(_BACKLOG)
    return Backlog(*row)


def _pairs(rows: Sequence[asyncpg.Record]) -> dict[Any, int]:
    return {key: value for key, value in rows}  # noqa: C416 - to dict() a record is no pair
