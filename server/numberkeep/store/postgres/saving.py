"""How a unit of work is saved to the tables."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg

from numberkeep.domain.commands import ANSWERS_RETAINED
from numberkeep.domain.snapshot import Changes, Old
from numberkeep.store.postgres.pool import copy_rows
from numberkeep.store.rows import (
    ANSWER_COLUMNS,
    COLUMNS,
    DELIVERY_COLUMNS,
    ENTRY_COLUMNS,
    EVENT_COLUMNS,
    MESSAGE_COLUMNS,
    VERIFICATION_COLUMNS,
    WEBHOOK_COLUMNS,
    values_of,
    values_of_answer,
    values_of_delivery,
    values_of_entry,
    values_of_event,
    values_of_message,
    values_of_tags,
    values_of_verification,
    values_of_webhook,
)

RowOf = Callable[[Any], tuple[Any, ...]]
"""Makes a row's values of what has changed."""

_CONTACT_TYPES: Final = "bigint text bigint text text text text text text text boolean boolean"
_NAMES: Final = COLUMNS.split(", ")


def _unnest(types: str) -> str:
    return "unnest(" + ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types.split(), start=2)) + ")"


def _insert(table: str, columns: str, types: str) -> str:
    return f"INSERT INTO numberkeep.{table} (account_id, {columns}) SELECT $1, * FROM {_unnest(types)}"  # noqa: S608


_TAGS: Final = f"{_unnest('text bigint bigint')} AS t (tag, created_at, contact_id)"
_UNTAG: Final = (
    f"DELETE FROM numberkeep.contact_tags AS c USING {_TAGS} "  # noqa: S608
    "WHERE c.account_id = $1 AND (c.tag, c.created_at, c.contact_id) = (t.tag, t.created_at, t.contact_id)"
)
_DELETE: Final = "DELETE FROM numberkeep.contacts WHERE account_id = $1 AND contact_id = ANY($2::bigint[])"
_INSERT: Final = _insert("contacts", COLUMNS, _CONTACT_TYPES)
_UPDATE: Final = (
    f"UPDATE numberkeep.contacts AS c SET {', '.join(f'{name} = new.{name}' for name in _NAMES[3:])} "  # noqa: S608
    f"FROM {_unnest(_CONTACT_TYPES)} AS new ({COLUMNS}) WHERE c.account_id = $1 AND c.contact_id = new.contact_id"
)
_TAG: Final = f"INSERT INTO numberkeep.contact_tags SELECT $1, t.* FROM {_TAGS}"  # noqa: S608
_OPT_IN: Final = "DELETE FROM numberkeep.opt_outs WHERE account_id = $1 AND phone = ANY($2::text[])"
_OPT_OUT: Final = _insert("opt_outs", "phone, opted_out_at, entry_id", "text bigint bigint")
_SAY: Final = _insert("consent", ENTRY_COLUMNS, "bigint text bigint boolean text text bytea")
_VERIFY: Final = (
    f"{_insert('verifications', VERIFICATION_COLUMNS, 'text bigint bigint boolean')} "
    "ON CONFLICT (account_id, phone) DO UPDATE SET requested_at = excluded.requested_at, "
    "expires_at = excluded.expires_at, pending = excluded.pending"
)
_MESSAGE: Final = _insert("messages", MESSAGE_COLUMNS, "bigint text text text text text bigint text text")
_MESSAGE_STANDS: Final = (
    f"UPDATE numberkeep.messages AS m SET status = new.status, handle = new.handle, error = new.error "  # noqa: S608
    f"FROM {_unnest('bigint text text text')} AS new (message_id, status, handle, error) "
    "WHERE m.account_id = $1 AND m.message_id = new.message_id"
)
_TELL: Final = _insert("events", EVENT_COLUMNS, "bigint text bigint text text")
_UNHOOK: Final = "DELETE FROM numberkeep.webhooks WHERE account_id = $1 AND webhook_id = ANY($2::bigint[])"
_OWE_NOTHING: Final = "DELETE FROM numberkeep.outbox WHERE account_id = $1 AND target = ANY($2::bigint[])"
_HOOK: Final = (
    f"{_insert('webhooks', WEBHOOK_COLUMNS, 'bigint text text text bigint')} "
    "ON CONFLICT (account_id, webhook_id) DO UPDATE SET secret = excluded.secret, types = excluded.types"
)
_REDEEM: Final = (
    f"DELETE FROM numberkeep.outbox AS o USING {_unnest('bigint text bigint')} AS gone (target, phone, item) "  # noqa: S608
    "WHERE o.account_id = $1 AND o.target = gone.target AND o.phone = gone.phone AND o.item = gone.item"
)
_POSTPONE: Final = (
    "UPDATE numberkeep.outbox AS o SET attempts = new.attempts, due_at = new.due_at, dead = new.dead, "  # noqa: S608
    f"error = new.error, head = o.head AND NOT new.dead "
    f"FROM {_unnest('bigint text bigint bigint bigint boolean text')} "
    "AS new (target, phone, item, attempts, due_at, dead, error) "
    "WHERE o.account_id = $1 AND o.target = new.target AND o.phone = new.phone AND o.item = new.item"
)
_OWE: Final = _insert("outbox", DELIVERY_COLUMNS, "bigint bigint text bigint bigint bigint boolean text")
_QUEUES: Final = f"{_unnest('bigint text')} AS queue (target, phone)"
_BEHEAD: Final = (
    f"UPDATE numberkeep.outbox AS o SET head = false FROM {_QUEUES} "  # noqa: S608
    "WHERE o.account_id = $1 AND o.target = queue.target AND o.phone = queue.phone AND o.head"
)
# One lookup a queue, and then the rows: in one step a planner without statistics looks for every pair of the two.
_HEAD: Final = (
    "WITH first AS MATERIALIZED (SELECT queue.target, queue.phone, (SELECT min(e.item) FROM numberkeep.outbox AS e "  # noqa: S608
    "WHERE e.account_id = $1 AND e.target = queue.target AND e.phone = queue.phone AND NOT e.dead) AS item "
    f"FROM {_QUEUES}) UPDATE numberkeep.outbox AS o SET head = true FROM first "
    "WHERE o.account_id = $1 AND o.target = first.target AND o.phone = first.phone AND o.item = first.item "
    "AND NOT o.head"
)
_KEEP: Final = (
    f"{_insert('answers', ANSWER_COLUMNS, 'text bytea bytea bigint')} ON CONFLICT (account_id, key) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at"
)

_COPIED_FROM: Final = 100
"""Rows from which on COPY is faster than an INSERT, whose arrays the driver looks at value by value."""

_COPY_SECONDS: Final = 30.0

_COPIED: Final = {
    _INSERT: ("contacts", ["account_id", *_NAMES]),
    _TAG: ("contact_tags", ["account_id", "tag", "created_at", "contact_id"]),
    _TELL: ("events", ["account_id", *EVENT_COLUMNS.split(", ")]),
    _OWE: ("outbox", ["account_id", *DELIVERY_COLUMNS.split(", ")]),
}

_TALLY: Final = (
    "UPDATE numberkeep.writers SET contact_count = $2, last_message = $3, last_event = $4, last_entry = $5, "
    "ledger = $6, webhook_count = $7, last_webhook = $8 WHERE account_id = $1"
)
_FORGET_ANSWERS: Final = (
    "DELETE FROM numberkeep.answers WHERE account_id = $1 AND key IN (SELECT key FROM numberkeep.answers "
    "WHERE account_id = $1 AND created_at <= $2 ORDER BY created_at LIMIT $3)"
)
_FORGET_EVENTS: Final = "DELETE FROM numberkeep.events WHERE account_id = $1 AND event_id <= $2"
_FORGET_OWED: Final = (
    "WITH old AS MATERIALIZED (SELECT w.webhook_id, e.phone, e.event_id "
    "FROM numberkeep.events AS e, numberkeep.webhooks AS w "
    "WHERE e.account_id = $1 AND e.event_id <= $2 AND w.account_id = $1) "
    "DELETE FROM numberkeep.outbox AS o USING old WHERE o.account_id = $1 AND o.target = old.webhook_id "
    "AND o.phone = old.phone AND o.item = old.event_id RETURNING o.target, o.phone"
)
_FORGET_DEAD: Final = "DELETE FROM numberkeep.outbox WHERE account_id = $1 AND target = 0 AND dead AND created_at <= $2"


async def save(connection: asyncpg.Connection, account_id: int, changes: Changes) -> None:
    """Write the changes, removals before insertions."""
    now = changes.tallies
    counted = (now.contacts, now.messages, now.events, now.entries, now.ledger, now.webhooks, now.last_webhook)
    await connection.execute(_TALLY, account_id, *counted)
    # Of what is too old, twice as much goes as comes: so the tables hold no more than their time.
    if changes.answers:
        oldest, most = changes.answers[-1].at - ANSWERS_RETAINED, 2 * len(changes.answers)
        await connection.execute(_FORGET_ANSWERS, account_id, oldest, most)
    writes: Sequence[tuple[str, Sequence[Any], RowOf]] = (
        (_UNTAG, values_of_tags(changes.untagged), tuple),
        (_DELETE, changes.deleted, lambda contact: (contact.contact_id,)),
        (_INSERT, changes.inserted, values_of),
        (_UPDATE, changes.updated, lambda pair: values_of(pair[1])),
        (_TAG, values_of_tags(changes.tagged), tuple),
        (_OPT_IN, changes.opted_in, lambda phone: (phone,)),
        (_OPT_OUT, changes.opted_out, tuple),
        (_SAY, changes.entries, values_of_entry),
        (_VERIFY, changes.verifications, values_of_verification),
        (_MESSAGE, changes.messages, values_of_message),
        (
            _MESSAGE_STANDS,
            list(changes.messages_updated.values()),
            lambda each: (each.message_id, each.status.value, each.handle, each.error),
        ),
        (_TELL, changes.events, values_of_event),
        (_UNHOOK, changes.webhooks_removed, lambda webhook_id: (webhook_id,)),
        (_OWE_NOTHING, changes.webhooks_removed, lambda webhook_id: (webhook_id,)),
        (_HOOK, list(changes.webhooks.values()), values_of_webhook),
        (_REDEEM, changes.redeemed, lambda each: (each.target, each.phone, each.item)),
        (
            _POSTPONE,
            list(changes.postponed.values()),
            lambda each: (
                each.target,
                each.phone,
                each.item,
                each.attempts,
                each.due_at,
                each.dead,
                each.error,
            ),
        ),
        (_OWE, list(changes.owed.values()), values_of_delivery),
        (_BEHEAD, list(changes.revived), tuple),
        (_HEAD, [*changes.queues, *changes.revived], tuple),
        (_KEEP, changes.answers, values_of_answer),
    )
    for statement, changed, row_of in writes:
        rows = map(row_of, changed)
        if len(changed) >= _COPIED_FROM and (table := _COPIED.get(statement)):
            records = ((account_id, *row) for row in rows)
            await copy_rows(connection, *table, records, seconds=_COPY_SECONDS)
        elif changed:
            await connection.execute(statement, account_id, *map(list, zip(*rows, strict=True)))
    if changes.forgotten is not None:
        await _forget(connection, account_id, changes.forgotten)


async def _forget(connection: asyncpg.Connection, account_id: int, old: Old) -> None:
    queues = dict.fromkeys(map(tuple, await connection.fetch(_FORGET_OWED, account_id, old.last_event)))
    if queues:
        await connection.execute(_HEAD, account_id, *map(list, zip(*queues, strict=True)))
    await connection.execute(_FORGET_EVENTS, account_id, old.last_event)
    if not old.more:
        await connection.execute(_FORGET_DEAD, account_id, old.before)
