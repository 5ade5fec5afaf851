"""The SQL for conversations, attempts and counts of days. $1 is the account."""

from collections.abc import Mapping
from typing import Any, Final

from numberkeep.store import inbox_queries as inbox
from numberkeep.store.inbox_rows import OF_ATTEMPT, OF_CONCLUSION, OF_MESSAGE
from numberkeep.store.queries import Query
from numberkeep.store.rows import REVIEW_COLUMNS

READS: Final[Mapping[type[Query[Any]], str]] = {
    inbox.ListConversations: (
        f"SELECT {OF_MESSAGE}, c.first_name, c.last_name, c.company_name, c.verified, "
        "EXISTS (SELECT 1 FROM numberkeep.opt_outs AS o WHERE o.account_id = $1 AND o.phone = v.phone), "
        "EXISTS (SELECT 1 FROM numberkeep.reviews AS r "
        "WHERE r.account_id = $1 AND r.phone = v.phone AND r.decision = 'open') "
        "FROM numberkeep.conversations AS v "
        "JOIN numberkeep.messages AS m ON m.account_id = v.account_id AND m.message_id = v.last_message "
        "LEFT JOIN numberkeep.contacts AS c ON c.account_id = v.account_id AND c.phone = v.phone "
        "WHERE v.account_id = $1 AND v.last_message < $2 ORDER BY v.last_message DESC LIMIT $3"
    ),
    inbox.ListThread: (
        f"SELECT {OF_MESSAGE}, {OF_CONCLUSION}, r.decision FROM numberkeep.messages AS m "
        "LEFT JOIN numberkeep.conclusions AS o ON o.account_id = m.account_id AND o.message_id = m.message_id "
        "LEFT JOIN numberkeep.reviews AS r ON r.account_id = o.account_id AND r.review_id = o.review_id "
        "WHERE m.account_id = $1 AND m.phone = $2 AND m.message_id < $3 ORDER BY m.message_id DESC LIMIT $4"
    ),
    inbox.ListOpenReviewsOf: (
        f"SELECT {REVIEW_COLUMNS} FROM numberkeep.reviews "
        "WHERE account_id = $1 AND phone = $2 AND decision = 'open' ORDER BY review_id"
    ),
    inbox.ListAttempts: (
        f"SELECT {OF_ATTEMPT}, o.state FROM numberkeep.attempts AS t LEFT JOIN numberkeep.outbox AS o "
        "ON o.account_id = t.account_id AND o.target = t.webhook_id AND o.phone = t.phone AND o.item = t.event_id "
        "WHERE t.account_id = $1 AND t.webhook_id = $2 AND t.attempt_id < $3 ORDER BY t.attempt_id DESC LIMIT $4"
    ),
    inbox.CountDeliveries: (
        "SELECT count(*) FILTER (WHERE state < 2), count(*) FILTER (WHERE state = 2), "
        "count(*) FILTER (WHERE state = 3) "
        "FROM (SELECT state FROM numberkeep.outbox WHERE account_id = $1 AND target = $2 LIMIT $3) AS first"
    ),
    inbox.ListDays: (
        "SELECT day, type, count FROM numberkeep.event_days WHERE account_id = $1 AND day >= $2 ORDER BY day, type"
    ),
}
"""The statement of each query."""
