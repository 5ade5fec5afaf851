"""How a unit of work is loaded from the tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import apsw

from numberkeep.domain.delivery import Delivery, Owed, Webhook, items_of, owed_of
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

_OF: Final = "account_id = ? AND {} IN (SELECT value FROM json_each(?))"
_TALLIES: Final = f"SELECT {TALLY_COLUMNS} FROM accounts WHERE account_id = ?"  # noqa: S608
_CONTACTS: Final = f"SELECT {COLUMNS} FROM contacts WHERE {_OF.format('phone')}"  # noqa: S608
# The first condition spares an account without opt-outs a lookup for every number.
_OPT_OUTS: Final = (
    "SELECT phone, opted_out_at, entry_id FROM opt_outs "  # noqa: S608
    "WHERE EXISTS (SELECT 1 FROM opt_outs WHERE account_id = ?) "
    f"AND {_OF.format('phone')}"
)
_VERIFICATIONS: Final = f"SELECT {VERIFICATION_COLUMNS} FROM verifications WHERE {_OF.format('phone')}"  # noqa: S608
_EXPIRED: Final = (
    f"SELECT {VERIFICATION_COLUMNS} FROM verifications "  # noqa: S608
    "WHERE pending = 1 AND expires_at <= ? AND account_id = ? ORDER BY expires_at, phone LIMIT ?"
)
_ANSWERS: Final = f"SELECT {ANSWER_COLUMNS} FROM answers WHERE {_OF.format('key')}"  # noqa: S608
_HANDLES: Final = (
    "SELECT handle FROM messages "  # noqa: S608
    f"WHERE direction = 'inbound' AND handle <> '' AND {_OF.format('handle')}"
)
_WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE account_id = ? ORDER BY webhook_id"  # noqa: S608

_OUTBOX: Final = f"SELECT {DELIVERY_COLUMNS} FROM outbox WHERE account_id = ?"  # noqa: S608
_DUE: Final = f"{_OUTBOX} AND target = ? AND head = 1 AND due_at <= ? ORDER BY due_at, item LIMIT ?"
_DEAD: Final = f"{_OUTBOX} AND dead = 1 AND target = coalesce(?, target) ORDER BY target, item LIMIT ?"
_DELIVERIES: Final = (
    f"{_OUTBOX} AND (target, phone, item) IN "  # noqa: S608
    "(SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))"
)
_UNSENT: Final = f"{_OUTBOX} AND target = 0 AND phone IN (SELECT value FROM json_each(?)) AND dead = 0"  # noqa: S608
_MESSAGES: Final = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE {_OF.format('message_id')}"  # noqa: S608
# Up to the first that is young, whatever the clocks said of those behind it.
_OLD: Final = (
    "WITH oldest AS MATERIALIZED (SELECT event_id, at FROM events WHERE account_id = ? ORDER BY event_id LIMIT ?), "
    "young AS MATERIALIZED (SELECT min(event_id) AS first FROM oldest WHERE at > ?) "
    "SELECT count(*), coalesce(max(event_id), 0) FROM oldest, young WHERE first IS NULL OR event_id < first"
)
_EVENTS: Final = f"SELECT {EVENT_COLUMNS} FROM events WHERE {_OF.format('event_id')}"  # noqa: S608


def load(connection: apsw.Connection, account_id: int, wanted: Wanted) -> Loaded:
    """What the tables have of all that is wanted."""

    def rows(statement: str, keys: Iterable[Any], *before: int) -> apsw.Cursor:
        return connection.execute(statement, (*before, account_id, json.dumps(list(keys))))

    loaded = Loaded()
    tallies = connection.execute(_TALLIES, (account_id,)).fetchone()
    if tallies is not None:
        loaded.tallies = Tallies(*tallies)
    if loaded.tallies.webhooks:
        webhooks = map(webhook_of, connection.execute(_WEBHOOKS, (account_id,)))
        loaded.webhooks = {webhook.webhook_id: webhook for webhook in webhooks}
    if wanted.of_outbox:
        loaded.owed, loaded.due = _owed(connection, account_id, wanted, loaded.webhooks)
    phones, asked = wanted.with_reasons(loaded.owed)
    if phones:
        loaded.contacts = {contact.phone: contact for contact in map(contact_of, rows(_CONTACTS, phones))}
        loaded.opt_outs = {phone: (at, entry) for phone, at, entry in rows(_OPT_OUTS, phones, account_id)}
    loaded.verifications = _verifications(connection, account_id, asked, wanted.expired)
    if loaded.pending:
        unsent = list(map(delivery_of, rows(_UNSENT, loaded.pending)))
        loaded.owed = _with_contents(connection, account_id, unsent, loaded.webhooks) | loaded.owed
    if wanted.keys:
        loaded.answers = {answer.key: answer for answer in map(answer_of, rows(_ANSWERS, wanted.keys))}
    if wanted.handles:
        loaded.handles = frozenset(handle for (handle,) in rows(_HANDLES, wanted.handles))
    if wanted.old:
        limit, before = wanted.old
        loaded.old = Old(before, limit, *connection.execute(_OLD, (account_id, limit, before)).get)
    return loaded


def _verifications(
    connection: apsw.Connection, account_id: int, asked: Mapping[str, None], expired: tuple[int, int] | None
) -> Mapping[str, Verification]:
    found: list[Verification] = []
    if asked:
        found += map(verification_of, connection.execute(_VERIFICATIONS, (account_id, json.dumps(list(asked)))))
    if expired:
        limit, at = expired
        found += map(verification_of, connection.execute(_EXPIRED, (at, account_id, limit)))
    return {verification.phone: verification for verification in found}


def _owed(
    connection: apsw.Connection, account_id: int, wanted: Wanted, webhooks: Mapping[int, Webhook]
) -> tuple[dict[OutboxKey, Owed], Sequence[OutboxKey]]:
    due: list[Delivery] = []
    found: list[Delivery] = []
    if wanted.deliveries:
        keys = json.dumps(list(wanted.deliveries))
        found += map(delivery_of, connection.execute(_DELIVERIES, (account_id, keys)))
    for target, limit in wanted.dead.items():
        found += map(delivery_of, connection.execute(_DEAD, (account_id, target, limit)))
    if wanted.due:
        asked = wanted.due
        for target in asked.targets(webhooks):
            found_there = connection.execute(_DUE, (account_id, target, asked.at, asked.limit))
            due += map(delivery_of, found_there)
        due = asked.first(due)
        found += due
    owed = _with_contents(connection, account_id, found, webhooks)
    return owed, [(each.target, each.item) for each in due]


def _with_contents(
    connection: apsw.Connection, account_id: int, found: Sequence[Delivery], webhooks: Mapping[int, Webhook]
) -> dict[OutboxKey, Owed]:
    of_sender, of_webhooks = items_of(found)
    messages = connection.execute(_MESSAGES, (account_id, json.dumps(of_sender))) if of_sender else ()
    events = connection.execute(_EVENTS, (account_id, json.dumps(of_webhooks))) if of_webhooks else ()
    return owed_of(found, map(message_of, messages), map(event_of, events), webhooks)
