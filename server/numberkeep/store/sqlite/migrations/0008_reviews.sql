-- Unclear replies, each until a person decides what it means; see domain/consent/review.py.
CREATE TABLE reviews (
    account_id INTEGER NOT NULL,
    review_id  INTEGER NOT NULL,
    phone      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    deadline   INTEGER NOT NULL,
    wording    TEXT    NOT NULL,
    decision   TEXT    NOT NULL,
    PRIMARY KEY (account_id, review_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reviews_phone ON reviews (account_id, phone, review_id) WHERE decision = 'open';
CREATE INDEX reviews_deadline ON reviews (deadline) WHERE decision = 'open';

ALTER TABLE accounts ADD COLUMN last_review INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN open_reviews INTEGER NOT NULL DEFAULT 0;

-- How an account treats replies: more words that opt out (a JSON array), whether an unclear reply opts out at once, and
-- the text that confirms an opt-out ('' for none).
ALTER TABLE accounts ADD COLUMN opt_out_words TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN unclear_opts_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN confirmation TEXT NOT NULL DEFAULT '';

-- A message that confirms an opt-out names its ledger entry.
ALTER TABLE messages ADD COLUMN entry_id INTEGER NOT NULL DEFAULT 0;
