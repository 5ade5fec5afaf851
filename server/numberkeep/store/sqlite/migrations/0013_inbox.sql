-- The last message of each number, by which conversations are listed; see store/inbox_queries.py.
CREATE TABLE conversations (
    account_id   INTEGER NOT NULL,
    phone        TEXT    NOT NULL,
    last_message INTEGER NOT NULL,
    PRIMARY KEY (account_id, phone)
) STRICT, WITHOUT ROWID;

INSERT INTO conversations SELECT account_id, phone, max(message_id) FROM messages GROUP BY account_id, phone;

CREATE INDEX conversations_last_message ON conversations (account_id, last_message);

-- What was concluded from each message that was received; see domain/messages/conclusion.py.
CREATE TABLE conclusions (
    account_id      INTEGER NOT NULL,
    message_id      INTEGER NOT NULL,
    verdict         TEXT    NOT NULL,
    ground          TEXT    NOT NULL,
    entry_id        INTEGER NOT NULL,
    verification_id INTEGER NOT NULL,
    review_id       INTEGER NOT NULL,
    simulated       INTEGER NOT NULL,
    PRIMARY KEY (account_id, message_id)
) STRICT, WITHOUT ROWID;

-- The last attempts to deliver events to each webhook; see domain/outbox/attempt.py. answered: the status, or 0.
CREATE TABLE attempts (
    account_id INTEGER NOT NULL,
    webhook_id INTEGER NOT NULL,
    attempt_id INTEGER NOT NULL,
    event_id   INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    took       INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    error      TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    headers    TEXT    NOT NULL,
    request    BLOB    NOT NULL,
    answered   INTEGER NOT NULL,
    answer     BLOB    NOT NULL,
    sample     INTEGER NOT NULL,
    PRIMARY KEY (account_id, webhook_id, attempt_id)
) STRICT;

CREATE INDEX attempts_event_id ON attempts (account_id, event_id);

ALTER TABLE accounts ADD COLUMN last_attempt INTEGER NOT NULL DEFAULT 0;

-- How many events of each type an account had on each day (in UTC, since 1970). Earlier days: what is still in the log,
-- opt-outs as the ledger has them, and contacts from before the log by when they were created.
CREATE TABLE event_days (
    account_id INTEGER NOT NULL,
    day        INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (account_id, day, type)
) STRICT, WITHOUT ROWID;

INSERT INTO event_days
SELECT account_id, at / 86400000000, type, count(*) FROM events
WHERE type NOT IN ('consent.opted_out', 'consent.opted_in') GROUP BY account_id, at / 86400000000, type;

INSERT INTO event_days
SELECT account_id, at / 86400000000, iif(opted_out = 1, 'consent.opted_out', 'consent.opted_in'), count(*) FROM consent
GROUP BY account_id, at / 86400000000, opted_out;

INSERT INTO event_days
SELECT c.account_id, c.created_at / 86400000000, 'contact.created', count(*)
FROM contacts AS c JOIN (
    SELECT account_id, (SELECT at FROM events AS e WHERE e.account_id = a.account_id ORDER BY event_id LIMIT 1) AS at
    FROM accounts AS a
) AS first ON first.account_id = c.account_id
WHERE first.at IS NULL OR c.created_at < first.at
GROUP BY c.account_id, c.created_at / 86400000000
ON CONFLICT (account_id, day, type) DO UPDATE SET count = count + excluded.count;
