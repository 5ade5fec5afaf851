"""How a unit of work is loaded from the tables; the first statement takes the account's lock."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from numberkeep.domain.delivery import Delivery, Owed, Webhook, items_of, owed_of
from numberkeep.domain.errors import StoreUnavailable
from numberkeep.domain.snapshot import Loaded, Old, OutboxKey, Tallies, Wanted
from numberkeep.domain.verification import Verification
from numberkeep.store.rows import (
    ANSWER_COLUMNS,
    COLUMNS,
    DELIVERY_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    TALLY_COLUMNS,
    VERIFICATION_COLUMNS,
    WEBHOOK_COLUMNS,
    answer_of,
    contact_of,
    delivery_of,
    event_of,
    message_of,
    verification_of,
    webhook_of,
)

_LOCK: Final = f"SELECT {TALLY_COLUMNS} FROM numberkeep.writers WHERE account_id = $1 FOR UPDATE"  # noqa: S608
_CONTACTS: Final = f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = ANY($2::text[])"  # noqa: S608
_OPT_OUTS: Final = (
    "SELECT phone, opted_out_at, entry_id FROM numberkeep.opt_outs WHERE account_id = $1 AND phone = ANY($2::text[])"
)
_VERIFICATIONS: Final = (
    f"SELECT {VERIFICATION_COLUMNS} FROM numberkeep.verifications "  # noqa: S608
    "WHERE account_id = $1 AND phone = ANY($2::text[])"
)
_EXPIRED: Final = (
    f"SELECT {VERIFICATION_COLUMNS} FROM numberkeep.verifications "  # noqa: S608
    "WHERE pending AND account_id = $1 AND expires_at <= $2 ORDER BY expires_at, phone LIMIT $3"
)
_ANSWERS: Final = f"SELECT {ANSWER_COLUMNS} FROM numberkeep.answers WHERE account_id = $1 AND key = ANY($2::text[])"  # noqa: S608
_HANDLES: Final = (
    "SELECT handle FROM numberkeep.messages "
    "WHERE account_id = $1 AND direction = 'inbound' AND handle <> '' AND handle = ANY($2::text[])"
)
_WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM numberkeep.webhooks WHERE account_id = $1 ORDER BY webhook_id"  # noqa: S608

_OUTBOX: Final = f"SELECT {DELIVERY_COLUMNS} FROM numberkeep.outbox AS o WHERE account_id = $1"  # noqa: S608
_DUE: Final = (
    "SELECT due.* FROM unnest($2::bigint[]) AS t (target) CROSS JOIN LATERAL "  # noqa: S608
    f"({_OUTBOX} AND o.target = t.target AND head AND due_at <= $3 ORDER BY due_at, item LIMIT $4) AS due"
)
_DEAD: Final = f"{_OUTBOX} AND dead AND target = coalesce($2, target) ORDER BY target, item LIMIT $3"
_DELIVERIES: Final = (
    f"{_OUTBOX} AND (target, phone, item) IN "  # noqa: S608
    "(SELECT * FROM unnest($2::bigint[], $3::text[], $4::bigint[]))"
)
_UNSENT: Final = f"{_OUTBOX} AND target = 0 AND phone = ANY($2::text[]) AND NOT dead"
_MESSAGES: Final = (
    f"SELECT {MESSAGE_COLUMNS} FROM numberkeep.messages WHERE account_id = $1 AND message_id = ANY($2::bigint[])"  # noqa: S608
)
# Up to the first that is young, whatever the clocks said of those behind it. By numbers, which have no gaps: to find
# the first so many of a table without statistics the planner would sort all of it.
_OLD: Final = (
    "WITH oldest AS MATERIALIZED (SELECT event_id, at FROM numberkeep.events WHERE account_id = $1 AND event_id < "
    "(SELECT event_id FROM numberkeep.events WHERE account_id = $1 ORDER BY event_id LIMIT 1) + $2), "
    "young AS MATERIALIZED (SELECT min(event_id) AS first FROM oldest WHERE at > $3) "
    "SELECT count(*), coalesce(max(event_id), 0) FROM oldest, young WHERE first IS NULL OR event_id < first"
)
_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM numberkeep.events WHERE account_id = $1 AND event_id = ANY($2::bigint[])"  # noqa: S608


async def load(connection: asyncpg.Connection, account_id: int, wanted: Wanted) -> Loaded:
    """What the tables have of all that is wanted.

    Raises:
        StoreUnavailable: the account has no row to lock.
    """
    tallies = await connection.fetchrow(_LOCK, account_id)
    if tallies is None:
        raise StoreUnavailable(f"account {account_id} has no row to lock: its store was not made or copied to its end")
    loaded = Loaded(Tallies(*tallies))
    if loaded.tallies.webhooks:
        webhooks = map(webhook_of, await connection.fetch(_WEBHOOKS, account_id))
        loaded.webhooks = {webhook.webhook_id: webhook for webhook in webhooks}
    if wanted.of_outbox:
        loaded.owed, loaded.due = await _owed(connection, account_id, wanted, loaded.webhooks)
    phones, asked = wanted.with_reasons(loaded.owed)
    if phones:
        contacts = map(contact_of, await connection.fetch(_CONTACTS, account_id, list(phones)))
        loaded.contacts = {contact.phone: contact for contact in contacts}
        opt_outs = await connection.fetch(_OPT_OUTS, account_id, list(phones))
        loaded.opt_outs = {phone: (at, entry) for phone, at, entry in opt_outs}
    loaded.verifications = await _verifications(connection, account_id, asked, wanted.expired)
    if loaded.pending:
        unsent = list(map(delivery_of, await connection.fetch(_UNSENT, account_id, loaded.pending)))
        loaded.owed = await _with_contents(connection, account_id, unsent, loaded.webhooks) | loaded.owed
    if wanted.keys:
        answers = map(answer_of, await connection.fetch(_ANSWERS, account_id, list(wanted.keys)))
        loaded.answers = {answer.key: answer for answer in answers}
    if wanted.handles:
        handles = await connection.fetch(_HANDLES, account_id, list(wanted.handles))
        loaded.handles = frozenset(handle for (handle,) in handles)
    if wanted.old:
        limit, before = wanted.old
        [old] = await connection.fetch(_OLD, account_id, limit, before)
        loaded.old = Old(before, limit, *old)
    return loaded


async def _verifications(
    connection: asyncpg.Connection, account_id: int, asked: Mapping[str, None], expired: tuple[int, int] | None
) -> Mapping[str, Verification]:
    found: list[Verification] = []
    if asked:
        found += map(verification_of, await connection.fetch(_VERIFICATIONS, account_id, list(asked)))
    if expired:
        limit, at = expired
        found += map(verification_of, await connection.fetch(_EXPIRED, account_id, at, limit))
    return {verification.phone: verification for verification in found}


async def _owed(
    connection: asyncpg.Connection, account_id: int, wanted: Wanted, webhooks: Mapping[int, Webhook]
) -> tuple[dict[OutboxKey, Owed], Sequence[OutboxKey]]:
    due: list[Delivery] = []
    found: list[Delivery] = []
    if wanted.deliveries:
        keys = map(list, zip(*wanted.deliveries, strict=True))
        found += map(delivery_of, await connection.fetch(_DELIVERIES, account_id, *keys))
    for target, limit in wanted.dead.items():
        found += map(delivery_of, await connection.fetch(_DEAD, account_id, target, limit))
    if wanted.due:
        asked = wanted.due
        targets = asked.targets(webhooks)
        rows = await connection.fetch(_DUE, account_id, targets, asked.at, asked.limit)
        due = asked.first(map(delivery_of, rows))
        found += due
    owed = await _with_contents(connection, account_id, found, webhooks)
    return owed, [(each.target, each.item) for each in due]


async def _with_contents(
    connection: asyncpg.Connection, account_id: int, found: Sequence[Delivery], webhooks: Mapping[int, Webhook]
) -> dict[OutboxKey, Owed]:
    of_sender, of_webhooks = items_of(found)
    messages = await connection.fetch(_MESSAGES, account_id, of_sender) if of_sender else ()
    events = await connection.fetch(_EVENTS, account_id, of_webhooks) if of_webhooks else ()
    return owed_of(found, map(message_of, messages), map(event_of, events), webhooks)
