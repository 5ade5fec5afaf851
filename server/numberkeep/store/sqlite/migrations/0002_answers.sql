-- Answers to requests with an idempotency key, committed with what they tell of.
CREATE TABLE answers (
    answer_id   INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL,
    key         TEXT    NOT NULL,
    fingerprint BLOB    NOT NULL,
    answer      BLOB    NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX answers_key ON answers (account_id, key);
CREATE INDEX answers_created_at ON answers (account_id, created_at);
