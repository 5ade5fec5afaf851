-- The text in which words are searched, folded; see domain/contacts/search.py. store/search_texts.py fills it.
ALTER TABLE numberkeep.contacts ADD COLUMN search_text text COLLATE "C" NOT NULL DEFAULT '';

INSERT INTO numberkeep.pending_steps VALUES ('search_texts');

-- By what contacts are found, built behind the writes from the change log: see store/postgres/search_index.py. reversed is
-- the number from its last digit on; grams are numbers for parts of the search text, each account's own. No index begins
-- with the account: by it, the planner might read all rows of an account instead of those that have the grams.
CREATE TABLE numberkeep.search_grams (
    account_id bigint    NOT NULL,
    reversed   text      COLLATE "C" NOT NULL,
    grams      integer[] NOT NULL,
    PRIMARY KEY (reversed, account_id)
);

CREATE INDEX search_grams_grams ON numberkeep.search_grams USING gin (grams);

-- Up to which event an account's contacts are indexed. filled_to: up to which contact those are whose last event is not
-- after it; NULL when all are.
CREATE TABLE numberkeep.search_progress (
    account_id bigint NOT NULL PRIMARY KEY,
    event_id   bigint NOT NULL,
    filled_to  bigint
);
