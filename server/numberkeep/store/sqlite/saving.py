"""How a unit of work is saved to the tables."""

from typing import Final

import apsw

from numberkeep.domain.commands import ANSWERS_RETAINED
from numberkeep.domain.snapshot import Changes, Old
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


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}, account_id) VALUES (?{', ?' * (columns.count(',') + 1)})"  # noqa: S608


# The account's id is each statement's last value; the others stand in the order of its row.
_UNTAG: Final = "DELETE FROM contact_tags WHERE tag = ? AND created_at = ? AND contact_id = ? AND account_id = ?"
_DELETE: Final = "DELETE FROM contacts WHERE contact_id = ? AND account_id = ?"
_INSERT: Final = _insert("contacts", COLUMNS)
_UPDATE: Final = (
    "UPDATE contacts SET first_name = ?, last_name = ?, company_name = ?, assigned_to_email = ?, sendblue_number = ?, "
    "tags = ?, custom_variables = ?, verified = ?, opt_out = ? WHERE contact_id = ? AND account_id = ?"
)
_TAG: Final = _insert("contact_tags", "tag, created_at, contact_id")
_OPT_IN: Final = "DELETE FROM opt_outs WHERE phone = ? AND account_id = ?"
_OPT_OUT: Final = _insert("opt_outs", "phone, opted_out_at, entry_id")
_SAY: Final = _insert("consent", ENTRY_COLUMNS)
_VERIFY: Final = (
    f"{_insert('verifications', VERIFICATION_COLUMNS)} ON CONFLICT DO UPDATE SET "
    "requested_at = excluded.requested_at, expires_at = excluded.expires_at, pending = excluded.pending"
)
_MESSAGE: Final = _insert("messages", MESSAGE_COLUMNS)
_MESSAGE_STANDS: Final = "UPDATE messages SET status = ?, handle = ?, error = ? WHERE message_id = ? AND account_id = ?"
_TELL: Final = _insert("events", EVENT_COLUMNS)
_UNHOOK: Final = "DELETE FROM webhooks WHERE webhook_id = ? AND account_id = ?"
_OWE_NOTHING: Final = "DELETE FROM outbox WHERE target = ? AND account_id = ?"
_HOOK: Final = (
    f"{_insert('webhooks', WEBHOOK_COLUMNS)} ON CONFLICT (account_id, webhook_id) DO UPDATE SET "
    "secret = excluded.secret, types = excluded.types"
)
_REDEEM: Final = "DELETE FROM outbox WHERE target = ? AND phone = ? AND item = ? AND account_id = ?"
_POSTPONE: Final = (
    "UPDATE outbox SET attempts = ?, due_at = ?, dead = ?, error = ?, head = iif(?, 0, head) "
    "WHERE target = ? AND phone = ? AND item = ? AND account_id = ?"
)
_OWE: Final = _insert("outbox", DELIVERY_COLUMNS)
_QUEUE: Final = "target = ? AND phone = ? AND account_id = ?"
_BEHEAD: Final = f"UPDATE outbox SET head = 0 WHERE head = 1 AND {_QUEUE}"  # noqa: S608
_HEAD: Final = (
    "UPDATE outbox SET head = 1 WHERE target = ?1 AND phone = ?2 AND account_id = ?3 AND head = 0 AND item = "
    "(SELECT min(item) FROM outbox WHERE target = ?1 AND phone = ?2 AND account_id = ?3 AND dead = 0)"
)
_KEEP: Final = (
    f"{_insert('answers', ANSWER_COLUMNS)} ON CONFLICT (account_id, key) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at"
)

_TALLY: Final = (
    "UPDATE accounts SET contact_count = ?, last_message = ?, last_event = ?, last_entry = ?, ledger = ?, "
    "webhook_count = ?, last_webhook = ? WHERE account_id = ?"
)
_FORGET_ANSWERS: Final = (
    "DELETE FROM answers WHERE answer_id IN "
    "(SELECT answer_id FROM answers WHERE account_id = ? AND created_at <= ? ORDER BY created_at LIMIT ?)"
)
_FORGET_EVENTS: Final = "DELETE FROM events WHERE account_id = ? AND event_id <= ?"
_FORGET_OWED: Final = (
    "DELETE FROM outbox WHERE account_id = ?1 AND (target, phone, item) IN (SELECT w.webhook_id, e.phone, e.event_id "
    "FROM events AS e, webhooks AS w WHERE e.account_id = ?1 AND e.event_id <= ?2 AND w.account_id = ?1) "
    "RETURNING target, phone"
)
_FORGET_DEAD: Final = "DELETE FROM outbox WHERE account_id = ? AND target = 0 AND dead = 1 AND created_at <= ?"


def save(connection: apsw.Connection, account_id: int, changes: Changes) -> None:
    """Write the changes, removals before insertions."""
    now = changes.tallies
    counted = (now.contacts, now.messages, now.events, now.entries, now.ledger, now.webhooks, now.last_webhook)
    connection.execute(_TALLY, (*counted, account_id))
    # Of what is too old, twice as much goes as comes: so the tables hold no more than their time.
    if changes.answers:
        oldest, most = changes.answers[-1].at - ANSWERS_RETAINED, 2 * len(changes.answers)
        connection.execute(_FORGET_ANSWERS, (account_id, oldest, most))
    for statement, rows in (
        (_UNTAG, values_of_tags(changes.untagged)),
        (_DELETE, [(contact.contact_id,) for contact in changes.deleted]),
        (_INSERT, map(values_of, changes.inserted)),
        (_UPDATE, [(*values_of(new)[3:], new.contact_id) for _, new in changes.updated]),
        (_TAG, values_of_tags(changes.tagged)),
        (_OPT_IN, [(phone,) for phone in changes.opted_in]),
        (_OPT_OUT, changes.opted_out),
        (_SAY, map(values_of_entry, changes.entries)),
        (_VERIFY, map(values_of_verification, changes.verifications)),
        (_MESSAGE, map(values_of_message, changes.messages)),
        (
            _MESSAGE_STANDS,
            [
                (each.status.value, each.handle, each.error, each.message_id)
                for each in changes.messages_updated.values()
            ],
        ),
        (_TELL, map(values_of_event, changes.events)),
        (_UNHOOK, [(webhook_id,) for webhook_id in changes.webhooks_removed]),
        (_OWE_NOTHING, [(webhook_id,) for webhook_id in changes.webhooks_removed]),
        (_HOOK, map(values_of_webhook, changes.webhooks.values())),
        (_REDEEM, [(each.target, each.phone, each.item) for each in changes.redeemed]),
        (
            _POSTPONE,
            [
                (each.attempts, each.due_at, each.dead, each.error, each.dead, each.target, each.phone, each.item)
                for each in changes.postponed.values()
            ],
        ),
        (_OWE, map(values_of_delivery, changes.owed.values())),
        (_BEHEAD, changes.revived),
        (_HEAD, [*changes.queues, *changes.revived]),
        (_KEEP, map(values_of_answer, changes.answers)),
    ):
        connection.executemany(statement, ((*row, account_id) for row in rows))
    if changes.forgotten is not None:
        _forget(connection, account_id, changes.forgotten)


def _forget(connection: apsw.Connection, account_id: int, old: Old) -> None:
    queues = dict.fromkeys(connection.execute(_FORGET_OWED, (account_id, old.last_event)).fetchall())
    connection.executemany(_HEAD, ((*queue, account_id) for queue in queues))
    connection.execute(_FORGET_EVENTS, (account_id, old.last_event))
    if not old.more:
        connection.execute(_FORGET_DEAD, (account_id, old.before))
