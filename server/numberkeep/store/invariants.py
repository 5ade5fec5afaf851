"""The rules that hold after every command: data that is stored twice must agree, on every engine.

Most rules are statements, which are valid SQL for every engine once it has put in what differs (`Dialect`). Each reads
one account, `:account`, alone: on Citus it then goes to one node, and sees one state of it even if others write.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(slots=True, frozen=True)
class Rule:
    """A condition that holds after every command.

    Attributes:
        name: the name of its faults.
        message: what is wrong; `{0}` and so on are the values of a fault.
        sql: returns the contact_id (or NULL) and the values of every fault; "" if a statement alone cannot find them.
    """

    name: str
    message: str
    sql: str = ""


@dataclass(slots=True, frozen=True)
class Dialect:
    """What differs in an engine's SQL.

    Attributes:
        account: the parameter that is the account.
        tallies: the table with the counts and last numbers of accounts.
        zeros: the hash before the first entry of a ledger.
        array_of: the function that returns texts of many rows as a JSON array.
    """

    account: str
    tallies: str
    zeros: str
    array_of: str

    def of(self, sql: str) -> str:
        """Return a statement in this dialect."""
        return sql.replace(":account", self.account).format(
            tallies=self.tallies, zeros=self.zeros, array_of=self.array_of
        )


def _count(name: str, tally: str, table: str, what: str, where: str = "") -> Rule:
    """Return the rule that an account's count is the number of its rows."""
    sql = (
        f"SELECT NULL, said, there FROM (SELECT a.{tally} AS said, "
        f"(SELECT count(*) FROM {table} WHERE account_id = :account{where}) AS there "
        "FROM {tallies} AS a WHERE a.account_id = :account) AS counts WHERE said <> there"
    )
    return Rule(name, f"the account's count is {{0}}, but it has {{1}} {what}", sql)


def _numbers_beyond(tally: str, table: str, number: str) -> Rule:
    """Return the rule that no row has a number beyond the account's last one."""
    sql = (
        f"SELECT NULL, said, there FROM (SELECT a.{tally} AS said, "
        f"(SELECT max({number}) FROM {table} WHERE account_id = :account) AS there "
        "FROM {tallies} AS a WHERE a.account_id = :account) AS numbers WHERE said < there"
    )
    return Rule(tally, f"the account's last number is {{0}}, but {table} contains {{1}}", sql)


JSON: Final = Rule(
    "json", "the contact's tags are not a JSON array of texts, or its custom variables are not a JSON object of texts"
)
LACKS_TAG: Final = Rule("contact_tags", "the contact has a tag that the index of tags lacks")
OTHER_TAG: Final = Rule(
    "contact_tags",
    "the index of tags has a tag that the contact does not have",
    # Those of contacts that exist are found with the contacts.
    "SELECT t.contact_id FROM contact_tags AS t WHERE t.account_id = :account AND NOT EXISTS (SELECT 1 "
    "FROM contacts AS c WHERE c.account_id = :account AND c.contact_id = t.contact_id AND c.created_at = t.created_at)",
)

SEARCH_TEXT: Final = Rule("search_text", "the contact's search text is not that of its fields")
LACKS_CONTACT: Final = Rule("search_index", "the index of words lacks the contact")
NO_CONTACT: Final = Rule("search_index", "the index of words has a contact that does not exist")
OTHER_WORDS: Final = Rule("search_index", "the index of words has other words than the contact")

RULES: Final = [
    _count("contact_count", "contact_count", "contacts", "contacts"),
    Rule(
        "account",
        "the contact's account does not exist",
        "SELECT contact_id FROM contacts WHERE account_id = :account AND NOT EXISTS "
        "(SELECT 1 FROM accounts WHERE account_id = :account)",
    ),
    JSON,
    LACKS_TAG,
    OTHER_TAG,
    Rule(
        "opt_outs",
        "the contact is opted out, but its number is not",
        "SELECT contact_id FROM contacts AS c WHERE c.account_id = :account AND c.opt_out AND NOT EXISTS "
        "(SELECT 1 FROM opt_outs AS o WHERE o.account_id = :account AND o.phone = c.phone)",
    ),
    Rule(
        "opt_outs",
        "the contact's number is opted out, but the contact is not",
        "SELECT c.contact_id FROM opt_outs AS o JOIN contacts AS c ON c.account_id = :account AND c.phone = o.phone "
        "WHERE o.account_id = :account AND NOT c.opt_out",
    ),
    _numbers_beyond("last_message", "messages", "message_id"),
    _numbers_beyond("last_event", "events", "event_id"),
    _numbers_beyond("last_webhook", "webhooks", "webhook_id"),
    _numbers_beyond("last_verification", "verifications", "verification_id"),
    _numbers_beyond("last_review", "reviews", "review_id"),
    _numbers_beyond("last_job", "jobs", "job_id"),
    _numbers_beyond("last_attempt", "attempts", "attempt_id"),
    Rule(
        "conversations",
        "the last message of a number is {0}, but its conversation names {1}",
        "SELECT NULL, m.there, c.last_message FROM (SELECT phone, max(message_id) AS there FROM messages "
        "WHERE account_id = :account GROUP BY phone) AS m LEFT JOIN conversations AS c "
        "ON c.account_id = :account AND c.phone = m.phone WHERE c.last_message IS NULL OR c.last_message <> m.there "
        "UNION ALL SELECT NULL, 0, c.last_message FROM conversations AS c WHERE c.account_id = :account AND NOT EXISTS "
        "(SELECT 1 FROM messages AS m WHERE m.account_id = :account AND m.phone = c.phone)",
    ),
    Rule(
        "jobs",
        "job {0} does not exist, but has data",
        "SELECT DISTINCT NULL, p.job_id FROM job_parts AS p WHERE p.account_id = :account AND NOT EXISTS "
        "(SELECT 1 FROM jobs AS j WHERE j.account_id = :account AND j.job_id = p.job_id AND j.size > 0)",
    ),
    _count("reviews", "open_reviews", "reviews", "open reviews", " AND decision = 'open'"),
    Rule(
        "reviews",
        "review {0} is open, but its number is opted out",
        "SELECT NULL, r.review_id FROM reviews AS r JOIN opt_outs AS o "
        "ON o.account_id = :account AND o.phone = r.phone WHERE r.account_id = :account AND r.decision = 'open'",
    ),
    Rule(
        "last_events",
        "the last event about a number is {0}, and its contact or last_events says {1}",
        "SELECT c.contact_id, e.there, coalesce(c.last_event, l.last_event, 0) FROM (SELECT phone, max(event_id) "
        "AS there FROM events WHERE account_id = :account GROUP BY phone) AS e "
        "LEFT JOIN contacts AS c ON c.account_id = :account AND c.phone = e.phone "
        "LEFT JOIN last_events AS l ON l.account_id = :account AND l.phone = e.phone "
        "WHERE e.there <> coalesce(c.last_event, l.last_event, 0)",
    ),
    Rule(
        "last_events",
        "a number has both a contact and a row in last_events",
        "SELECT c.contact_id FROM last_events AS l JOIN contacts AS c ON c.account_id = :account AND c.phone = l.phone "
        "WHERE l.account_id = :account",
    ),
    Rule(
        "previous_event",
        "event {0} names {1} as the previous event about its number, which is not the one before it",
        "SELECT NULL, event_id, previous_event FROM (SELECT event_id, previous_event, lag(event_id) "
        "OVER (PARTITION BY phone ORDER BY event_id) AS there FROM events WHERE account_id = :account) AS chain "
        "WHERE previous_event <> there",
    ),
    _count("webhook_count", "webhook_count", "webhooks", "webhooks"),
    Rule(
        "ledger",
        "the ledger ends with entry {0}, but the account records entry {1} as its last, or another hash",
        "SELECT NULL, coalesce(c.entry_id, 0), a.last_entry FROM {tallies} AS a LEFT JOIN consent AS c "
        "ON c.account_id = :account AND c.entry_id = (SELECT max(entry_id) FROM consent WHERE account_id = :account) "
        "WHERE a.account_id = :account AND (a.last_entry <> coalesce(c.entry_id, 0) "
        "OR a.ledger <> coalesce(c.hash, {zeros}))",
    ),
    Rule(
        "ledger",
        "entry {0} is the ledger's last for its number, but the number's opt-out does not follow from it",
        "SELECT NULL, c.entry_id FROM consent AS c JOIN (SELECT phone, max(entry_id) AS entry_id FROM consent "
        "WHERE account_id = :account GROUP BY phone) AS newest ON newest.entry_id = c.entry_id "
        "LEFT JOIN opt_outs AS o ON o.account_id = :account AND o.phone = c.phone WHERE c.account_id = :account "
        "AND (c.opted_out <> (o.entry_id IS NOT NULL) OR o.entry_id <> c.entry_id) AND NOT EXISTS (SELECT 1 "
        "FROM consent AS m WHERE m.account_id = :account AND m.source = 'migration' AND m.wording = c.phone)",
    ),
    Rule(
        "ledger",
        "a number is opted out by entry {0}, which is missing from the ledger or belongs to another number",
        "SELECT NULL, o.entry_id FROM opt_outs AS o WHERE o.account_id = :account AND o.entry_id > 0 AND NOT EXISTS "
        "(SELECT 1 FROM consent AS c WHERE c.account_id = :account AND c.entry_id = o.entry_id AND c.phone = o.phone)",
    ),
    Rule(
        "outbox",
        "message {0} is in the outbox, but is missing or has another status",
        "SELECT NULL, o.item FROM outbox AS o LEFT JOIN messages AS m "
        "ON m.account_id = :account AND m.message_id = o.item WHERE o.account_id = :account AND o.target = 0 "
        "AND (m.phone IS DISTINCT FROM o.phone OR m.direction <> 'outbound' "
        "OR m.status <> CASE o.state WHEN 2 THEN 'failed' ELSE 'queued' END)",
    ),
    Rule(
        "outbox",
        "message {0} is queued, but is not in the outbox",
        "SELECT NULL, m.message_id FROM messages AS m WHERE m.account_id = :account AND m.status = 'queued' "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.account_id = :account AND o.target = 0 "
        "AND o.phone = m.phone AND o.item = m.message_id)",
    ),
    Rule(
        "outbox",
        "delivery {0} to {1} is wrongly marked, or not marked, as the first of its queue",
        "SELECT NULL, o.item, o.target FROM outbox AS o WHERE o.account_id = :account AND o.head <> (o.state <> 2 "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.account_id = :account AND e.target = o.target "
        "AND e.phone = o.phone AND e.item < o.item AND e.state <> 2))",
    ),
    Rule(
        "outbox",
        "event {0} is in the outbox for webhook {1} (-1 is a status callback), but one of the two does not exist",
        "SELECT NULL, o.item, o.target FROM outbox AS o WHERE o.account_id = :account AND o.target <> 0 "
        "AND (NOT EXISTS (SELECT 1 FROM events AS e WHERE e.account_id = :account AND e.event_id = o.item "
        "AND e.phone = o.phone) OR o.target > 0 AND NOT EXISTS "
        "(SELECT 1 FROM webhooks AS w WHERE w.account_id = :account AND w.webhook_id = o.target))",
    ),
    Rule(
        "outbox",
        "event {0} is held though webhook {1} is enabled, or not held though it is disabled",
        "SELECT NULL, o.item, o.target FROM outbox AS o JOIN webhooks AS w "
        "ON w.account_id = :account AND w.webhook_id = o.target "
        "WHERE o.account_id = :account AND o.state <> 2 AND (o.state = 3) <> (w.disabled_at IS NOT NULL)",
    ),
    Rule(
        "verifications",
        "a verification is pending, but the contact is missing, verified or opted out",
        "SELECT c.contact_id FROM verifications AS v LEFT JOIN contacts AS c "
        "ON c.account_id = :account AND c.phone = v.phone "
        "WHERE v.account_id = :account AND v.pending AND (c.contact_id IS NULL OR c.verified OR c.opt_out)",
    ),
    SEARCH_TEXT,
    LACKS_CONTACT,
    NO_CONTACT,
    OTHER_WORDS,
]
"""Ensured by domain/work and store/saving.py; code that stores data in two tables adds its rule here.

SQL cannot check the ledger's hashes: see `broken` in domain/consent/ledger.py.
"""
