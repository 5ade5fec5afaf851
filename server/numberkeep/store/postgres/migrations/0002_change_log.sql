-- What is counted of an account, and the end of its ledger.
ALTER TABLE numberkeep.writers
    ADD COLUMN last_event    bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_entry    bigint NOT NULL DEFAULT 0,
    ADD COLUMN ledger        bytea  NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    ADD COLUMN webhook_count bigint NOT NULL DEFAULT 0,
    ADD COLUMN last_webhook  bigint NOT NULL DEFAULT 0;

-- What the account's messages say, and by which secret, whose SHA-256 this is, carriers prove themselves.
ALTER TABLE numberkeep.accounts
    ADD COLUMN verification_text text NOT NULL DEFAULT '',
    ADD COLUMN signing_hash      bytea;

CREATE UNIQUE INDEX accounts_signing_hash ON numberkeep.accounts (signing_hash);

-- The change log. subject is JSON.
CREATE TABLE numberkeep.events (
    account_id bigint NOT NULL,
    event_id   bigint NOT NULL,
    type       text   NOT NULL,
    at         bigint NOT NULL,
    phone      text   NOT NULL,
    subject    text   NOT NULL,
    PRIMARY KEY (account_id, event_id)
);

-- The consent ledger, which only grows; see domain/consent.py for the hash.
CREATE TABLE numberkeep.consent (
    account_id bigint  NOT NULL,
    entry_id   bigint  NOT NULL,
    phone      text    COLLATE "C" NOT NULL,
    at         bigint  NOT NULL,
    opted_out  boolean NOT NULL,
    source     text    NOT NULL,
    wording    text    NOT NULL,
    hash       bytea   NOT NULL,
    PRIMARY KEY (account_id, entry_id)
);

CREATE INDEX consent_phone ON numberkeep.consent (account_id, phone, entry_id);

-- 0: from before there was a ledger.
ALTER TABLE numberkeep.opt_outs ADD COLUMN entry_id bigint NOT NULL DEFAULT 0;

ALTER TABLE numberkeep.verifications
    ADD COLUMN expires_at bigint  NOT NULL DEFAULT 0,
    ADD COLUMN pending    boolean NOT NULL DEFAULT false;

UPDATE numberkeep.verifications AS v SET expires_at = requested_at + 86400000000, pending = EXISTS (
    SELECT FROM numberkeep.contacts AS c
    WHERE c.account_id = v.account_id AND c.phone = v.phone AND NOT c.verified AND NOT c.opt_out
);

CREATE INDEX verifications_expires_at ON numberkeep.verifications (account_id, expires_at) WHERE pending;

ALTER TABLE numberkeep.messages
    ADD COLUMN line      text NOT NULL DEFAULT '',
    ADD COLUMN direction text NOT NULL DEFAULT 'outbound',
    ADD COLUMN handle    text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN error     text NOT NULL DEFAULT '';

CREATE UNIQUE INDEX messages_handle ON numberkeep.messages (account_id, handle)
    WHERE direction = 'inbound' AND handle <> '';

-- The outbox: what is owed to the sender (target 0, item is the message) and to webhooks (item is the event). head: the
-- first that is not dead of those to one target that concern one phone; the others wait for it.
CREATE TABLE numberkeep.outbox (
    account_id bigint  NOT NULL,
    target     bigint  NOT NULL,
    item       bigint  NOT NULL,
    phone      text    COLLATE "C" NOT NULL,
    created_at bigint  NOT NULL,
    attempts   bigint  NOT NULL,
    due_at     bigint  NOT NULL,
    dead       boolean NOT NULL,
    head       boolean NOT NULL DEFAULT false,
    error      text    NOT NULL,
    PRIMARY KEY (account_id, target, phone, item)
);

CREATE INDEX outbox_account ON numberkeep.outbox (account_id, due_at) WHERE head;
CREATE INDEX outbox_target ON numberkeep.outbox (account_id, target, due_at, item) WHERE head;
CREATE INDEX outbox_dead ON numberkeep.outbox (account_id, target, item) WHERE dead;

-- Until now nothing was sent: of what waits, only what a pending verification asks by goes out.
UPDATE numberkeep.messages AS m SET status = 'canceled', error = 'nothing was sent before this version'
WHERE status = 'queued' AND NOT EXISTS (
    SELECT FROM numberkeep.verifications AS v
    WHERE v.account_id = m.account_id AND v.phone = m.phone AND v.requested_at = m.created_at AND v.pending
);

INSERT INTO numberkeep.outbox (account_id, target, item, phone, created_at, attempts, due_at, dead, head, error)
SELECT account_id, 0, message_id, phone, created_at, 0, created_at, false,
    message_id = min(message_id) OVER (PARTITION BY account_id, phone), ''
FROM numberkeep.messages WHERE status = 'queued';

CREATE TABLE numberkeep.webhooks (
    account_id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    url        text   NOT NULL,
    secret     text   NOT NULL,
    types      text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (account_id, webhook_id)
);
