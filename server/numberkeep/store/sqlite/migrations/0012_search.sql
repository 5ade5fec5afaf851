-- The text in which words are searched, folded; see domain/contacts/search.py. store/search_texts.py fills it.
ALTER TABLE contacts ADD COLUMN search_text TEXT NOT NULL DEFAULT '';

INSERT INTO pending_steps VALUES ('search_texts');
