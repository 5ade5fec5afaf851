-- The text in which words are searched, folded; see domain/contacts/search.py. store/search_texts.py fills it.
ALTER TABLE contacts ADD COLUMN search_text TEXT NOT NULL DEFAULT '';

INSERT INTO pending_steps VALUES ('search_texts');

-- By what words find contacts: see search_index.py. A row for each contact, under its id.
CREATE VIRTUAL TABLE contact_search USING fts5 (
    words, account, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE contact_search_terms USING fts5vocab (contact_search, instance);

-- Contacts that were created, changed or deleted since they were indexed.
CREATE TABLE unindexed_contacts (contact_id INTEGER PRIMARY KEY) STRICT;

INSERT INTO unindexed_contacts SELECT contact_id FROM contacts;

-- Not OR IGNORE: in a trigger, the conflict clause of the statement that fires it counts, and upserts have another one.
CREATE TRIGGER contacts_inserted AFTER INSERT ON contacts BEGIN
    INSERT INTO unindexed_contacts VALUES (new.contact_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER contacts_updated AFTER UPDATE OF phone, search_text ON contacts
WHEN old.search_text <> new.search_text OR old.phone <> new.phone BEGIN
    INSERT INTO unindexed_contacts VALUES (new.contact_id) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER contacts_deleted AFTER DELETE ON contacts BEGIN
    INSERT INTO unindexed_contacts VALUES (old.contact_id) ON CONFLICT DO NOTHING;
END;
