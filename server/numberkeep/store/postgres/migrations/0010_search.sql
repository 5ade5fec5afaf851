-- The text in which words are searched, folded; see domain/contacts/search.py. store/search_texts.py fills it.
ALTER TABLE numberkeep.contacts ADD COLUMN search_text text COLLATE "C" NOT NULL DEFAULT '';

INSERT INTO numberkeep.pending_steps VALUES ('search_texts');
