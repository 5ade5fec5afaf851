"""The SQL of every statement, and `run`, which runs a conversation with the database. In a Write, ?1 is the account.

A list among the values is passed as a JSON array.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import apsw
import msgspec

from numberkeep.domain.outbox.delivery import CALLBACKS, NEVER
from numberkeep.store.account_rows import TALLY_COLUMNS
from numberkeep.store.flow import Fetch, Flow, Row, Write
from numberkeep.store.message_rows import MESSAGE_COLUMNS, STATUS_COLUMNS
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
from numberkeep.store.sqlite.inbox_statements import SAVES as INBOX
from numberkeep.store.sqlite.insertion import insertion
from numberkeep.store.sqlite.many_rows import ManyRows, Statement, places
from numberkeep.store.sqlite.moving_statements import STATEMENTS as MOVING
from numberkeep.store.sqlite.read_statements import ACCOUNT, KEYS, OUTBOX, TALLIES, WEBHOOKS
from numberkeep.store.sqlite.session_statements import SESSIONS
from numberkeep.store.sqlite.whole_account_statements import STATEMENTS as OF_WHOLE_ACCOUNTS

R = TypeVar("R")
"""SQL and its parameters."""

encode: Final = msgspec.json.Encoder().encode


def _set(columns: str, *, first: int) -> str:
    return ", ".join(f"{name} = ?{n}" for n, name in enumerate(columns.split(", "), first))


def _excluded(columns: str) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in columns.split(", "))


_IN: Final = "account_id = ?1 AND {} IN (SELECT value FROM json_each(?2))"
_QUEUE: Final = "account_id = ?1 AND target = ?2 AND phone = ?3"
_CHANGEABLE: Final = ", ".join(WRITTEN_COLUMNS.split(", ")[3:])

LOADS: Final[Mapping[str, str]] = {
    "tallies": TALLIES,
    "lock_tallies": TALLIES,
    "webhooks": WEBHOOKS,
    "contacts": f"SELECT {COLUMNS}, last_event FROM contacts WHERE {_IN.format('phone')}",
    # The first condition saves an account without such rows a lookup for every number.
    "recipients": (
        "SELECT phone, opted_out_at, entry_id, (SELECT source = 'simulated' FROM consent AS e "
        "WHERE e.account_id = o.account_id AND e.entry_id = o.entry_id), NULL FROM opt_outs AS o "
        f"WHERE EXISTS (SELECT 1 FROM opt_outs WHERE account_id = ?1) AND {_IN.format('phone')} "
        "UNION ALL SELECT phone, NULL, NULL, NULL, last_event FROM last_events "
        f"WHERE EXISTS (SELECT 1 FROM last_events WHERE account_id = ?1) AND {_IN.format('phone')}"
    ),
    "verifications": f"SELECT {VERIFICATION_COLUMNS} FROM verifications WHERE {_IN.format('phone')}",
    "expired": (
        f"SELECT {VERIFICATION_COLUMNS} FROM verifications "
        "WHERE account_id = ?1 AND pending = 1 AND expires_at <= ?2 ORDER BY expires_at, phone LIMIT ?3"
    ),
    "reviews": f"SELECT {REVIEW_COLUMNS} FROM reviews WHERE {_IN.format('review_id')}",
    # Without statistics, SQLite prefers the primary key to this index and that of messages below, and would read all
    # rows of the account.
    "open_reviews": (
        f"SELECT {REVIEW_COLUMNS} FROM reviews INDEXED BY reviews_phone "
        f"WHERE {_IN.format('phone')} AND decision = 'open'"
    ),
    "answers": f"SELECT {ANSWER_COLUMNS} FROM answers WHERE {_IN.format('key')}",
    "jobs": f"SELECT {JOB_COLUMNS} FROM jobs WHERE {_IN.format('job_id')}",
    "handles": f"SELECT handle FROM messages WHERE direction = 'inbound' AND handle <> '' AND {_IN.format('handle')}",
    "due": f"{OUTBOX} AND target = ?2 AND head = 1 AND due_at <= ?3 ORDER BY due_at, item LIMIT ?4",
    "dead": f"{OUTBOX} AND state = 2 AND target = coalesce(?2, target) ORDER BY target, item LIMIT ?3",
    "deliveries": (
        f"{OUTBOX} AND (target, phone, item) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?2))"
    ),
    "unsent": f"{OUTBOX} AND target = 0 AND phone IN (SELECT value FROM json_each(?2)) AND state <> 2",
    "messages": f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE {_IN.format('message_id')}",
    "sent_messages": (
        f"SELECT {MESSAGE_COLUMNS} FROM messages INDEXED BY messages_sent_handle "
        f"WHERE direction = 'outbound' AND handle <> '' AND {_IN.format('handle')}"
    ),
    "events": f"SELECT {EVENT_COLUMNS} FROM events WHERE {_IN.format('event_id')}",
    # Up to the first young event, whatever the times of those after it.
    "old_events": (
        "WITH oldest AS MATERIALIZED "
        "(SELECT event_id, at FROM events WHERE account_id = ?1 ORDER BY event_id LIMIT ?2), "
        "young AS MATERIALIZED (SELECT min(event_id) AS first FROM oldest WHERE at > ?3) "
        "SELECT count(*), coalesce(max(event_id), 0) FROM oldest, young WHERE first IS NULL OR event_id < first"
    ),
    "old_deliveries": f"{OUTBOX} AND state = 2 AND created_at <= ?2 ORDER BY created_at LIMIT ?3",
}
"""The statements that load a unit of work."""

_FOR_EACH: Final = frozenset({"due"})
"""Statements that run once for each item of the list, because SQLite would sort what is due to several targets."""

_LARGE: Final = places(WRITTEN_COLUMNS, "custom_variables", "search_text")

SAVES: Final[Mapping[str, str]] = {
    **INBOX,
    "put_tallies": f"UPDATE accounts SET {_set(TALLY_COLUMNS, first=2)} WHERE account_id = ?1",
    "delete_old_answers": (
        "DELETE FROM answers WHERE answer_id IN "
        "(SELECT answer_id FROM answers WHERE account_id = ?1 AND created_at <= ?2 ORDER BY created_at LIMIT ?3)"
    ),
    "delete_tags": (
        "DELETE FROM contact_tags WHERE account_id = ?1 AND tag = ?2 AND created_at = ?3 AND contact_id = ?4"
    ),
    "delete_contacts": "DELETE FROM contacts WHERE account_id = ?1 AND contact_id = ?2",
    "insert_contacts": insertion("contacts", WRITTEN_COLUMNS),
    "update_contacts": (f"UPDATE contacts SET {_set(_CHANGEABLE, first=5)} WHERE account_id = ?1 AND contact_id = ?2"),
    "set_search_texts": "UPDATE contacts SET search_text = ?3 WHERE account_id = ?1 AND contact_id = ?2",
    "touch_contacts": "UPDATE contacts SET last_event = ?3 WHERE account_id = ?1 AND phone = ?2",
    "put_last_events": (
        f"{insertion('last_events', 'phone, last_event')} ON CONFLICT DO UPDATE SET {_excluded('last_event')}"
    ),
    "delete_last_events": "DELETE FROM last_events WHERE account_id = ?1 AND phone = ?2",
    "insert_tags": insertion("contact_tags", "tag, created_at, contact_id"),
    "delete_opt_outs": "DELETE FROM opt_outs WHERE account_id = ?1 AND phone = ?2",
    "insert_opt_outs": insertion("opt_outs", OPT_OUT_COLUMNS),
    "insert_entries": insertion("consent", ENTRY_COLUMNS),
    "insert_reviews": insertion("reviews", REVIEW_COLUMNS),
    "close_reviews": "UPDATE reviews SET decision = ?3 WHERE account_id = ?1 AND review_id = ?2",
    "delete_job_parts": "DELETE FROM job_parts WHERE account_id = ?1 AND job_id = ?2",
    "delete_jobs": "DELETE FROM jobs WHERE account_id = ?1 AND job_id = ?2",
    "put_jobs": (
        f"{insertion('jobs', JOB_COLUMNS)} ON CONFLICT (account_id, job_id) "
        f"DO UPDATE SET {_excluded('status, updated_at, worker, lease_until, size, detail')}"
    ),
    "put_job_parts": (
        f"{insertion('job_parts', JOB_PART_COLUMNS)} ON CONFLICT (account_id, job_id, name, place) "
        f"DO UPDATE SET {_excluded('data')}"
    ),
    "put_verifications": (
        f"{insertion('verifications', VERIFICATION_COLUMNS)} ON CONFLICT "
        f"DO UPDATE SET {_excluded('verification_id, requested_at, expires_at, pending')}"
    ),
    "insert_messages": insertion("messages", MESSAGE_COLUMNS),
    "update_messages": (
        f"UPDATE messages SET {_set(STATUS_COLUMNS, first=3)} WHERE account_id = ?1 AND message_id = ?2"
    ),
    "insert_events": insertion("events", EVENT_COLUMNS),
    "delete_webhooks": "DELETE FROM webhooks WHERE account_id = ?1 AND webhook_id = ?2",
    "delete_deliveries_to": "DELETE FROM outbox WHERE account_id = ?1 AND target = ?2",
    "put_webhooks": (
        f"{insertion('webhooks', WEBHOOK_COLUMNS)} ON CONFLICT (account_id, webhook_id) "
        f"DO UPDATE SET {_excluded('secret, types, disabled_at')}"
    ),
    "hold_deliveries": (
        f"UPDATE outbox SET state = 3, due_at = {NEVER} WHERE account_id = ?1 AND target = ?2 AND state < 2"
    ),
    "release_deliveries": (
        "UPDATE outbox SET state = 0, due_at = created_at, attempts = 0 "
        "WHERE account_id = ?1 AND target = ?2 AND state = 3"
    ),
    "delete_deliveries": f"DELETE FROM outbox WHERE {_QUEUE} AND item = ?4",
    "update_deliveries": (
        "UPDATE outbox SET attempts = ?6, due_at = ?7, state = ?8, error = ?9, head = iif(?8 = 2, 0, head) "
        f"WHERE {_QUEUE} AND item = ?4"
    ),
    "insert_deliveries": insertion("outbox", DELIVERY_COLUMNS),
    "unset_heads": f"UPDATE outbox SET head = 0 WHERE head = 1 AND {_QUEUE}",
    "set_heads": (
        f"UPDATE outbox SET head = 1 WHERE head = 0 AND {_QUEUE} AND item = "
        f"(SELECT min(item) FROM outbox WHERE {_QUEUE} AND state <> 2)"
    ),
    "put_answers": (
        f"{insertion('answers', ANSWER_COLUMNS)} ON CONFLICT (account_id, key) "
        f"DO UPDATE SET {_excluded('fingerprint, answer, created_at')}"
    ),
    "delete_deliveries_of_old_events": (
        "DELETE FROM outbox WHERE account_id = ?1 AND (target, phone, item) IN "
        "(SELECT w.webhook_id, e.phone, e.event_id FROM events AS e, "
        f"(SELECT webhook_id FROM webhooks WHERE account_id = ?1 UNION ALL SELECT {CALLBACKS}) AS w "
        "WHERE e.account_id = ?1 AND e.event_id <= ?2) "
        "RETURNING target, phone"
    ),
    "delete_old_events": "DELETE FROM events WHERE account_id = ?1 AND event_id <= ?2",
    "delete_old_last_events": "DELETE FROM last_events WHERE account_id = ?1 AND last_event <= ?2",
}
"""The statements that save a unit of work."""

DIRECTORY: Final[Mapping[str, str]] = {
    "account": f"{ACCOUNT} WHERE name = ?",
    "account_by_signing_hash": f"{ACCOUNT} WHERE signing_hash = ?",
    "key": f"{KEYS} WHERE key_id = ?",
    "any_key": "SELECT 1 FROM api_keys LIMIT 1",
    "insert_account": "INSERT INTO accounts (name, region, created_at) VALUES (?, ?, ?)",
    "insert_writer": "SELECT ?1 WHERE 0",  # the counters are in the account's row
    "insert_key": (
        "INSERT INTO api_keys (key_id, account_id, secret_hash, created_at, read_only, key_name) "
        "VALUES (?, ?, ?, ?, ?, ?)"
    ),
    "revoke_key": "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?2) WHERE key_id = ?1",
    # NULL leaves a value as it is.
    "set_account": (
        "UPDATE accounts SET signing_hash = nullif(coalesce(?2, signing_hash), x''), region = coalesce(?3, region), "
        "verification_text = coalesce(?4, verification_text), opt_out_words = coalesce(?5, opt_out_words), "
        "unclear_opts_out = coalesce(?6, unclear_opts_out), confirmation = coalesce(?7, confirmation) "
        "WHERE account_id = ?1"
    ),
}
"""The statements of the commands on accounts and keys."""

_FOR_MANY: Final[Mapping[str, ManyRows]] = {
    **{name: ManyRows(sql) for name, sql in SAVES.items() if " VALUES (?, " in sql},
    "insert_contacts": ManyRows(SAVES["insert_contacts"], _LARGE),
    "update_contacts": ManyRows(
        f"{insertion('contacts', WRITTEN_COLUMNS)} ON CONFLICT (contact_id) DO UPDATE SET {_excluded(_CHANGEABLE)}",
        _LARGE,
    ),
    "insert_events": ManyRows(SAVES["insert_events"], places(EVENT_COLUMNS, "subject", "replaced")),
}
"""Statements whose `VALUES` may have any number of rows."""

_STATEMENTS: Final = {**LOADS, **SAVES, **DIRECTORY, **SESSIONS, **MOVING, **OF_WHOLE_ACCOUNTS}


def run(connection: apsw.Connection, flow: Flow[R]) -> R:
    """Run a conversation, and return its result.

    Raises:
        apsw.Error: a statement failed.
    """
    rows: Sequence[Row] = ()
    try:
        step = next(flow)
        while True:
            if isinstance(step, Fetch):
                rows = _fetch(connection, step)
            else:
                account_id = step.account_id
                connection.executemany(_STATEMENTS[step.name], ((account_id, *row) for row in step.rows))
                rows = ()
            step = flow.send(rows)
    except StopIteration as end:
        result: R = end.value
        return result


def collect(connection: apsw.Connection, flow: Flow[R]) -> tuple[list[Statement], R] | None:
    """Run the reads of a conversation alone, and return what it would write and its result.

    Returns None if it reads again after it has written.
    """
    writes: list[Statement] = []
    rows: Sequence[Row] = ()
    try:
        step = next(flow)
        while True:
            if isinstance(step, Write):
                writes += _statements_of(step)
                rows = ()
            elif writes:
                return None
            else:
                rows = _fetch(connection, step)
            step = flow.send(rows)
    except StopIteration as end:
        return writes, end.value


def _statements_of(step: Write) -> Iterator[Statement]:
    """Return few statements that do what a Write does, each for many rows if the statement allows it."""
    many = _FOR_MANY.get(step.name)
    if many is not None:
        yield from many.statements(step.account_id, step.rows)
    else:
        yield from ((_STATEMENTS[step.name], (step.account_id, *row)) for row in step.rows)


def bound(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the values as parameters for SQLite: a list becomes a JSON array."""
    return tuple([encode(value).decode() if isinstance(value, list) else value for value in values])


def _fetch(connection: apsw.Connection, step: Fetch) -> Sequence[Row]:
    sql = _STATEMENTS[step.name]
    if step.name not in _FOR_EACH:
        return connection.execute(sql, bound(step.values)).fetchall()
    account_id, items, *others = step.values
    return [row for item in items for row in connection.execute(sql, (account_id, item, *others))]
