-- What is counted of an account, and the end of its ledger; what its messages say, and by which secret, whose SHA-256
-- this is, carriers prove themselves.
ALTER TABLE accounts ADD COLUMN last_event INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN last_entry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN ledger BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE accounts ADD COLUMN webhook_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN last_webhook INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN verification_text TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN signing_hash BLOB;

CREATE UNIQUE INDEX accounts_signing_hash ON accounts (signing_hash);

-- The change log. subject is JSON.
CREATE TABLE events (
    account_id INTEGER NOT NULL,
    event_id   INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    PRIMARY KEY (account_id, event_id)
) STRICT, WITHOUT ROWID;

-- The consent ledger, which only grows; see domain/consent.py for the hash.
CREATE TABLE consent (
    account_id INTEGER NOT NULL,
    entry_id   INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    opted_out  INTEGER NOT NULL,
    source     TEXT    NOT NULL,
    wording    TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    PRIMARY KEY (account_id, entry_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_phone ON consent (account_id, phone);

-- 0: from before there was a ledger.
ALTER TABLE opt_outs ADD COLUMN entry_id INTEGER NOT NULL DEFAULT 0;

ALTER TABLE verifications ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verifications ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;

UPDATE verifications SET expires_at = requested_at + 86400000000, pending = EXISTS (
    SELECT 1 FROM contacts AS c
    WHERE c.account_id = verifications.account_id AND c.phone = verifications.phone AND c.verified = 0 AND c.opt_out = 0
);

CREATE INDEX verifications_expires_at ON verifications (account_id, expires_at) WHERE pending = 1;

ALTER TABLE messages ADD COLUMN line TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN direction TEXT NOT NULL DEFAULT 'outbound';
ALTER TABLE messages ADD COLUMN handle TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN error TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX messages_handle ON messages (account_id, handle) WHERE direction = 'inbound' AND handle <> '';

-- The outbox: what is owed to the sender (target 0, item is the message) and to webhooks (item is the event). head: the
-- first that is not dead of those to one target that concern one phone; the others wait for it.
CREATE TABLE outbox (
    account_id INTEGER NOT NULL,
    target     INTEGER NOT NULL,
    item       INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    dead       INTEGER NOT NULL,
    head       INTEGER NOT NULL DEFAULT 0,
    error      TEXT    NOT NULL,
    PRIMARY KEY (account_id, target, phone, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_account ON outbox (account_id, due_at) WHERE head = 1;
CREATE INDEX outbox_target ON outbox (account_id, target, due_at, item) WHERE head = 1;
CREATE INDEX outbox_dead ON outbox (account_id, target, item) WHERE dead = 1;

-- Until now nothing was sent: of what waits, only what a pending verification asks by goes out.
UPDATE messages SET status = 'canceled', error = 'nothing was sent before this version' WHERE status = 'queued' AND NOT EXISTS (
    SELECT 1 FROM verifications AS v
    WHERE v.account_id = messages.account_id AND v.phone = messages.phone AND v.requested_at = messages.created_at
      AND v.pending = 1
);

INSERT INTO outbox (account_id, target, item, phone, created_at, attempts, due_at, dead, head, error)
SELECT account_id, 0, message_id, phone, created_at, 0, created_at, 0,
    message_id = min(message_id) OVER (PARTITION BY account_id, phone), ''
FROM messages WHERE status = 'queued';

CREATE TABLE webhooks (
    account_id INTEGER NOT NULL,
    webhook_id INTEGER NOT NULL,
    url        TEXT    NOT NULL,
    secret     TEXT    NOT NULL,
    types      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, webhook_id)
) STRICT, WITHOUT ROWID;
