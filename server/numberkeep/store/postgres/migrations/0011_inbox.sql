-- The last message of each number, by which conversations are listed; see store/inbox_queries.py.
CREATE TABLE numberkeep.conversations (
    account_id   bigint NOT NULL,
    phone        text   COLLATE "C" NOT NULL,
    last_message bigint NOT NULL,
    PRIMARY KEY (account_id, phone)
);

INSERT INTO numberkeep.conversations
SELECT account_id, phone, max(message_id) FROM numberkeep.messages GROUP BY account_id, phone;

CREATE INDEX conversations_last_message ON numberkeep.conversations (account_id, last_message);

-- What was concluded from each message that was received; see domain/messages/conclusion.py.
CREATE TABLE numberkeep.conclusions (
    account_id      bigint  NOT NULL,
    message_id      bigint  NOT NULL,
    verdict         text    NOT NULL,
    ground          text    NOT NULL,
    entry_id        bigint  NOT NULL,
    verification_id bigint  NOT NULL,
    review_id       bigint  NOT NULL,
    simulated       boolean NOT NULL,
    PRIMARY KEY (account_id, message_id)
);

-- The last attempts to deliver events to each webhook; see domain/outbox/attempt.py. answered: the status, or 0.
CREATE TABLE numberkeep.attempts (
    account_id bigint  NOT NULL,
    webhook_id bigint  NOT NULL,
    attempt_id bigint  NOT NULL,
    event_id   bigint  NOT NULL,
    phone      text    COLLATE "C" NOT NULL,
    type       text    NOT NULL,
    at         bigint  NOT NULL,
    took       bigint  NOT NULL,
    attempts   bigint  NOT NULL,
    error      text    NOT NULL,
    url        text    NOT NULL,
    headers    text    NOT NULL,
    request    bytea   NOT NULL,
    answered   bigint  NOT NULL,
    answer     bytea   NOT NULL,
    sample     boolean NOT NULL,
    PRIMARY KEY (account_id, webhook_id, attempt_id)
);

CREATE INDEX attempts_event_id ON numberkeep.attempts (account_id, event_id);

ALTER TABLE numberkeep.writers ADD COLUMN last_attempt bigint NOT NULL DEFAULT 0;

-- How many events of each type an account had on each day (in UTC, since 1970). Earlier days: what is still in the log,
-- opt-outs as the ledger has them, and contacts from before the log by when they were created.
CREATE TABLE numberkeep.event_days (
    account_id bigint NOT NULL,
    day        bigint NOT NULL,
    type       text   COLLATE "C" NOT NULL,
    count      bigint NOT NULL,
    PRIMARY KEY (account_id, day, type)
);

INSERT INTO numberkeep.event_days
SELECT account_id, at / 86400000000, type, count(*) FROM numberkeep.events
WHERE type NOT IN ('consent.opted_out', 'consent.opted_in') GROUP BY account_id, at / 86400000000, type;

INSERT INTO numberkeep.event_days
SELECT account_id, at / 86400000000,
    CASE WHEN opted_out THEN 'consent.opted_out' ELSE 'consent.opted_in' END, count(*)
FROM numberkeep.consent GROUP BY account_id, at / 86400000000, opted_out;

INSERT INTO numberkeep.event_days AS d
SELECT c.account_id, c.created_at / 86400000000, 'contact.created', count(*)
FROM numberkeep.contacts AS c JOIN (
    SELECT w.account_id,
        (SELECT at FROM numberkeep.events AS e WHERE e.account_id = w.account_id ORDER BY event_id LIMIT 1) AS at
    FROM numberkeep.writers AS w
) AS first ON first.account_id = c.account_id
WHERE first.at IS NULL OR c.created_at < first.at
GROUP BY c.account_id, c.created_at / 86400000000
ON CONFLICT (account_id, day, type) DO UPDATE SET count = d.count + excluded.count;
