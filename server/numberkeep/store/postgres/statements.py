"""The SQL of every statement; conversations.py runs them. $1 is the account."""

from collections.abc import Mapping
from typing import Final, TypeVar

from numberkeep.domain.outbox.attempt import KEPT_ATTEMPTS
from numberkeep.domain.outbox.delivery import CALLBACKS, NEVER
from numberkeep.store.account_rows import TALLY_COLUMNS
from numberkeep.store.inbox_rows import ATTEMPT_COLUMNS, CONCLUSION_COLUMNS
from numberkeep.store.message_rows import MESSAGE_COLUMNS, STATUS_COLUMNS
from numberkeep.store.postgres.moving_statements import STATEMENTS as MOVING
from numberkeep.store.postgres.read_statements import ACCOUNT, KEYS, OUTBOX, TALLIES, WEBHOOKS
from numberkeep.store.postgres.session_statements import SESSIONS
from numberkeep.store.rows import (
    ANSWER_COLUMNS,
    COLUMNS,
    DELIVERY_COLUMNS,
    ENTRY_COLUMNS,
    EVENT_COLUMNS,
    JOB_COLUMNS,
    JOB_PART_COLUMNS,
    OPT_OUT_COLUMNS,
    REVIEW_COLUMNS,
    VERIFICATION_COLUMNS,
    WEBHOOK_COLUMNS,
    WRITTEN_COLUMNS,
)

R = TypeVar("R")

_TYPES: Final = {
    "smallint": "state",
    "bigint": (
        "account_id contact_id created_at last_event opted_out_at entry_id verification_id requested_at expires_at "
        "message_id event_id at previous_event webhook_id disabled_at target item attempts due_at review_id deadline "
        "job_id updated_at lease_until size place error_code sent_at "
        "last_message attempt_id took answered day count"
    ),
    "boolean": "verified opt_out opted_out pending head plain simulated sample",
    "bytea": "hash fingerprint answer data request",
}
_TYPE_OF: Final = {name: kind for kind, names in _TYPES.items() for name in names.split()}
"""The type of each column that is not text."""


def _unnest(columns: str) -> str:
    arrays = [f"${n}::{_TYPE_OF.get(name, 'text')}[]" for n, name in enumerate(columns.split(", "), start=2)]
    return f"unnest({', '.join(arrays)})"


def insertion(table: str, columns: str) -> str:
    """Return an insertion that takes the account's id from its locked row.

    With $1 in its place, Citus would collect the rows on the coordinator and commit in two phases.
    """
    return (
        f"INSERT INTO numberkeep.{table} (account_id, {columns}) SELECT w.account_id, new.* "
        f"FROM numberkeep.writers AS w, {_unnest(columns)} AS new WHERE w.account_id = $1"
    )


def _update(table: str, key: str, columns: str, also: str = "") -> str:
    """Return an update of the rows with these keys; `also` sets what depends on the new values."""
    changed = ", ".join(f"{name} = new.{name}" for name in columns.split(", "))
    same = " AND ".join(f"t.{name} = new.{name}" for name in key.split(", "))
    return (
        f"UPDATE numberkeep.{table} AS t SET {changed}{also} FROM {_unnest(f'{key}, {columns}')} "
        f"AS new ({key}, {columns}) WHERE t.account_id = $1 AND {same}"
    )


def _delete(table: str, key: str) -> str:
    same = " AND ".join(f"t.{name} = old.{name}" for name in key.split(", "))
    return f"DELETE FROM numberkeep.{table} AS t USING {_unnest(key)} AS old ({key}) WHERE t.account_id = $1 AND {same}"


def _in_state(state: str, changed: str) -> str:
    return (
        f"UPDATE numberkeep.outbox AS o SET {changed} FROM {_unnest('target')} AS of (target) "
        f"WHERE o.account_id = $1 AND o.target = of.target AND o.{state}"
    )


def _excluded(columns: str) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in columns.split(", "))


def _assigned(columns: str) -> str:
    return ", ".join(f"{name} = ${n}" for n, name in enumerate(columns.split(", "), start=2))


_CHANGEABLE: Final = ", ".join(WRITTEN_COLUMNS.split(", ")[3:])


def _of(columns: str, table: str, key: str, kind: str = "text") -> str:
    return f"SELECT {columns} FROM numberkeep.{table} WHERE account_id = $1 AND {key} = ANY($2::{kind}[])"


# With $1 in each subquery: otherwise Citus would ask every node.
_SIMULATED: Final = (
    "(SELECT source = 'simulated' FROM numberkeep.consent AS e WHERE e.account_id = $1 AND e.entry_id = o.entry_id)"
)

LOADS: Final[Mapping[str, str]] = {
    "tallies": TALLIES,
    "lock_tallies": f"{TALLIES} FOR UPDATE",
    "webhooks": WEBHOOKS,
    "contacts": _of(f"{COLUMNS}, last_event", "contacts", "phone"),
    "recipients": (
        f"{_of(f'phone, opted_out_at, entry_id, {_SIMULATED}, NULL::bigint', 'opt_outs AS o', 'phone')} UNION ALL "
        f"{_of('phone, NULL::bigint, NULL::bigint, NULL::boolean, last_event', 'last_events', 'phone')}"
    ),
    "verifications": _of(VERIFICATION_COLUMNS, "verifications", "phone"),
    "expired": (
        f"SELECT {VERIFICATION_COLUMNS} FROM numberkeep.verifications "
        "WHERE account_id = $1 AND pending AND expires_at <= $2 ORDER BY expires_at, phone LIMIT $3"
    ),
    "reviews": _of(REVIEW_COLUMNS, "reviews", "review_id", "bigint"),
    "open_reviews": f"{_of(REVIEW_COLUMNS, 'reviews', 'phone')} AND decision = 'open'",
    "answers": _of(ANSWER_COLUMNS, "answers", "key"),
    "jobs": _of(JOB_COLUMNS, "jobs", "job_id", "bigint"),
    "handles": f"{_of('handle', 'messages', 'handle')} AND direction = 'inbound' AND handle <> ''",
    "due": (
        "SELECT due.* FROM unnest($2::bigint[]) AS t (target) CROSS JOIN LATERAL "
        f"({OUTBOX} AND o.target = t.target AND head AND due_at <= $3 ORDER BY due_at, item LIMIT $4) AS due"
    ),
    "dead": f"{OUTBOX} AND state = 2 AND target = coalesce($2, target) ORDER BY target, item LIMIT $3",
    "deliveries": f"{OUTBOX} AND (target, phone, item) IN (SELECT * FROM {_unnest('target, phone, item')})",
    "unsent": f"{OUTBOX} AND target = 0 AND phone = ANY($2::text[]) AND state <> 2",
    "messages": _of(MESSAGE_COLUMNS, "messages", "message_id", "bigint"),
    "sent_messages": f"{_of(MESSAGE_COLUMNS, 'messages', 'handle')} AND direction = 'outbound' AND handle <> ''",
    "events": _of(EVENT_COLUMNS, "events", "event_id", "bigint"),
    # Up to the first young event, whatever the times of those after it. By numbers, which have no gaps: without
    # statistics, the planner would sort the whole table to find the first.
    "old_events": (
        "WITH oldest AS MATERIALIZED (SELECT event_id, at FROM numberkeep.events WHERE account_id = $1 AND event_id < "
        "(SELECT event_id FROM numberkeep.events WHERE account_id = $1 ORDER BY event_id LIMIT 1) + $2), "
        "young AS MATERIALIZED (SELECT min(event_id) AS first FROM oldest WHERE at > $3) "
        "SELECT count(*), coalesce(max(event_id), 0) FROM oldest, young WHERE first IS NULL OR event_id < first"
    ),
    "old_deliveries": f"{OUTBOX} AND state = 2 AND created_at <= $2 ORDER BY created_at LIMIT $3",
}
"""The statements that load a unit of work."""

SPREAD: Final = frozenset({"deliveries"})
"""Statements that take a list of rows as one array for each column."""

_OF_QUEUE: Final = "o.account_id = $1 AND o.target = queue.target AND o.phone = queue.phone"
_QUEUES: Final = f"{_unnest('target, phone')} AS queue (target, phone)"

SAVES: Final[Mapping[str, str]] = {
    "delete_tags": _delete("contact_tags", "tag, created_at, contact_id"),
    "delete_contacts": _delete("contacts", "contact_id"),
    "insert_contacts": insertion("contacts", WRITTEN_COLUMNS),
    "update_contacts": _update("contacts", "contact_id", f"phone, created_at, {_CHANGEABLE}"),
    "set_search_texts": _update("contacts", "contact_id", "search_text"),
    "touch_contacts": _update("contacts", "phone", "last_event"),
    "put_last_events": (
        f"{insertion('last_events', 'phone, last_event')} "
        f"ON CONFLICT (account_id, phone) DO UPDATE SET {_excluded('last_event')}"
    ),
    "delete_last_events": _delete("last_events", "phone"),
    "insert_tags": insertion("contact_tags", "tag, created_at, contact_id"),
    "delete_opt_outs": _delete("opt_outs", "phone"),
    "insert_opt_outs": insertion("opt_outs", OPT_OUT_COLUMNS),
    "insert_entries": insertion("consent", ENTRY_COLUMNS),
    "insert_reviews": insertion("reviews", REVIEW_COLUMNS),
    "close_reviews": _update("reviews", "review_id", "decision"),
    "delete_job_parts": _delete("job_parts", "job_id"),
    "delete_jobs": _delete("jobs", "job_id"),
    "put_jobs": (
        f"{insertion('jobs', JOB_COLUMNS)} ON CONFLICT (account_id, job_id) "
        f"DO UPDATE SET {_excluded('status, updated_at, worker, lease_until, size, detail')}"
    ),
    "put_job_parts": (
        f"{insertion('job_parts', JOB_PART_COLUMNS)} ON CONFLICT (account_id, job_id, name, place) "
        f"DO UPDATE SET {_excluded('data')}"
    ),
    "put_verifications": (
        f"{insertion('verifications', VERIFICATION_COLUMNS)} ON CONFLICT (account_id, phone) "
        f"DO UPDATE SET {_excluded('verification_id, requested_at, expires_at, pending')}"
    ),
    "insert_messages": insertion("messages", MESSAGE_COLUMNS),
    "update_messages": _update("messages", "message_id", STATUS_COLUMNS),
    "insert_events": insertion("events", EVENT_COLUMNS),
    "add_event_days": (
        f"{insertion('event_days', 'day, type, count')} ON CONFLICT (account_id, day, type) "
        "DO UPDATE SET count = event_days.count + excluded.count"
    ),
    "put_conversations": (
        f"{insertion('conversations', 'phone, last_message')} ON CONFLICT (account_id, phone) "
        "DO UPDATE SET last_message = greatest(conversations.last_message, excluded.last_message)"
    ),
    "insert_conclusions": insertion("conclusions", CONCLUSION_COLUMNS),
    "delete_webhooks": _delete("webhooks", "webhook_id"),
    "delete_deliveries_to": _delete("outbox", "target"),
    "delete_attempts_to": _delete("attempts", "webhook_id"),
    "insert_attempts": insertion("attempts", ATTEMPT_COLUMNS),
    "put_webhooks": (
        f"{insertion('webhooks', WEBHOOK_COLUMNS)} ON CONFLICT (account_id, webhook_id) "
        f"DO UPDATE SET {_excluded('secret, types, disabled_at')}"
    ),
    "hold_deliveries": _in_state("state < 2", f"state = 3, due_at = {NEVER}"),
    "release_deliveries": _in_state("state = 3", "state = 0, due_at = created_at, attempts = 0"),
    "delete_deliveries": _delete("outbox", "target, phone, item"),
    "update_deliveries": _update(
        "outbox",
        "target, phone, item",
        "created_at, attempts, due_at, state, error",
        also=", head = t.head AND new.state <> 2",
    ),
    "insert_deliveries": insertion("outbox", DELIVERY_COLUMNS),
    "unset_heads": f"UPDATE numberkeep.outbox AS o SET head = false FROM {_QUEUES} WHERE {_OF_QUEUE} AND o.head",
    # First one lookup a queue, then the rows: in one step, a planner without statistics would compare every pair.
    "set_heads": (
        "WITH first AS MATERIALIZED (SELECT queue.target, queue.phone, "
        f"(SELECT min(o.item) FROM numberkeep.outbox AS o WHERE {_OF_QUEUE} AND o.state <> 2) AS item FROM {_QUEUES}) "
        "UPDATE numberkeep.outbox AS o SET head = true FROM first WHERE o.account_id = $1 "
        "AND o.target = first.target AND o.phone = first.phone AND o.item = first.item AND NOT o.head"
    ),
    "put_answers": (
        f"{insertion('answers', ANSWER_COLUMNS)} ON CONFLICT (account_id, key) "
        f"DO UPDATE SET {_excluded('fingerprint, answer, created_at')}"
    ),
}
"""The statements that save a unit of work, many rows at once."""

SINGLE_SAVES: Final[Mapping[str, str]] = {
    # An older process, which knows nothing of search texts, leaves text_event behind, and then so does this.
    "put_tallies": (
        f"UPDATE numberkeep.writers SET {_assigned(TALLY_COLUMNS)}, text_event = CASE WHEN text_event = last_event "
        f"THEN ${2 + TALLY_COLUMNS.split(', ').index('last_event')} ELSE text_event END WHERE account_id = $1"
    ),
    "delete_old_answers": (
        "DELETE FROM numberkeep.answers WHERE account_id = $1 AND key IN (SELECT key FROM numberkeep.answers "
        "WHERE account_id = $1 AND created_at <= $2 ORDER BY created_at LIMIT $3)"
    ),
    "delete_deliveries_of_old_events": (
        "WITH old AS MATERIALIZED (SELECT w.webhook_id, e.phone, e.event_id FROM numberkeep.events AS e, "
        f"(SELECT webhook_id FROM numberkeep.webhooks WHERE account_id = $1 UNION ALL "
        f"SELECT {CALLBACKS} FROM numberkeep.writers WHERE account_id = $1) AS w "
        "WHERE e.account_id = $1 AND e.event_id <= $2) "
        "DELETE FROM numberkeep.outbox AS o USING old WHERE o.account_id = $1 AND o.target = old.webhook_id "
        "AND o.phone = old.phone AND o.item = old.event_id RETURNING o.target, o.phone"
    ),
    "trim_attempts": (
        "DELETE FROM numberkeep.attempts WHERE account_id = $1 AND webhook_id = $2 AND attempt_id <= "
        "(SELECT attempt_id FROM numberkeep.attempts WHERE account_id = $1 AND webhook_id = $2 "
        f"ORDER BY attempt_id DESC LIMIT 1 OFFSET {KEPT_ATTEMPTS})"
    ),
    "delete_attempts_of_old_events": "DELETE FROM numberkeep.attempts WHERE account_id = $1 AND event_id <= $2",
    "delete_old_events": "DELETE FROM numberkeep.events WHERE account_id = $1 AND event_id <= $2",
    "delete_old_last_events": "DELETE FROM numberkeep.last_events WHERE account_id = $1 AND last_event <= $2",
}
"""The statements that save a unit of work, once for each row."""

COPIED: Final = {
    "insert_contacts": ("contacts", WRITTEN_COLUMNS),
    "insert_tags": ("contact_tags", "tag, created_at, contact_id"),
    "insert_events": ("events", EVENT_COLUMNS),
    "insert_deliveries": ("outbox", DELIVERY_COLUMNS),
}

DIRECTORY: Final[Mapping[str, str]] = {
    "account": f"{ACCOUNT} WHERE name = $1",
    "account_by_signing_hash": f"{ACCOUNT} WHERE signing_hash = $1",
    "key": f"{KEYS} WHERE k.key_id = $1",
    "any_key": "SELECT 1 FROM numberkeep.api_keys LIMIT 1",
    "insert_account": "INSERT INTO numberkeep.accounts (name, region, created_at) VALUES ($1, $2, $3)",
    "insert_writer": "INSERT INTO numberkeep.writers (account_id) VALUES ($1)",
    "insert_key": (
        "INSERT INTO numberkeep.api_keys (key_id, account_id, secret_hash, created_at, read_only, key_name) "
        "VALUES ($1, $2, $3, $4, $5, $6)"
    ),
    "revoke_key": "UPDATE numberkeep.api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE key_id = $1",
    # NULL leaves a value as it is.
    "set_account": (
        "UPDATE numberkeep.accounts SET signing_hash = nullif(coalesce($2, signing_hash), ''::bytea), "
        "region = coalesce($3, region), verification_text = coalesce($4, verification_text), "
        "opt_out_words = coalesce($5, opt_out_words), unclear_opts_out = coalesce($6, unclear_opts_out), "
        "confirmation = coalesce($7, confirmation) WHERE account_id = $1"
    ),
}
"""The statements of the commands on accounts and keys."""

FETCHED: Final = {**LOADS, **SINGLE_SAVES, **DIRECTORY, **SESSIONS, **MOVING}
