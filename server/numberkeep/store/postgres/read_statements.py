"""The SQL that answers each query, apart from listings. $1 is the account, if the query names one."""

import re
from collections.abc import Mapping
from typing import Any, Final

from numberkeep.store import queries as q
from numberkeep.store.account_rows import ACCOUNT_COLUMNS, TALLY_COLUMNS
from numberkeep.store.contact_queries import GetVerification, ListContactsOf
from numberkeep.store.message_queries import GetMessage, GetReceivedMessage
from numberkeep.store.message_rows import MESSAGE_COLUMNS
from numberkeep.store.postgres.inbox_statements import READS as INBOX
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

TALLIES: Final = f"SELECT {TALLY_COLUMNS} FROM numberkeep.writers WHERE account_id = $1"
OUTBOX: Final = f"SELECT {DELIVERY_COLUMNS} FROM numberkeep.outbox AS o WHERE account_id = $1"
WEBHOOKS: Final = f"SELECT {WEBHOOK_COLUMNS} FROM numberkeep.webhooks WHERE account_id = $1 ORDER BY webhook_id"
ACCOUNT: Final = f"SELECT {ACCOUNT_COLUMNS} FROM numberkeep.accounts AS a"
KEYS: Final = (
    f"SELECT k.key_id, k.secret_hash, k.created_at, k.revoked_at, k.read_only, k.key_name, {ACCOUNT_COLUMNS} "
    "FROM numberkeep.api_keys AS k JOIN numberkeep.accounts AS a USING (account_id)"
)
SESSION: Final = f"SELECT {SESSION_COLUMNS} FROM numberkeep.sessions WHERE account_id = $1 AND session_id = $2"

# Lookups for each account: grouped, the statement would read the whole outbox. An account's rows are on one node, so on
# Citus each node answers for its own accounts. {o} and the like are conditions on the table of that alias.
_OVER_ALL: Final[Mapping[type[q.Query[Any]], str]] = {
    q.GetAgenda: (
        "SELECT account_id, "
        "(SELECT min(due_at) FROM numberkeep.outbox AS o WHERE o.account_id = w.account_id{o} AND head), "
        "(SELECT min(expires_at) FROM numberkeep.verifications AS v WHERE v.account_id = w.account_id{v} AND pending) "
        "FROM numberkeep.writers AS w WHERE true{w}"
    ),
    q.ListAccountsWithOldEvents: (
        "SELECT account_id FROM numberkeep.writers AS w WHERE (SELECT at FROM numberkeep.events AS e "
        "WHERE e.account_id = w.account_id{e} ORDER BY event_id LIMIT 1) <= $1{w}"
    ),
    q.ListAccountsWithOldDeliveries: (
        "SELECT account_id FROM numberkeep.writers AS w WHERE (SELECT min(created_at) FROM numberkeep.outbox AS o "
        "WHERE o.account_id = w.account_id{o} AND state = 2) <= $1{w}"
    ),
    q.GetBacklog: (
        "SELECT count(*) FILTER (WHERE state < 2), min(created_at) FILTER (WHERE state < 2), "
        "count(*) FILTER (WHERE state = 2) FROM numberkeep.outbox AS o WHERE true{o}"
    ),
    q.CountReviews: (
        "SELECT count(*), count(*) FILTER (WHERE deadline < $1) FROM numberkeep.reviews AS r WHERE decision = 'open'{r}"
    ),
    CountUnindexed: (
        "SELECT coalesce(sum(CASE WHEN p.event_id IS NULL THEN w.contact_count ELSE w.last_event - p.event_id + "
        "(SELECT count(*) FROM numberkeep.contacts AS c WHERE c.account_id = p.account_id{c} "
        "AND c.contact_id > p.filled_to) END), 0)::bigint FROM numberkeep.writers AS w "
        "LEFT JOIN numberkeep.search_progress AS p ON p.account_id = w.account_id{p} WHERE true{w}"
    ),
    q.ListWaitingJobs: (
        "SELECT account_id, job_id FROM numberkeep.jobs AS j WHERE status = 'running' "
        "AND (lease_until <= $1 OR lease_until > $2){j} ORDER BY lease_until, job_id, account_id"
    ),
    q.ListOldJobs: "SELECT account_id, job_id FROM numberkeep.jobs AS j WHERE size > 0 AND created_at <= $1{j}",
}


_TABLES: Final = "oevwrjpc"
"""The aliases of tables in these statements."""


def _of_accounts(statement: str) -> str:
    """Return a statement for the accounts in its last parameter.

    Every table has the condition: otherwise Citus would ask all nodes, and not only those of the accounts.
    """
    last = 1 + max(map(int, re.findall(r"\$(\d)", statement)), default=0)
    return statement.format_map({table: f" AND {table}.account_id = ANY(${last}::bigint[])" for table in _TABLES})


OF_ACCOUNTS: Final[Mapping[type[q.Query[Any]], str]] = {
    query: _of_accounts(statement) for query, statement in _OVER_ALL.items()
}
"""The statement of each query over all accounts, for some of them: for Citus."""

READS: Final[Mapping[type[q.Query[Any]], str]] = {
    q.GetContact: f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = $2",
    ListContactsOf: (
        f"SELECT {COLUMNS} FROM numberkeep.contacts WHERE account_id = $1 AND phone = ANY($2::text[]) "
        "ORDER BY created_at, contact_id"
    ),
    GetVerification: (
        f"SELECT {VERIFICATION_COLUMNS} FROM numberkeep.verifications WHERE account_id = $1 AND phone = $2"
    ),
    q.GetTallies: TALLIES,
    q.ListMessages: (
        f"SELECT {MESSAGE_COLUMNS} FROM numberkeep.messages WHERE account_id = $1 ORDER BY message_id DESC LIMIT $2"
    ),
    GetMessage: f"SELECT {MESSAGE_COLUMNS} FROM numberkeep.messages WHERE account_id = $1 AND message_id = $2",
    GetReceivedMessage: (
        f"SELECT {MESSAGE_COLUMNS} FROM numberkeep.messages "
        "WHERE account_id = $1 AND handle = $2 AND direction = 'inbound' AND handle <> ''"
    ),
    q.ListEvents: (
        f"SELECT {EVENT_COLUMNS} FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 AND event_id <= "
        "(SELECT max(event_id) FROM (SELECT event_id, sum(octet_length(subject) + octet_length(replaced)) "
        "OVER (ORDER BY event_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before "
        "FROM numberkeep.events WHERE account_id = $1 AND event_id > $2 ORDER BY event_id LIMIT $3) AS first "
        "WHERE coalesce(before, 0) < $4::bigint) ORDER BY event_id"
    ),
    q.ListEventsOf: (
        "WITH RECURSIVE chain AS (SELECT e.*, 1 AS depth FROM numberkeep.events AS e WHERE account_id = $1 "
        "AND event_id = coalesce("
        "(SELECT last_event FROM numberkeep.contacts WHERE account_id = $1 AND phone = $2), "
        "(SELECT last_event FROM numberkeep.last_events WHERE account_id = $1 AND phone = $2)) "
        "UNION ALL SELECT e.*, depth + 1 FROM chain JOIN numberkeep.events AS e "
        "ON e.account_id = $1 AND e.event_id = chain.previous_event WHERE depth < $3) "
        f"SELECT {EVENT_COLUMNS} FROM chain ORDER BY depth"
    ),
    q.ListEventsOfCause: (
        f"SELECT {EVENT_COLUMNS} FROM numberkeep.events WHERE account_id = $1 AND cause = $2 "
        "AND event_id >= $3 AND event_id < $4 ORDER BY event_id DESC LIMIT $5"
    ),
    q.GetJob: f"SELECT {JOB_COLUMNS} FROM numberkeep.jobs WHERE account_id = $1 AND job_id = $2",
    q.ListJobs: (
        f"SELECT {JOB_COLUMNS} FROM numberkeep.jobs WHERE account_id = $1 AND kind = $2 AND job_id < $3 "
        "ORDER BY job_id DESC LIMIT $4"
    ),
    q.GetJobPart: (
        "SELECT data FROM numberkeep.job_parts WHERE account_id = $1 AND job_id = $2 AND name = $3 AND place = $4"
    ),
    q.ListConsent: (
        f"SELECT {ENTRY_COLUMNS} FROM numberkeep.consent "
        "WHERE account_id = $1 AND entry_id > $2 ORDER BY entry_id LIMIT $3"
    ),
    q.ListConsentOf: (
        f"SELECT {ENTRY_COLUMNS} FROM numberkeep.consent WHERE account_id = $1 AND phone = $2 ORDER BY entry_id"
    ),
    q.ListOptOuts: "SELECT phone, entry_id FROM numberkeep.opt_outs WHERE account_id = $1",
    q.ListOptedOut: (
        "SELECT o.phone, o.opted_out_at, c.source, c.wording FROM numberkeep.opt_outs AS o "
        "LEFT JOIN numberkeep.consent AS c ON c.account_id = o.account_id AND c.entry_id = o.entry_id "
        "WHERE o.account_id = $1 AND o.phone > $2 ORDER BY o.phone LIMIT $3"
    ),
    q.ListOpenReviews: (
        f"SELECT {REVIEW_COLUMNS} FROM numberkeep.reviews "
        "WHERE account_id = $1 AND review_id > $2 AND decision = 'open' ORDER BY review_id LIMIT $3"
    ),
    q.ListWebhooks: WEBHOOKS,
    q.ListDeadDeliveries: f"{OUTBOX} AND state = 2 ORDER BY target, item LIMIT $2",
    q.ListFailingDeliveries: (
        f"{OUTBOX} AND head AND state < 2 AND (error <> '' OR attempts > 1) ORDER BY due_at LIMIT $2"
    ),
    **{query: statement.format_map(dict.fromkeys(_TABLES, "")) for query, statement in _OVER_ALL.items()},
    q.GetAgendaOf: (_OVER_ALL[q.GetAgenda].format(o="", v="", w=" AND w.account_id = ANY($1::bigint[])")),
    **INBOX,
    q.GetAccount: f"{ACCOUNT} WHERE name = $1",
    q.GetAccountById: f"{ACCOUNT} WHERE account_id = $1",
    q.GetAccountBySigningHash: f"{ACCOUNT} WHERE signing_hash = $1",
    q.ListAccounts: f"{ACCOUNT} ORDER BY account_id",
    q.GetApiKey: f"{KEYS} WHERE k.key_id = $1",
    q.ListApiKeys: f"{KEYS} ORDER BY k.created_at, k.key_id",
    ListApiKeysOf: f"{KEYS} WHERE account_id = $1 ORDER BY k.created_at, k.key_id",
    ListKeyUses: "SELECT key_id, used_at FROM numberkeep.key_uses WHERE account_id = $1",
    GetSession: SESSION,
}
"""The statement of each query."""
