-- Times are microseconds since 1970-01-01T00:00:00Z, given by the service. Texts that can be absent are '' then, and
-- what is sorted or compared is so by code point: both alike on every engine. Every table but the directory's two begins
-- its key with account_id, by which Citus distributes it; no statement reads or writes two accounts' rows.

CREATE TABLE numberkeep.accounts (
    account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text   COLLATE "C" NOT NULL UNIQUE,
    region     text   NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE numberkeep.api_keys (
    key_id      text   COLLATE "C" PRIMARY KEY,
    account_id  bigint NOT NULL REFERENCES numberkeep.accounts (account_id),
    secret_hash bytea  NOT NULL,
    created_at  bigint NOT NULL,
    revoked_at  bigint
);

-- One row an account. Whoever writes to the account holds its lock, so that an account has one writer at a time.
CREATE TABLE numberkeep.writers (
    account_id    bigint PRIMARY KEY,
    contact_count bigint NOT NULL DEFAULT 0,
    last_message  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);

CREATE TABLE numberkeep.contacts (
    account_id        bigint  NOT NULL,
    contact_id        bigint  NOT NULL,
    phone             text    COLLATE "C" NOT NULL,
    created_at        bigint  NOT NULL,
    first_name        text    COLLATE "C" NOT NULL,
    last_name         text    COLLATE "C" NOT NULL,
    company_name      text    NOT NULL,
    assigned_to_email text    NOT NULL,
    sendblue_number   text    NOT NULL,
    tags              text    NOT NULL,
    custom_variables  text    NOT NULL,
    verified          boolean NOT NULL,
    opt_out           boolean NOT NULL,
    PRIMARY KEY (account_id, contact_id)
);

CREATE UNIQUE INDEX contacts_phone ON numberkeep.contacts (account_id, phone);
CREATE INDEX contacts_created_at ON numberkeep.contacts (account_id, created_at, contact_id);
CREATE INDEX contacts_first_name ON numberkeep.contacts (account_id, first_name, contact_id);
CREATE INDEX contacts_last_name ON numberkeep.contacts (account_id, last_name, contact_id);
CREATE INDEX contacts_verified ON numberkeep.contacts (account_id, created_at, contact_id) WHERE verified;
CREATE INDEX contacts_opt_out ON numberkeep.contacts (account_id, created_at, contact_id) WHERE opt_out;

-- What a listing filters tags by; contacts.tags is what a reader gets.
CREATE TABLE numberkeep.contact_tags (
    account_id bigint NOT NULL,
    tag        text   COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    contact_id bigint NOT NULL,
    PRIMARY KEY (account_id, tag, created_at, contact_id)
);

-- An opt-out belongs to the recipient's number and outlives the contact.
CREATE TABLE numberkeep.opt_outs (
    account_id   bigint NOT NULL,
    phone        text   COLLATE "C" NOT NULL,
    opted_out_at bigint NOT NULL,
    PRIMARY KEY (account_id, phone)
);

CREATE TABLE numberkeep.verifications (
    account_id   bigint NOT NULL,
    phone        text   COLLATE "C" NOT NULL,
    requested_at bigint NOT NULL,
    PRIMARY KEY (account_id, phone)
);

-- The outbox: what is owed to a phone, committed together with the reason for it; numbered within its account.
CREATE TABLE numberkeep.messages (
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    phone      text   NOT NULL,
    content    text   NOT NULL,
    status     text   NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (account_id, message_id)
);

-- Answers to requests with an idempotency key, committed with what they tell of.
CREATE TABLE numberkeep.answers (
    account_id  bigint NOT NULL,
    key         text   COLLATE "C" NOT NULL,
    fingerprint bytea  NOT NULL,
    answer      bytea  NOT NULL,
    created_at  bigint NOT NULL,
    PRIMARY KEY (account_id, key)
);

CREATE INDEX answers_created_at ON numberkeep.answers (account_id, created_at);
