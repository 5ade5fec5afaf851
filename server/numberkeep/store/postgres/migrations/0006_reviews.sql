-- Unclear replies, each until a person decides what it means; see domain/consent/review.py.
CREATE TABLE numberkeep.reviews (
    account_id bigint NOT NULL,
    review_id  bigint NOT NULL,
    phone      text   COLLATE "C" NOT NULL,
    at         bigint NOT NULL,
    deadline   bigint NOT NULL,
    wording    text   NOT NULL,
    decision   text   NOT NULL,
    PRIMARY KEY (account_id, review_id)
);

CREATE INDEX reviews_phone ON numberkeep.reviews (account_id, phone, review_id) WHERE decision = 'open';
CREATE INDEX reviews_deadline ON numberkeep.reviews (deadline) WHERE decision = 'open';

ALTER TABLE numberkeep.writers
    ADD COLUMN last_review  bigint NOT NULL DEFAULT 0,
    ADD COLUMN open_reviews bigint NOT NULL DEFAULT 0;

-- How an account treats replies: more words that opt out (a JSON array), whether an unclear reply opts out at once, and
-- the text that confirms an opt-out ('' for none).
ALTER TABLE numberkeep.accounts
    ADD COLUMN opt_out_words    text    NOT NULL DEFAULT '[]',
    ADD COLUMN unclear_opts_out boolean NOT NULL DEFAULT false,
    ADD COLUMN confirmation     text    NOT NULL DEFAULT '';

-- A message that confirms an opt-out names its ledger entry.
ALTER TABLE numberkeep.messages ADD COLUMN entry_id bigint NOT NULL DEFAULT 0;
