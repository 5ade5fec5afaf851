"""The invariants of the tables: data that is stored twice must agree."""

from dataclasses import dataclass
from typing import Final


@dataclass(slots=True, frozen=True)
class Invariant:
    """A condition that holds after every command.

    Attributes:
        name: the name of its faults.
        message: what is wrong with a row that the query returns; `{0}` and so on are its columns from the third on.
        sql: returns account_id and contact_id (or NULL) of every fault.
    """

    name: str
    message: str
    sql: str


def _numbers_beyond(tally: str, table: str, number: str) -> Invariant:
    """Return the invariant that no row has a number beyond the account's last one."""
    sql = (
        f"SELECT a.account_id, NULL, a.{tally}, max(t.{number}) FROM accounts AS a JOIN {table} AS t "
        f"USING (account_id) GROUP BY a.account_id HAVING max(t.{number}) > a.{tally}"
    )
    return Invariant(tally, f"the account's last number is {{0}}, but {table} contains {{1}}", sql)


_TAGS: Final = "json_each(CASE WHEN json_valid(c.tags) THEN c.tags ELSE '[]' END)"

INVARIANTS: Final = [
    Invariant(
        "contact_count",
        "the account's count is {0}, but it has {1} contacts",
        "SELECT a.account_id, NULL, a.contact_count, coalesce(c.there, 0) FROM accounts AS a LEFT JOIN "
        "(SELECT account_id, count(*) AS there FROM contacts GROUP BY account_id) AS c USING (account_id) "
        "WHERE a.contact_count <> coalesce(c.there, 0)",
    ),
    Invariant(
        "account",
        "the contact's account does not exist",
        "SELECT account_id, contact_id FROM contacts WHERE account_id NOT IN (SELECT account_id FROM accounts)",
    ),
    Invariant(
        "json",
        "the contact's tags are not a JSON array, or its custom variables are not a JSON object",
        "SELECT account_id, contact_id FROM contacts WHERE "
        "CASE WHEN json_valid(tags) THEN json_type(tags) ELSE '' END <> 'array' OR "
        "CASE WHEN json_valid(custom_variables) THEN json_type(custom_variables) ELSE '' END <> 'object'",
    ),
    Invariant(
        "contact_tags",
        "the contact has a tag that the index of tags lacks",
        f"SELECT c.account_id, c.contact_id FROM contacts AS c, {_TAGS} AS has WHERE NOT EXISTS "
        "(SELECT 1 FROM contact_tags AS t WHERE t.account_id = c.account_id AND t.tag = has.value "
        "AND t.created_at = c.created_at AND t.contact_id = c.contact_id)",
    ),
    Invariant(
        "contact_tags",
        "the index of tags has a tag that the contact does not have",
        "SELECT t.account_id, t.contact_id FROM contact_tags AS t LEFT JOIN contacts AS c "
        "ON c.contact_id = t.contact_id AND c.account_id = t.account_id AND c.created_at = t.created_at "
        f"WHERE c.contact_id IS NULL OR t.tag NOT IN (SELECT value FROM {_TAGS})",
    ),
    Invariant(
        "opt_outs",
        "the contact is opted out, but its number is not",
        "SELECT account_id, contact_id FROM contacts AS c WHERE opt_out = 1 AND NOT EXISTS "
        "(SELECT 1 FROM opt_outs AS o WHERE o.account_id = c.account_id AND o.phone = c.phone)",
    ),
    Invariant(
        "opt_outs",
        "the contact's number is opted out, but the contact is not",
        "SELECT c.account_id, c.contact_id FROM opt_outs AS o JOIN contacts AS c USING (account_id, phone) "
        "WHERE c.opt_out <> 1",
    ),
    _numbers_beyond("last_message", "messages", "message_id"),
    _numbers_beyond("last_event", "events", "event_id"),
    _numbers_beyond("last_webhook", "webhooks", "webhook_id"),
    _numbers_beyond("last_verification", "verifications", "verification_id"),
    _numbers_beyond("last_review", "reviews", "review_id"),
    _numbers_beyond("last_job", "jobs", "job_id"),
    _numbers_beyond("last_attempt", "attempts", "attempt_id"),
    Invariant(
        "conversations",
        "the last message of a number is {0}, but its conversation names {1}",
        "SELECT account_id, NULL, there, named FROM (SELECT account_id, phone, max(message_id) AS there FROM messages "
        "GROUP BY account_id, phone) LEFT JOIN (SELECT account_id, phone, last_message AS named FROM conversations) "
        "USING (account_id, phone) WHERE named IS NULL OR named <> there "
        "UNION ALL SELECT account_id, NULL, 0, last_message FROM conversations AS c WHERE NOT EXISTS "
        "(SELECT 1 FROM messages AS m WHERE m.account_id = c.account_id AND m.phone = c.phone)",
    ),
    Invariant(
        "jobs",
        "job {0} does not exist, but has data",
        "SELECT DISTINCT account_id, NULL, job_id FROM job_parts AS p WHERE NOT EXISTS "
        "(SELECT 1 FROM jobs AS j WHERE j.account_id = p.account_id AND j.job_id = p.job_id AND j.size > 0)",
    ),
    Invariant(
        "reviews",
        "the account's count is {0}, but it has {1} open reviews",
        "SELECT account_id, NULL, open_reviews, (SELECT count(*) FROM reviews AS r "
        "WHERE r.account_id = a.account_id AND decision = 'open') AS there FROM accounts AS a "
        "WHERE open_reviews <> there",
    ),
    Invariant(
        "reviews",
        "review {0} is open, but its number is opted out",
        "SELECT account_id, NULL, review_id FROM reviews JOIN opt_outs USING (account_id, phone) "
        "WHERE decision = 'open'",
    ),
    Invariant(
        "last_events",
        "the last event about a number is {0}, and its contact or last_events says {1}",
        "SELECT e.account_id, c.contact_id, max(e.event_id), coalesce(c.last_event, l.last_event, 0) AS said "
        "FROM events AS e LEFT JOIN contacts AS c ON c.account_id = e.account_id AND c.phone = e.phone "
        "LEFT JOIN last_events AS l ON l.account_id = e.account_id AND l.phone = e.phone "
        "GROUP BY e.account_id, e.phone HAVING max(e.event_id) <> said",
    ),
    Invariant(
        "last_events",
        "a number has both a contact and a row in last_events",
        "SELECT c.account_id, c.contact_id FROM last_events AS l JOIN contacts AS c USING (account_id, phone)",
    ),
    Invariant(
        "previous_event",
        "event {0} names {1} as the previous event about its number, which is not the one before it",
        "SELECT account_id, NULL, event_id, previous_event FROM (SELECT account_id, event_id, previous_event, "
        "lag(event_id) OVER (PARTITION BY account_id, phone ORDER BY event_id) AS previous FROM events) "
        "WHERE previous_event <> previous",
    ),
    Invariant(
        "webhook_count",
        "the account's count is {0}, but it has {1} webhooks",
        "SELECT account_id, NULL, webhook_count, "
        "(SELECT count(*) FROM webhooks AS w WHERE w.account_id = a.account_id) AS there "
        "FROM accounts AS a WHERE webhook_count <> there",
    ),
    Invariant(
        "ledger",
        "the ledger ends with entry {0}, but the account records entry {1} as its last, or another hash",
        "SELECT a.account_id, NULL, coalesce(c.entry_id, 0), a.last_entry FROM accounts AS a LEFT JOIN consent AS c "
        "ON c.account_id = a.account_id "
        "AND c.entry_id = (SELECT max(entry_id) FROM consent AS e WHERE e.account_id = a.account_id) "
        "WHERE a.last_entry <> coalesce(c.entry_id, 0) OR a.ledger <> coalesce(c.hash, zeroblob(32))",
    ),
    Invariant(
        "ledger",
        "entry {0} is the ledger's last for its number, but the number's opt-out does not follow from it",
        "SELECT c.account_id, NULL, c.entry_id FROM consent AS c JOIN "
        "(SELECT account_id, phone, max(entry_id) AS entry_id FROM consent GROUP BY account_id, phone) AS last "
        "USING (account_id, entry_id) "
        "LEFT JOIN opt_outs AS o ON o.account_id = c.account_id AND o.phone = c.phone "
        "WHERE (c.opted_out <> (o.entry_id IS NOT NULL) OR o.entry_id <> c.entry_id) AND NOT EXISTS (SELECT 1 "
        "FROM consent AS m WHERE m.account_id = c.account_id AND m.source = 'migration' AND m.wording = c.phone)",
    ),
    Invariant(
        "ledger",
        "a number is opted out by entry {0}, which is missing from the ledger or belongs to another number",
        "SELECT account_id, NULL, entry_id FROM opt_outs AS o WHERE entry_id > 0 AND NOT EXISTS (SELECT 1 "
        "FROM consent AS c WHERE c.account_id = o.account_id AND c.entry_id = o.entry_id AND c.phone = o.phone)",
    ),
    Invariant(
        "outbox",
        "message {0} is in the outbox, but is missing or has another status",
        "SELECT o.account_id, NULL, o.item FROM outbox AS o LEFT JOIN messages AS m "
        "ON m.account_id = o.account_id AND m.message_id = o.item WHERE o.target = 0 "
        "AND (m.phone IS NOT o.phone OR m.direction <> 'outbound' OR m.status <> iif(o.state = 2, 'failed', 'queued'))",
    ),
    Invariant(
        "outbox",
        "message {0} is queued, but is not in the outbox",
        "SELECT account_id, NULL, message_id FROM messages AS m WHERE status = 'queued' AND NOT EXISTS "
        "(SELECT 1 FROM outbox AS o WHERE o.account_id = m.account_id AND o.target = 0 AND o.phone = m.phone "
        "AND o.item = m.message_id)",
    ),
    Invariant(
        "outbox",
        "delivery {0} to {1} is wrongly marked, or not marked, as the first of its queue",
        "SELECT o.account_id, NULL, o.item, o.target FROM outbox AS o WHERE o.head <> (o.state <> 2 AND NOT EXISTS "
        "(SELECT 1 FROM outbox AS e WHERE e.account_id = o.account_id AND e.target = o.target AND e.phone = o.phone "
        "AND e.item < o.item AND e.state <> 2))",
    ),
    Invariant(
        "outbox",
        "event {0} is in the outbox for webhook {1} (-1 is a status callback), but one of the two does not exist",
        "SELECT o.account_id, NULL, o.item, o.target FROM outbox AS o WHERE o.target <> 0 AND (NOT EXISTS (SELECT 1 "
        "FROM events AS e WHERE e.account_id = o.account_id AND e.event_id = o.item AND e.phone = o.phone) "
        "OR o.target > 0 AND NOT EXISTS "
        "(SELECT 1 FROM webhooks AS w WHERE w.account_id = o.account_id AND w.webhook_id = o.target))",
    ),
    Invariant(
        "outbox",
        "event {0} is held though webhook {1} is enabled, or not held though it is disabled",
        "SELECT o.account_id, NULL, o.item, o.target FROM outbox AS o JOIN webhooks AS w "
        "ON w.account_id = o.account_id AND w.webhook_id = o.target "
        "WHERE o.state <> 2 AND (o.state = 3) <> (w.disabled_at IS NOT NULL)",
    ),
    Invariant(
        "verifications",
        "a verification is pending, but the contact is missing, verified or opted out",
        "SELECT v.account_id, c.contact_id FROM verifications AS v LEFT JOIN contacts AS c "
        "ON c.account_id = v.account_id AND c.phone = v.phone "
        "WHERE v.pending = 1 AND (c.contact_id IS NULL OR c.verified = 1 OR c.opt_out = 1)",
    ),
]
"""Ensured by domain/work and store/saving.py; code that stores data in two tables adds its invariant here.

SQL cannot check the ledger's hashes: see `broken` in domain/consent/ledger.py.
"""
