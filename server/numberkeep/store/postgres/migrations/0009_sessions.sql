-- Keys that may only read, when keys were used last, and sign-ins to the console; see domain/session.py.
-- A time of use is in a table of its own, so that a use is written to no node but the account's.
ALTER TABLE numberkeep.api_keys ADD COLUMN read_only boolean NOT NULL DEFAULT false;

CREATE TABLE numberkeep.key_uses (
    account_id bigint NOT NULL,
    key_id     text   COLLATE "C" NOT NULL,
    used_at    bigint NOT NULL,
    PRIMARY KEY (account_id, key_id)
);

CREATE TABLE numberkeep.sessions (
    account_id    bigint NOT NULL,
    session_id    bigint NOT NULL,
    key_id        text   NOT NULL,
    token_hash    bytea  NOT NULL,
    previous_hash bytea  NOT NULL,
    form_token    text   NOT NULL,
    created_at    bigint NOT NULL,
    rotated_at    bigint NOT NULL,
    used_at       bigint NOT NULL,
    PRIMARY KEY (account_id, session_id)
);
