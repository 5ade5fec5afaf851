-- Times are microseconds since 1970-01-01T00:00:00Z. Texts that can be absent are '' then, so that they sort alike
-- on every engine. contact_id is the rowid: it breaks ties in every index for nothing.

CREATE TABLE accounts (
    account_id    INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    region        TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    contact_count INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE api_keys (
    key_id      TEXT    PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id),
    secret_hash BLOB    NOT NULL,
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
    contact_id        INTEGER PRIMARY KEY,
    account_id        INTEGER NOT NULL,
    phone             TEXT    NOT NULL,
    created_at        INTEGER NOT NULL,
    first_name        TEXT    NOT NULL,
    last_name         TEXT    NOT NULL,
    company_name      TEXT    NOT NULL,
    assigned_to_email TEXT    NOT NULL,
    sendblue_number   TEXT    NOT NULL,
    tags              TEXT    NOT NULL,
    custom_variables  TEXT    NOT NULL,
    verified          INTEGER NOT NULL,
    opt_out           INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX contacts_phone ON contacts (account_id, phone);
CREATE INDEX contacts_created_at ON contacts (account_id, created_at);
CREATE INDEX contacts_first_name ON contacts (account_id, first_name);
CREATE INDEX contacts_last_name ON contacts (account_id, last_name);
CREATE INDEX contacts_verified ON contacts (account_id, created_at) WHERE verified = 1;
CREATE INDEX contacts_opt_out ON contacts (account_id, created_at) WHERE opt_out = 1;

-- What a listing filters tags by; contacts.tags is what a reader gets.
CREATE TABLE contact_tags (
    account_id INTEGER NOT NULL,
    tag        TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, tag, created_at, contact_id)
) STRICT, WITHOUT ROWID;

-- An opt-out belongs to the recipient's number and outlives the contact.
CREATE TABLE opt_outs (
    account_id   INTEGER NOT NULL,
    phone        TEXT    NOT NULL,
    opted_out_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, phone)
) STRICT, WITHOUT ROWID;

CREATE TABLE verifications (
    account_id   INTEGER NOT NULL,
    phone        TEXT    NOT NULL,
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, phone)
) STRICT, WITHOUT ROWID;

-- The outbox: what is owed to a phone, committed together with the reason for it.
CREATE TABLE messages (
    message_id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    content    TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX messages_account ON messages (account_id);
