"""The SQL that answers each query, apart from listings."""

from collections.abc import Mapping
from typing import Any, Final

from numberkeep.store import queries as q
from numberkeep.store.account_rows import ACCOUNT_COLUMNS, TALLY_COLUMNS
from numberkeep.store.contact_queries import GetVerification, ListContactsOf
from numberkeep.store.message_queries import GetMessage, GetReceivedMessage
from numberkeep.store.message_rows import MESSAGE_COLUMNS
from numberkeep.store.rows import (
    COLUMNS,
    DELIVERY_COLUMNS,
    ENTRY_COLUMNS,
    EVENT_COLUMNS,
    JOB_COLUMNS,
    REVIEW_COLUMNS,
    VERIFICATION_COLUMNS,
    WEBHOOK_COLUMNS,
)
from numberkeep.store.search_queries import CountUnindexed
from numberkeep.store.session_queries import GetSession, ListApiKeysOf, ListKeyUses
from numberkeep.store.session_rows import SESSION_COLUMNS
from numberkeep.store.sqlite.inbox_statements import READS as INBOX

TALLIES: Final = f"SELECT {TALLY_COLUMNS} FROM accounts WHERE account_id = ?1"
OUTBOX: Final = f"SELECT {DELIVERY_COLUMNS} FROM outbox WHERE account_id = ?1"
WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE account_id = ?1 ORDER BY webhook_id"
ACCOUNT: Final = f"SELECT {ACCOUNT_COLUMNS} FROM accounts"
KEYS: Final = (
    f"SELECT key_id, secret_hash, api_keys.created_at, revoked_at, read_only, key_name, {ACCOUNT_COLUMNS} "
    "FROM api_keys JOIN accounts USING (account_id)"
)
SESSION: Final = f"SELECT {SESSION_COLUMNS} FROM sessions WHERE account_id = ? AND session_id = ?"

_AGENDA: Final = (
    "SELECT account_id, (SELECT min(due_at) FROM outbox AS o WHERE o.account_id = a.account_id AND head = 1), "
    "(SELECT min(expires_at) FROM verifications AS v WHERE v.account_id = a.account_id AND pending = 1) "
    "FROM accounts AS a"
)

# INDEXED BY is where SQLite, which has no statistics here, would read all rows of the account along another index.
READS: Final[Mapping[type[q.Query[Any]], str]] = {
    q.GetContact: f"SELECT {COLUMNS} FROM contacts WHERE account_id = ? AND phone = ?",
    ListContactsOf: (
        f"SELECT {COLUMNS} FROM contacts INDEXED BY contacts_phone "
        "WHERE account_id = ? AND phone IN (SELECT value FROM json_each(?)) "
        "ORDER BY created_at, contact_id"
    ),
    GetVerification: f"SELECT {VERIFICATION_COLUMNS} FROM verifications WHERE account_id = ? AND phone = ?",
    q.GetTallies: TALLIES,
    q.ListMessages: f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE account_id = ? ORDER BY message_id DESC LIMIT ?",
    GetMessage: f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE account_id = ? AND message_id = ?",
    GetReceivedMessage: (
        f"SELECT {MESSAGE_COLUMNS} FROM messages "
        "WHERE account_id = ? AND handle = ? AND direction = 'inbound' AND handle <> ''"
    ),
    # The lengths of texts are in the rows' headers, so texts beyond the last event are not read.
    q.ListEvents: (
        f"SELECT {EVENT_COLUMNS} FROM events WHERE account_id = ?1 AND event_id > ?2 AND event_id <= "
        "(SELECT max(event_id) FROM (SELECT event_id, sum(octet_length(subject) + octet_length(replaced)) "
        "OVER (ORDER BY event_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
        "FROM events WHERE account_id = ?1 AND event_id > ?2 ORDER BY event_id LIMIT ?3) "
        "WHERE coalesce(before, 0) < ?4) ORDER BY event_id"
    ),
    q.ListEventsOf: (
        "WITH RECURSIVE chain AS ("
        "SELECT * FROM events WHERE account_id = ?1 AND event_id = coalesce("
        "(SELECT last_event FROM contacts WHERE account_id = ?1 AND phone = ?2), "
        "(SELECT last_event FROM last_events WHERE account_id = ?1 AND phone = ?2)) "
        "UNION ALL SELECT e.* FROM chain JOIN events AS e ON e.account_id = ?1 AND e.event_id = chain.previous_event "
        f"LIMIT ?3) SELECT {EVENT_COLUMNS} FROM chain"
    ),
    q.ListEventsOfCause: (
        f"SELECT {EVENT_COLUMNS} FROM events WHERE account_id = ?1 AND cause = ?2 AND event_id >= ?3 AND event_id < ?4 "
        "ORDER BY event_id DESC LIMIT ?5"
    ),
    q.GetJob: f"SELECT {JOB_COLUMNS} FROM jobs WHERE account_id = ? AND job_id = ?",
    q.ListJobs: (
        f"SELECT {JOB_COLUMNS} FROM jobs WHERE account_id = ? AND kind = ? AND job_id < ? ORDER BY job_id DESC LIMIT ?"
    ),
    q.GetJobPart: "SELECT data FROM job_parts WHERE account_id = ? AND job_id = ? AND name = ? AND place = ?",
    q.ListWaitingJobs: (
        "SELECT account_id, job_id FROM jobs WHERE status = 'running' AND (lease_until <= ? OR lease_until > ?) "
        "ORDER BY lease_until, job_id, account_id"
    ),
    q.ListOldJobs: "SELECT account_id, job_id FROM jobs WHERE size > 0 AND created_at <= ?",
    q.ListConsent: (
        f"SELECT {ENTRY_COLUMNS} FROM consent WHERE account_id = ? AND entry_id > ? ORDER BY entry_id LIMIT ?"
    ),
    q.ListConsentOf: (
        f"SELECT {ENTRY_COLUMNS} FROM consent INDEXED BY consent_phone "
        "WHERE account_id = ? AND phone = ? ORDER BY entry_id"
    ),
    q.ListOptOuts: "SELECT phone, entry_id FROM opt_outs WHERE account_id = ?",
    q.ListOptedOut: (
        "SELECT o.phone, o.opted_out_at, c.source, c.wording FROM opt_outs AS o "
        "LEFT JOIN consent AS c ON c.account_id = o.account_id AND c.entry_id = o.entry_id "
        "WHERE o.account_id = ? AND o.phone > ? ORDER BY o.phone LIMIT ?"
    ),
    q.ListOpenReviews: (
        f"SELECT {REVIEW_COLUMNS} FROM reviews "
        "WHERE account_id = ? AND review_id > ? AND decision = 'open' ORDER BY review_id LIMIT ?"
    ),
    CountUnindexed: "SELECT count(*) FROM unindexed_contacts",
    q.CountReviews: ("SELECT count(*), count(*) FILTER (WHERE deadline < ?) FROM reviews WHERE decision = 'open'"),
    q.ListWebhooks: WEBHOOKS,
    q.ListDeadDeliveries: f"{OUTBOX} AND state = 2 ORDER BY target, item LIMIT ?2",
    q.ListFailingDeliveries: (
        f"{OUTBOX} AND head = 1 AND state < 2 AND (error <> '' OR attempts > 1) ORDER BY due_at LIMIT ?2"
    ),
    q.GetAgenda: _AGENDA,
    q.GetAgendaOf: f"{_AGENDA} WHERE account_id IN (SELECT value FROM json_each(?))",
    q.ListAccountsWithOldEvents: (
        "SELECT account_id FROM accounts AS a "
        "WHERE (SELECT at FROM events AS e WHERE e.account_id = a.account_id ORDER BY event_id LIMIT 1) <= ?"
    ),
    q.ListAccountsWithOldDeliveries: (
        "SELECT account_id FROM accounts AS a WHERE "
        "(SELECT min(created_at) FROM outbox AS o WHERE o.account_id = a.account_id AND state = 2) <= ?"
    ),
    q.GetBacklog: (
        "SELECT (SELECT count(*) FROM outbox WHERE state < 2), (SELECT min(created_at) FROM outbox WHERE state < 2), "
        "(SELECT count(*) FROM outbox WHERE state = 2)"
    ),
    **INBOX,
    q.GetAccount: f"{ACCOUNT} WHERE name = ?",
    q.GetAccountById: f"{ACCOUNT} WHERE account_id = ?",
    q.GetAccountBySigningHash: f"{ACCOUNT} WHERE signing_hash = ?",
    q.ListAccounts: f"{ACCOUNT} ORDER BY account_id",
    q.GetApiKey: f"{KEYS} WHERE key_id = ?",
    q.ListApiKeys: f"{KEYS} ORDER BY api_keys.created_at, key_id",
    ListApiKeysOf: f"{KEYS} WHERE account_id = ? ORDER BY api_keys.created_at, key_id",
    ListKeyUses: "SELECT key_id, used_at FROM key_uses WHERE account_id = ?",
    GetSession: SESSION,
}
"""The statement of each query."""
