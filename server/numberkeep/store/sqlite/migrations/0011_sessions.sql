-- Keys that may only read, when keys were used last, and sign-ins to the console; see domain/session.py.
-- A time of use is in a table of its own, so that it is written along with what the account writes.
ALTER TABLE api_keys ADD COLUMN read_only INTEGER NOT NULL DEFAULT 0;

CREATE TABLE key_uses (
    account_id INTEGER NOT NULL,
    key_id     TEXT    NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (account_id, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    account_id    INTEGER NOT NULL,
    session_id    INTEGER NOT NULL,
    key_id        TEXT    NOT NULL,
    token_hash    BLOB    NOT NULL,
    previous_hash BLOB    NOT NULL,
    form_token    TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    rotated_at    INTEGER NOT NULL,
    used_at       INTEGER NOT NULL,
    PRIMARY KEY (account_id, session_id)
) STRICT, WITHOUT ROWID;
