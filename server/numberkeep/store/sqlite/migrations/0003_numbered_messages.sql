-- Messages are numbered within their account, as on every engine, so that a store can be copied to another.
ALTER TABLE accounts ADD COLUMN last_message INTEGER NOT NULL DEFAULT 0;

CREATE TABLE numbered_messages (
    account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, message_id)
) STRICT, WITHOUT ROWID;

INSERT INTO numbered_messages
SELECT account_id, row_number() OVER (PARTITION BY account_id ORDER BY message_id), phone, content, status, created_at
FROM messages;

DROP TABLE messages;
ALTER TABLE numbered_messages RENAME TO messages;

UPDATE accounts SET last_message = coalesce(
    (SELECT max(message_id) FROM messages WHERE messages.account_id = accounts.account_id), 0
);
